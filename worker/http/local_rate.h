// A rate limit within this process, where there is no Redis to share one.
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <unordered_map>

#include "adapters/rate_limit.h"

namespace worker::http {

class LocalRateLimit final : public adapters::RateLimit {
public:
    adapters::RateAnswer take(std::string_view key, adapters::Rate const& rate,
                              std::int64_t cost) noexcept override;

private:
    using Nanos = std::chrono::nanoseconds;

    void forget(Nanos now);

    std::mutex mutex_;
    std::unordered_map<std::string, Nanos> full_again_;  // when the key's burst is whole again
};

}  // namespace worker::http
