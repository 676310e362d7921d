// GCRA in one script, by the clock of Redis, so that all processes on all hosts share one limit.
#pragma once

#include <memory>
#include <mutex>

#include "adapters/rate_limit.h"
#include "adapters/redis/keeper.h"
#include "adapters/redis/keys.h"
#include "adapters/redis/link.h"
#include "adapters/redis/settings.h"

namespace adapters::redis {

class RedisRateLimit final : public RateLimit {
public:
    // Connects at the first question. After a failure it asks nobody for a moment, and allows.
    RedisRateLimit(Settings settings, Tell tell);

    RateAnswer take(std::string_view key, Rate const& rate, std::int64_t cost) noexcept override;

private:
    RateAnswer ask(std::string const& key, Rate const& rate, std::int64_t cost);
    RateAnswer allow(std::string const& why) noexcept;

    Settings settings_;
    Tell tell_;
    Keys keys_;
    std::mutex mutex_;  // one question at a time
    std::unique_ptr<Link> link_;
    std::string sha_;  // of the script
    Clock::time_point not_before_;
};

}  // namespace adapters::redis
