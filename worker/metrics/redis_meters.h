// Redis as this process sees it.
#pragma once

#include <chrono>
#include <cstdint>

#include "adapters/metrics/registry.h"

namespace worker::metrics {

class RedisMeters {
public:
    explicit RedisMeters(adapters::metrics::Registry& registry);

    struct Totals {
        bool there = false;  // no part of the program has trouble with it
        std::int64_t trips = 0;
        std::int64_t failures = 0;
        std::chrono::microseconds time{};
        std::int64_t dropped = 0;
    };

    void look(Totals const& totals) const;

private:
    adapters::metrics::Gauge up_;
    adapters::metrics::Counter trips_;
    adapters::metrics::Counter failures_;
    adapters::metrics::Counter time_;
    adapters::metrics::Counter dropped_;
};

}  // namespace worker::metrics
