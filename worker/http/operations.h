// What the calls about operating work with: whether the store answers, how things stand in it, and
// what this process has counted.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "adapters/store.h"
#include "worker/http/looker.h"
#include "worker/metrics/meters.h"
#include "worker/provider_state.h"

namespace worker::http {

// What is known beyond the store; each may be empty.
struct OperatingNeeds {
    std::function<std::string()> redis_trouble;  // empty text: none; empty function: no Redis
    std::function<void()> before_scrape;         // brings further gauges up to date
    // How providers stand in this process, on the executor's thread.
    std::function<ProviderStates()> provider_states{};
};

class Operations {
public:
    // All of it must outlive this. Used on the executor's thread only.
    Operations(boost::asio::any_io_executor executor, adapters::Store& store,
               metrics::Meters& meters, OperatingNeeds needs);

    struct Readiness {
        std::string store;  // what is wrong with it; empty: nothing
        std::string redis;  // likewise; the work goes on without it
        bool has_redis = false;
        bool stopping = false;

        [[nodiscard]] bool ready() const { return store.empty() && !stopping; }
    };

    // Within a second or so.
    boost::asio::awaitable<Readiness> readiness();

    // The last sighting of the store, brought up to date where that is possible in good time. None:
    // there never was one.
    boost::asio::awaitable<std::optional<metrics::Sighting>> sighting();

    // All metrics, in Prometheus's text format.
    boost::asio::awaitable<std::string> exposition();

    [[nodiscard]] metrics::Meters& meters() { return meters_; }

    [[nodiscard]] std::string store_trouble() const;

    // None: there is no Redis.
    [[nodiscard]] std::optional<std::string> redis_trouble() const;

    // How providers fare and stand in this process, by name.
    [[nodiscard]] std::map<std::string, metrics::ProviderHealth> providers() const;

    [[nodiscard]] bool stopping() const { return stopping_; }

    void stop() { stopping_ = true; }

private:
    boost::asio::awaitable<void> refresh(base::Millis max_age);
    [[nodiscard]] std::optional<metrics::Sighting> seen() const;

    metrics::Meters& meters_;
    OperatingNeeds needs_;
    mutable std::mutex mutex_;  // the sighting is written on the looker's thread
    std::optional<metrics::Sighting> sighting_;
    Looker pulse_;
    Looker state_;
    bool stopping_ = false;
    std::string text_;
    std::chrono::steady_clock::time_point rendered_at_;
};

}  // namespace worker::http
