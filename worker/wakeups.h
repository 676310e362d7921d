// Which wake-up a store has: the embedded one rings a bell that workers watch.
#pragma once

#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "adapters/wakeup.h"
#include "config/settings.h"

namespace worker {

std::unique_ptr<adapters::Wakeup> make_wakeup(config::Settings const& settings,
                                              boost::asio::any_io_executor executor);

}  // namespace worker
