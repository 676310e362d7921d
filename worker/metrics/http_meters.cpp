// Series come into being with the first request of their kind.
#include "worker/metrics/http_meters.h"

#include <algorithm>

namespace worker::metrics {

namespace {

using adapters::metrics::Family;

constexpr Family requests{"tallyman_http_requests_total",
                          "Requests that were answered, by route and class of status."};
constexpr Family seconds{"tallyman_http_request_seconds",
                         "How long answers took; of streams, until they began."};
constexpr Family connections{"tallyman_http_connections", "Connections that are open."};
constexpr Family streams{"tallyman_http_streams", "Event streams that are open."};
constexpr Family refused{"tallyman_http_refused_total",
                         "Requests refused before they were read: malformed, too large, too many."};

constexpr std::array<std::string_view, 7> methods{"GET",    "HEAD",  "POST",   "PUT",
                                                  "DELETE", "PATCH", "OPTIONS"};

// Whatever a client may call a method, there are no more series than these.
std::string_view known(std::string_view method) {
    return std::ranges::find(methods, method) == methods.end() ? "other" : method;
}

std::string label_of(std::string_view pattern) {
    return pattern.empty() ? "none" : std::string{pattern};
}

}  // namespace

HttpMeters::HttpMeters(adapters::metrics::Registry& registry)
    : registry_{registry},
      connections_{registry.gauge(metrics::connections)},
      streams_{registry.gauge(metrics::streams)},
      refused_{registry.counter(metrics::refused)} {}

HttpMeters::Series& HttpMeters::series_of(std::string_view method, std::string_view pattern) {
    auto& of_pattern = series_[pattern.empty() ? nullptr : pattern.data()];
    if (auto const found = of_pattern.find(method); found != of_pattern.end()) {
        return found->second;
    }
    Series series{.time = registry_.histogram(
                      seconds, adapters::metrics::short_times(),
                      {{"route", label_of(pattern)}, {"method", std::string{method}}})};
    return of_pattern.emplace(method, std::move(series)).first->second;
}

void HttpMeters::answered(std::string_view method, std::string_view pattern, int status,
                          std::chrono::microseconds took) {
    auto const verb = known(method);
    auto& series = series_of(verb, pattern);
    series.time.observe(took);
    auto const number = static_cast<std::size_t>(std::clamp(status / 100, 0, 5));
    auto& counter = series.of_class.at(number);
    if (!counter) {
        counter = registry_.counter(requests, {{"route", label_of(pattern)},
                                               {"method", std::string{verb}},
                                               {"status", std::to_string(number) + "xx"}});
    }
    counter->add();
}

void HttpMeters::look(std::size_t open, std::size_t streaming, std::uint64_t turned_away) const {
    connections_.set(static_cast<std::int64_t>(open));
    streams_.set(static_cast<std::int64_t>(streaming));
    refused_.raise_to(static_cast<std::int64_t>(turned_away));
}

}  // namespace worker::metrics
