// What the program has of Redis, if any is configured: who tells it about jobs, who is woken by it,
// who takes requests from it. When it goes and when it comes back is logged once, and while it does
// nothing else than that, once in ten seconds.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "adapters/rate_limit.h"
#include "adapters/redis/intake.h"
#include "adapters/redis/publisher.h"
#include "adapters/redis/settings.h"
#include "adapters/store.h"
#include "adapters/wakeup.h"
#include "config/settings.h"
#include "pricing/book.h"
#include "worker/intake.h"
#include "worker/log.h"

namespace worker {

// Throws adapters::Unusable, naming the key that is wrong.
[[nodiscard]] adapters::redis::Settings redis_settings(config::Redis const& redis);

class RedisParts {
public:
    // The settings and the log must outlive it. Throws adapters::Unusable.
    RedisParts(config::Settings const& settings, Log& log);
    RedisParts(RedisParts const&) = delete;
    RedisParts& operator=(RedisParts const&) = delete;
    ~RedisParts() = default;

    [[nodiscard]] bool there() const { return redis_.has_value(); }

    // The store itself where there is no Redis. The result must not outlive this.
    std::unique_ptr<adapters::Store> announcing(std::unique_ptr<adapters::Store> store);

    // Null where there is no Redis.
    std::unique_ptr<adapters::Wakeup> wakeup(boost::asio::any_io_executor executor);

    // Shared by all processes; null where there is no Redis.
    std::unique_ptr<adapters::RateLimit> rate_limit();

    // Takes requests in this name until `stop_intake`, if that is configured. The meter must
    // outlive the intake.
    void start_intake(adapters::Store& store, std::string const& consumer,
                      std::function<pricing::Book()> book, InputMeter* meter = nullptr);
    void stop_intake();  // blocks for a moment

    // Waits until Redis has been told all, for so long at the most.
    void flush(base::Millis at_most);

    // What is wrong with it now, as any part has noticed; empty: nothing, or there is no Redis.
    [[nodiscard]] std::string trouble();

    [[nodiscard]] adapters::redis::Trips const& trips() const { return trips_; }

    // News that could not be told in time.
    [[nodiscard]] std::int64_t dropped() const { return publisher_ ? publisher_->dropped() : 0; }

private:
    adapters::redis::Tell teller(std::string const& part);
    void heard(std::string const& part, std::string const& trouble);

    config::Settings const& settings_;
    Log& log_;
    adapters::redis::Trips trips_;
    std::optional<adapters::redis::Settings> redis_;
    std::mutex mutex_;  // guards what is known of troubles; every part has its own thread
    std::map<std::string, std::string> troubles_;  // of parts that have one
    bool told_ = false;                            // the log says that it is away
    std::chrono::steady_clock::time_point tell_again_at_;
    std::optional<adapters::redis::Publisher> publisher_;
    std::optional<IntakeDesk> desk_;
    std::optional<adapters::redis::Intake> intake_;
};

}  // namespace worker
