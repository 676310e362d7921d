// Occurrences against a model that walks every minute of the wall clock and every instant.
#include <iterator>
#include <optional>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/cron/zones.h"

namespace jobs {

namespace {

using base::Millis;
using base::Timestamp;
using std::chrono::hours;
using std::chrono::minutes;

constexpr minutes stretch{5 * 1440};

// A few days with one change of offset in them, forwards or backwards, by up to a day.
base::Zone arbitrary_zone(Timestamp begin) {
    minutes const before{*rc::gen::inRange(-12 * 60, 14 * 60)};
    minutes const after{*rc::gen::inRange(-12 * 60, 14 * 60)};
    auto const at = begin + minutes{*rc::gen::inRange(1 * 1440, 4 * 1440)};
    return {.name = "any", .first_offset = before, .changes = {{at, after}}};
}

CronLine arbitrary_line() {
    auto const field = [](int low, int high) {
        return *rc::gen::element<std::string>("*", "*", std::to_string(low), "*/2",
                                              std::to_string(*rc::gen::inRange(low, high)),
                                              std::to_string(*rc::gen::inRange(low, high)) + "/7");
    };
    return cron(field(0, 60) + " " + field(0, 24) + " " + field(1, 32) + " * " + field(0, 7));
}

bool matches(CronLine const& line, std::chrono::local_time<Millis> wall) {
    auto const day = std::chrono::floor<std::chrono::days>(wall);
    std::chrono::hh_mm_ss const clock{wall - day};
    std::chrono::year_month_day const date{day};
    bool const by_date = line.days.test(unsigned{date.day()});
    bool const by_weekday = line.weekdays.test(std::chrono::weekday{day}.c_encoding());
    bool const on_day = line.any_day       ? by_weekday
                        : line.any_weekday ? by_date
                                           : by_date || by_weekday;
    return on_day && line.months.test(unsigned{date.month()}) &&
           line.hours.test(static_cast<std::size_t>(clock.hours().count())) &&
           line.minutes.test(static_cast<std::size_t>(clock.minutes().count()));
}

// Lets the clock run: whenever it shows a minute that it never reached before, that minute and all
// that it jumped over are over, and those that match occur now.
std::set<Timestamp> occurrences(CronLine const& line, base::Zone const& zone, Timestamp begin) {
    std::set<Timestamp> found;
    auto reached = base::local_at(zone, begin);
    for (auto now = begin + minutes{1}; now <= begin + stretch; now += minutes{1}) {
        for (auto const shown = base::local_at(zone, now); reached < shown;) {
            reached += minutes{1};
            if (matches(line, reached)) {
                found.insert(now);
            }
        }
    }
    return found;
}

RC_GTEST_PROP(CronModel, AgreesOnEveryOccurrenceAroundAChangeOfOffset, ()) {
    auto const begin = utc("2026-02-25");
    auto const zone = arbitrary_zone(begin);
    auto const line = arbitrary_line();
    std::set<Timestamp> found;
    for (auto at = next_after(line, zone, begin); at && *at <= begin + stretch;
         at = next_after(line, zone, *at)) {
        found.insert(*at);
    }
    RC_ASSERT(found == occurrences(line, zone, begin));
}

RC_GTEST_PROP(CronModel, AgreesOnWhatIsDue, ()) {
    auto const begin = utc("2026-02-25");
    auto const zone = arbitrary_zone(begin);
    auto const line = arbitrary_line();
    auto const all = occurrences(line, zone, begin);
    auto const after = begin + Millis{*rc::gen::inRange<std::int64_t>(0, Millis{stretch}.count())};
    auto const until = begin + Millis{*rc::gen::inRange<std::int64_t>(0, Millis{stretch}.count())};
    auto const later = all.upper_bound(until);
    std::optional<Timestamp> expected;
    if (later != all.begin() && *std::prev(later) > after) {
        expected = *std::prev(later);
    }
    RC_ASSERT(latest_due(line, zone, after, until) == expected);
}

}  // namespace

}  // namespace jobs
