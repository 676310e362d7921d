// Which wake-ups a worker has: Redis where there is one, the bell that the embedded store rings,
// and otherwise the time.
#pragma once

#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "adapters/wakeup.h"
#include "config/settings.h"
#include "worker/redis_parts.h"

namespace worker {

// How often workers on PostgreSQL look for jobs by themselves when no Redis tells them of any. A
// look costs one indexed read.
inline constexpr base::Millis look_every{50};

// What the store has of its own, without Redis.
std::unique_ptr<adapters::Wakeup> make_wakeup(config::Settings const& settings,
                                              boost::asio::any_io_executor executor);

// That and Redis, whichever is first.
std::unique_ptr<adapters::Wakeup> make_wakeup(config::Settings const& settings,
                                              boost::asio::any_io_executor executor,
                                              RedisParts& redis);

}  // namespace worker
