// A private Redis and what tests ask of it.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "adapters/redis/link.h"
#include "adapters/redis/message.h"
#include "adapters/redis/settings.h"
#include "adapters/store.h"
#include "config/settings.h"
#include "tests/support/servers.h"
#include "worker/intake.h"
#include "worker/log.h"

namespace tests {

using adapters::redis::Args;
using adapters::redis::Link;
using adapters::redis::Reply;

// Waits until it is true; false, if it takes ten seconds.
bool until(std::function<bool()> const& reached);

// The settings for a URL; answers within a second or not at all.
adapters::redis::Settings settings_for(std::string const& url);

// What parts say about their troubles.
class Troubles {
public:
    std::function<void(std::string const&)> ear();

    [[nodiscard]] std::string last() const;
    [[nodiscard]] std::vector<std::string> all() const;

private:
    mutable std::mutex mutex_;
    std::vector<std::string> heard_;
};

// One server for the tests that leave it alone, emptied for each.
class Redis {
public:
    explicit Redis(std::vector<std::string> const& more = {});

    support::PrivateServer server;
    adapters::redis::Settings settings;

    // On a fresh link, so that it works after a restart.
    Reply ask(Args const& args) const;

    [[nodiscard]] std::int64_t count(Args const& args) const { return ask(args).integer; }
};

Redis& shared_redis();

// What enqueues what comes from the stream, over a store of its own.
struct Counter {
    Counter();

    config::Settings settings;
    std::unique_ptr<adapters::Store> store;
    std::unique_ptr<worker::Log> log = worker::Log::silent();
    worker::IntakeDesk desk;

    [[nodiscard]] std::vector<jobs::Job> jobs() const;  // newest first
};

}  // namespace tests
