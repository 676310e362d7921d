// Deliveries to receivers, as this process makes them.
#pragma once

#include <chrono>
#include <string>

#include "adapters/metrics/registry.h"

namespace worker::metrics {

class WebhookMeters {
public:
    explicit WebhookMeters(adapters::metrics::Registry& registry);

    enum class Outcome : std::uint8_t { delivered, failed, dead };

    // By an endpoint's name; all of jobs' own addresses are `job`. On one thread.
    void tried(std::string const& target, Outcome outcome, std::chrono::nanoseconds took) const;

private:
    adapters::metrics::Registry& registry_;
};

}  // namespace worker::metrics
