// Puts the parts together: which store a URL means, which provider a name.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "adapters/postgres/open.h"
#include "adapters/provider.h"
#include "adapters/store.h"
#include "config/settings.h"

namespace worker {

enum class Opening { create, existing };  // make the store if there is none, or refuse

// A store whose transactions write down what somebody listens to; `told` is called after those that
// did, on any thread. Throws adapters::Unavailable or adapters::Unusable.
std::unique_ptr<adapters::Store> open_store(config::Settings const& settings, Opening opening,
                                            std::function<void()> told = {});

// The URL of the store these settings mean: "sqlite:PATH" where none is set.
std::string store_url(config::Settings const& settings);

// The same without a password, for people and logs.
std::string shown_store_url(config::Settings const& settings);

bool uses_postgres(config::Settings const& settings);
adapters::PostgresOptions postgres_options(config::Settings const& settings);

// A store URL that this program knows nothing of: a mistake in the configuration.
struct BadStoreUrl : adapters::Unusable {
    using adapters::Unusable::Unusable;
};

// The file behind a `sqlite:` URL. Throws BadStoreUrl for any other.
std::filesystem::path sqlite_path(config::Settings const& settings);

// Makes the data folder, for this user only, if there is none. Throws adapters::Unavailable.
void make_data_dir(config::Settings const& settings);

// Unique among all workers of the store, and readable: host, process, and a few random digits in
// case the process number comes round again.
std::string worker_name();

using Providers = std::map<std::string, std::unique_ptr<adapters::Provider>, std::less<>>;

Providers make_providers(config::Settings const& settings, boost::asio::any_io_executor executor);

}  // namespace worker
