#include "worker/metrics/meters.h"

#include <utility>

namespace worker::metrics {

namespace {

constexpr adapters::metrics::Family build{"tallyman_build_info", "Which tallyman this is."};

}  // namespace

Meters::Meters(std::vector<std::string> const& services, base::Zone zone)
    : jobs{registry, services},
      store{registry},
      day{std::move(zone)},
      http{registry},
      payments{registry},
      state{registry, services},
      webhooks{registry},
      process{registry} {
    registry.gauge(build, {{"version", TALLYMAN_VERSION}}).set(std::int64_t{1});
}

}  // namespace worker::metrics
