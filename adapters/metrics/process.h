// What the system says of this process, under the names that every Prometheus client uses.
#pragma once

#include "adapters/metrics/registry.h"

namespace adapters::metrics {

class ProcessMeters {
public:
    explicit ProcessMeters(Registry& registry);

    // Looks at /proc. What is not to be had stays as it was.
    void look() const;

private:
    Counter cpu_;
    Gauge resident_;
    Gauge open_files_;
    Gauge most_files_;
    Gauge threads_;
    Gauge began_at_;
};

}  // namespace adapters::metrics
