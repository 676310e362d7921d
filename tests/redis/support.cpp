#include "tests/redis/support.h"

#include <chrono>
#include <thread>

#include "adapters/memory/open.h"
#include "config/load.h"

namespace tests {

using namespace std::chrono_literals;

bool until(std::function<bool()> const& reached) {
    auto const end = std::chrono::steady_clock::now() + 10s;
    while (!reached()) {
        if (std::chrono::steady_clock::now() > end) {
            return false;
        }
        std::this_thread::sleep_for(2ms);
    }
    return true;
}

adapters::redis::Settings settings_for(std::string const& url) {
    return adapters::redis::parse({.url = url, .timeout = 1s});
}

std::function<void(std::string const&)> Troubles::ear() {
    return [this](std::string const& trouble) {
        std::scoped_lock const lock{mutex_};
        heard_.push_back(trouble);
    };
}

std::string Troubles::last() const {
    std::scoped_lock const lock{mutex_};
    return heard_.empty() ? "nothing yet" : heard_.back();
}

std::vector<std::string> Troubles::all() const {
    std::scoped_lock const lock{mutex_};
    return heard_;
}

namespace {

std::vector<std::string> arguments(std::vector<std::string> more) {
    more.insert(more.begin(), "redis");
    return more;
}

}  // namespace

Redis::Redis(std::vector<std::string> const& more)
    : server{arguments(more)}, settings{settings_for(server.url())} {
    if (settings.tls) {
        settings.ca_file = server.field("ca");
    }
}

Reply Redis::ask(Args const& args) const {
    return Link{settings}.command(args);
}

Redis& shared_redis() {
    static Redis redis;
    redis.ask({"FLUSHALL"});
    return redis;
}

Counter::Counter()
    : settings{config::load_settings("", {}).value.value()},
      store{adapters::open_memory({})},
      desk{*store, settings, [] { return config::default_book(); }, *log} {}

std::vector<jobs::Job> Counter::jobs() const {
    return store->list_jobs({.limit = 10'000});
}

}  // namespace tests
