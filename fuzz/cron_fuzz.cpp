// Any text is a cron line or a mistake with a message; a line's next occurrence is later, and is
// what is due when it has come, in a zone with daylight saving.
#include <cstddef>
#include <cstdint>
#include <variant>

#include "base/check.h"
#include "jobs/cron.h"

namespace {

constexpr auto hour = std::chrono::hours{1};
constexpr auto summer = base::from_ms(1'774'746'000'000);
constexpr auto winter = base::from_ms(1'792'890'000'000);

void check_occurrences(jobs::CronLine const& line) {
    base::Zone const zone{.first_offset = hour, .changes = {{summer, 2 * hour}, {winter, hour}}};
    for (auto const start : {summer - 24 * hour, winter - hour / 2, winter + hour / 2}) {
        auto const next = jobs::next_after(line, zone, start);
        if (next) {
            CHECK(*next > start);
            CHECK(jobs::latest_due(line, zone, start, *next) == next);
            CHECK(!jobs::latest_due(line, zone, start, *next - base::Millis{1}));
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const parsed = jobs::parse_cron({reinterpret_cast<char const*>(data), size});
    if (auto const* what = std::get_if<std::string>(&parsed)) {
        CHECK(!what->empty());
    } else {
        check_occurrences(std::get<jobs::CronLine>(parsed));
    }
    return 0;
}
