// Cron lines: minute hour day-of-month month day-of-week, in a time zone. Lists, ranges, steps,
// names of months and days, and @hourly, @daily, @weekly, @monthly, @yearly. As everywhere: if both
// days are restricted, either matches.
#pragma once

#include <bitset>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.h"
#include "base/zone.h"

namespace jobs {

struct CronLine {
    std::bitset<60> minutes;
    std::bitset<24> hours;
    std::bitset<32> days;     // 1..31
    std::bitset<13> months;   // 1..12
    std::bitset<7> weekdays;  // 0 is Sunday
    bool any_day = true;      // the day-of-month field was *
    bool any_weekday = true;
};

// A line, or what is wrong with it ("hour: 25 is not between 0 and 23").
std::variant<CronLine, std::string> parse_cron(std::string_view text);

// The first occurrence after that instant; nullopt if there is none within five years (30
// February). An occurrence skipped by a daylight-saving change happens at the change; a repeated
// one once.
std::optional<base::Timestamp> next_after(CronLine const& line, base::Zone const& zone,
                                          base::Timestamp after);

// The latest occurrence in (after, until], if there is one: what is due now, misses folded into
// one.
std::optional<base::Timestamp> latest_due(CronLine const& line, base::Zone const& zone,
                                          base::Timestamp after, base::Timestamp until);

}  // namespace jobs
