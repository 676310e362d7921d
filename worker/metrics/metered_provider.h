// A provider whose calls are timed and whose verdicts are counted. On one thread.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "adapters/metrics/registry.h"
#include "adapters/provider.h"

namespace worker::metrics {

// How one provider fares, as far as this process has heard.
struct ProviderHealth {
    std::int64_t completed = 0;
    std::int64_t failed = 0;
    std::int64_t unknown = 0;
    std::int64_t calls = 0;     // that were answered, or given up
    base::Millis latency{};     // of the last calls, the mean of about twenty
    std::int64_t in_a_row = 0;  // failures and unknown fates since the last completion
    std::string last_trouble;   // its code or message
    base::Millis trouble_ago{};
    // As the router has it (worker/provider_state.h).
    std::string breaker = "closed";
    base::Millis closed_for{};
    bool refuses_us = false;
    std::string stopped_by;  // why it is not called now; empty: it is
    int here = 0;            // jobs of this process that it has
};

class ProviderMeters {
public:
    ProviderMeters(adapters::metrics::Registry& registry, std::string const& name);

    void submitted(std::chrono::nanoseconds took) {
        submits_.observe(took);
        answered(took);
    }

    void polled(std::chrono::nanoseconds took) {
        polls_.observe(took);
        answered(took);
    }

    void heard(adapters::Verdict const& verdict);

    [[nodiscard]] ProviderHealth health() const;

    void is_open(bool open) const { open_.set(open ? 1 : 0); }

private:
    void answered(std::chrono::nanoseconds took);

    adapters::metrics::Histogram submits_;
    adapters::metrics::Histogram polls_;
    std::vector<adapters::metrics::Counter> verdicts_;
    adapters::metrics::Gauge open_;
    ProviderHealth health_;
    std::chrono::nanoseconds latency_{};
    std::chrono::steady_clock::time_point trouble_at_;
};

// By name, in the settings' bounds.
using AllProviderMeters = std::map<std::string, std::unique_ptr<ProviderMeters>, std::less<>>;
using Providers = std::map<std::string, std::unique_ptr<adapters::Provider>, std::less<>>;

// The same providers, metered; the meters must outlive them.
Providers metered(Providers providers, adapters::metrics::Registry& registry,
                  AllProviderMeters& meters);

}  // namespace worker::metrics
