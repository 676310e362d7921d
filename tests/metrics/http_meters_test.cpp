// Requests in numbers: whatever clients send, the series are bounded.
#include "worker/metrics/http_meters.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace tests {

namespace {

using worker::metrics::HttpMeters;

std::ptrdiff_t lines_of(std::string const& text) {
    return std::ranges::count(text, '\n');
}

}  // namespace

TEST(HttpMeters, CountByRouteMethodAndClassOfStatus) {
    adapters::metrics::Registry registry;
    HttpMeters meters{registry};
    for (int const status : {200, 201, 404}) {
        meters.answered("GET", "/api/jobs/{id}", status, std::chrono::microseconds{250});
    }
    auto const text = registry.text();
    auto const line = [](char const* status, char const* count) {
        return R"(tallyman_http_requests_total{method="GET",route="/api/jobs/{id}",status=")" +
               std::string{status} + R"("} )" + count + "\n";
    };
    EXPECT_NE(text.find(line("2xx", "2")), std::string::npos) << text;
    EXPECT_NE(text.find(line("4xx", "1")), std::string::npos) << text;
}

TEST(HttpMeters, MadeUpMethodsAndPathsAreOneSeries) {
    adapters::metrics::Registry registry;
    HttpMeters meters{registry};
    meters.answered("BREW", "", 404, {});
    auto const lines = lines_of(registry.text());
    for (int number = 0; number < 100; ++number) {
        meters.answered("M" + std::to_string(number), "", 404, {});
    }
    EXPECT_EQ(lines_of(registry.text()), lines);
}

}  // namespace tests
