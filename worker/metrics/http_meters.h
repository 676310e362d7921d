// Requests by route, method and class of status. On the face's thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "adapters/metrics/registry.h"

namespace worker::metrics {

class HttpMeters {
public:
    explicit HttpMeters(adapters::metrics::Registry& registry);

    // `pattern` is a route's, which lives as long as the program; empty: there was no such route.
    void answered(std::string_view method, std::string_view pattern, int status,
                  std::chrono::microseconds took);

    // What the server itself counts.
    void look(std::size_t connections, std::size_t streams, std::uint64_t refused) const;

private:
    struct Series {
        adapters::metrics::Histogram time;
        std::array<std::optional<adapters::metrics::Counter>, 6> of_class;  // 2: 2xx
    };

    Series& series_of(std::string_view method, std::string_view pattern);

    adapters::metrics::Registry& registry_;
    adapters::metrics::Gauge connections_;
    adapters::metrics::Gauge streams_;
    adapters::metrics::Counter refused_;
    // By where the pattern's text stands: no text is hashed for a request.
    std::unordered_map<void const*, std::map<std::string, Series, std::less<>>> series_;
};

}  // namespace worker::metrics
