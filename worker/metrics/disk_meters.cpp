#include "worker/metrics/disk_meters.h"

#include <cstdint>
#include <system_error>
#include <utility>

namespace worker::metrics {

namespace {

using adapters::metrics::Family;

constexpr Family disk_size{"tallyman_disk_size_bytes", "Size of the disk that data_dir is on."};
constexpr Family left{"tallyman_disk_free_bytes",
                      "What is left of it for this program; see results.free_space."};

}  // namespace

DiskMeters::DiskMeters(adapters::metrics::Registry& registry, std::filesystem::path data_dir)
    : data_dir_{std::move(data_dir)},
      size_{registry.gauge(disk_size)},
      free_{registry.gauge(left)} {}

void DiskMeters::look() const {
    std::error_code code;
    auto const space = std::filesystem::space(data_dir_, code);
    if (!code) {
        size_.set(static_cast<std::int64_t>(space.capacity));
        free_.set(static_cast<std::int64_t>(space.available));
    }
}

}  // namespace worker::metrics
