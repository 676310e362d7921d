// Providers on the web, put together from settings: the dialect, the client, the files that jobs
// name.
#pragma once

#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "adapters/provider.h"
#include "adapters/providers/http/provider.h"
#include "config/settings.h"

namespace worker {

// Throws adapters::Unusable where its ca_file or its proxy can't be used.
std::unique_ptr<adapters::Provider> make_http_provider(
    config::HttpProvider const& provider, config::Media const& media,
    boost::asio::any_io_executor const& executor, adapters::providers::http::Observe observe = {});

}  // namespace worker
