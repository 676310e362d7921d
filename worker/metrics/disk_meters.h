// The disk that results and the embedded store are on.
#pragma once

#include <filesystem>

#include "adapters/metrics/registry.h"

namespace worker::metrics {

class DiskMeters {
public:
    DiskMeters(adapters::metrics::Registry& registry, std::filesystem::path data_dir);

    // A folder that is not there tells nothing new.
    void look() const;

private:
    std::filesystem::path data_dir_;
    adapters::metrics::Gauge size_;
    adapters::metrics::Gauge free_;
};

}  // namespace worker::metrics
