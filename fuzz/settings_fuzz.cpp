// Any text is settings or a list of problems, and settings hold together.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "config/load.h"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const loaded = config::parse_settings({reinterpret_cast<char const*>(data), size},
                                               "tallyman.yaml", {{"TALLYMAN_LOG_LEVEL", "error"}});
    CHECK(loaded.value.has_value() == loaded.problems.empty());
    for (auto const& problem : loaded.problems) {
        CHECK(!problem.what.empty());
    }
    if (!loaded.value) {
        return 0;
    }
    auto const& settings = *loaded.value;
    CHECK(settings.log.level == config::LogLevel::error);
    CHECK(settings.rules.lease >= 2 * settings.worker.heartbeat);
    for (auto const& [name, service] : settings.services) {
        CHECK(settings.providers.contains(service.provider));
        CHECK(settings.rules.services.at(name).provider == service.provider);
        CHECK(service.rules.backoff <= service.rules.backoff_cap);
    }
    return 0;
}
