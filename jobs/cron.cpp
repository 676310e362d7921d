// Reading a cron line, and finding its occurrences. Occurrences are times on the zone's wall clock;
// each becomes the one instant that base::instant_of gives, which settles skipped and repeated
// ones.
#include "jobs/cron.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <expected>
#include <span>
#include <utility>
#include <vector>

#include "base/credits.h"

namespace jobs {

namespace {

using std::chrono::days;
using std::chrono::minutes;
using Names = std::span<std::string_view const>;
using Bits = std::uint64_t;
using Mistake = std::unexpected<std::string>;

constexpr std::array<std::string_view, 12> month_names{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> weekday_names{"sun", "mon", "tue", "wed",
                                                        "thu", "fri", "sat"};

struct Field {
    std::string_view name;
    int low = 0;
    int high = 0;
    int last = 0;  // where `*` ends: Sunday may be written 7, but it is 0
    Names names;   // of low, low + 1, …
};

constexpr Field minute_field{"minute", 0, 59, 59, {}};
constexpr Field hour_field{"hour", 0, 23, 23, {}};
constexpr Field day_field{"day-of-month", 1, 31, 31, {}};
constexpr Field month_field{"month", 1, 12, 12, month_names};
constexpr Field weekday_field{"day-of-week", 0, 7, 6, weekday_names};

struct Range {
    int from = 0;
    int to = 0;
};

std::string quoted(std::string_view text) {
    return "`" + std::string{text} + "`";
}

Mistake mistake(Field const& field, std::string const& what) {
    return Mistake{std::string{field.name} + ": " + what};
}

Mistake outside(Field const& field, std::string const& what, int low, int high) {
    return mistake(
        field, what + " is not between " + std::to_string(low) + " and " + std::to_string(high));
}

std::optional<int> named(Field const& field, std::string_view text) {
    std::string lower{text};
    std::ranges::transform(lower, lower.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    auto const found = std::ranges::find(field.names, lower);
    if (found == field.names.end()) {
        return std::nullopt;
    }
    return field.low + static_cast<int>(found - field.names.begin());
}

std::expected<int, std::string> parse_value(Field const& field, std::string_view text) {
    if (auto const value = named(field, text)) {
        return *value;
    }
    auto const value = base::parse_integer(text);
    if (text.empty()) {
        return mistake(field, "a value is missing");
    }
    if (!value) {
        return mistake(field, quoted(text) + " is not a number" +
                                  (field.names.empty() ? "" : " or a name such as ") +
                                  (field.names.empty() ? "" : std::string{field.names[1]}));
    }
    if (*value < field.low || *value > field.high) {
        return outside(field, std::to_string(*value), field.low, field.high);
    }
    return static_cast<int>(*value);
}

// "*", "5", "1-5"
std::expected<Range, std::string> parse_range(Field const& field, std::string_view text,
                                              bool has_step) {
    if (text == "*") {
        return Range{field.low, field.last};
    }
    auto const dash = text.find('-');
    auto const from = parse_value(field, text.substr(0, dash));
    if (!from) {
        return Mistake{from.error()};
    }
    if (dash == std::string_view::npos) {
        return Range{*from, has_step ? std::max(field.last, *from) : *from};
    }
    auto to = parse_value(field, text.substr(dash + 1));
    if (!to) {
        return Mistake{to.error()};
    }
    // A week that ends on Sunday ("fri-sun") is usual enough.
    if (*to < *from && *to == 0 && field.last < field.high) {
        *to = field.high;
    }
    if (*to < *from) {
        return mistake(field, quoted(text) + " runs backwards");
    }
    return Range{*from, *to};
}

std::expected<int, std::string> parse_step(Field const& field, std::string_view text) {
    auto const step = base::parse_integer(text);
    if (!step) {
        return mistake(field, quoted(text) + " is not a step");
    }
    if (*step < 1 || *step > field.high) {
        return outside(field, "a step of " + std::to_string(*step), 1, field.high);
    }
    return static_cast<int>(*step);
}

// One of the parts between commas.
std::expected<Bits, std::string> parse_part(Field const& field, std::string_view text) {
    auto const slash = text.find('/');
    bool const has_step = slash != std::string_view::npos;
    auto const range = parse_range(field, text.substr(0, slash), has_step);
    auto const step = has_step ? parse_step(field, text.substr(slash + 1)) : 1;
    if (!range || !step) {
        return Mistake{range ? step.error() : range.error()};
    }
    Bits bits = 0;
    for (int value = range->from; value <= range->to; value += *step) {
        bits |= Bits{1} << static_cast<unsigned>(value);
    }
    return bits;
}

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
    std::vector<std::string_view> parts;
    for (;;) {
        auto const end = text.find_first_of(separators);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

std::expected<Bits, std::string> parse_field(Field const& field, std::string_view text) {
    Bits bits = 0;
    for (auto const part : split(text, ",")) {
        auto const more = parse_part(field, part);
        if (!more) {
            return more;
        }
        bits |= *more;
    }
    return bits;
}

std::optional<std::string_view> expanded(std::string_view word) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 7> nicknames{
        {{"@hourly", "0 * * * *"},
         {"@daily", "0 0 * * *"},
         {"@midnight", "0 0 * * *"},
         {"@weekly", "0 0 * * 0"},
         {"@monthly", "0 0 1 * *"},
         {"@yearly", "0 0 1 1 *"},
         {"@annually", "0 0 1 1 *"}}};
    auto const found =
        std::ranges::find(nicknames, word, &std::pair<std::string_view, std::string_view>::first);
    return found == nicknames.end() ? std::nullopt : std::optional{found->second};
}

std::vector<std::string_view> words_of(std::string_view text) {
    auto words = split(text, " \t");
    std::erase(words, "");
    return words;
}

std::expected<CronLine, std::string> parse_fields(std::span<std::string_view const> words) {
    constexpr std::array<Field, 5> fields{minute_field, hour_field, day_field, month_field,
                                          weekday_field};
    std::array<Bits, 5> bits{};
    for (std::size_t i = 0; i < fields.size(); ++i) {
        auto const parsed = parse_field(fields[i], words[i]);
        if (!parsed) {
            return Mistake{parsed.error()};
        }
        bits[i] = *parsed;
    }
    constexpr Bits sunday = 1;
    bits[4] |= (bits[4] >> 7U) & sunday;
    return CronLine{.minutes = bits[0],
                    .hours = bits[1],
                    .days = bits[2],
                    .months = bits[3],
                    .weekdays = bits[4] & 0x7fU,
                    .any_day = words[2] == "*",
                    .any_weekday = words[4] == "*"};
}

// ---- occurrences
// ---------------------------------------------------------------------------------

using WallDay = std::chrono::local_days;

bool falls_on(CronLine const& line, WallDay day) {
    std::chrono::year_month_day const date{day};
    if (!line.months[unsigned{date.month()}]) {
        return false;
    }
    bool const by_day = line.days[unsigned{date.day()}];
    bool const by_weekday = line.weekdays[std::chrono::weekday{day}.c_encoding()];
    bool const both_restricted = !line.any_day && !line.any_weekday;
    return both_restricted ? by_day || by_weekday : by_day && by_weekday;
}

// The first minute of a day, from that one on, at which the line's clock fields match.
std::optional<minutes> first_minute(CronLine const& line, minutes from) {
    for (auto minute = from; minute < days{1};) {
        auto const hour = std::chrono::floor<std::chrono::hours>(minute);
        if (!line.hours[static_cast<std::size_t>(hour.count())]) {
            minute = hour + std::chrono::hours{1};
        } else if (!line.minutes[static_cast<std::size_t>((minute - hour).count())]) {
            ++minute;
        } else {
            return minute;
        }
    }
    return std::nullopt;
}

// The first occurrence in (after, until].
std::optional<base::Timestamp> first_between(CronLine const& line, base::Zone const& zone,
                                             base::Timestamp after, base::Timestamp until) {
    auto const wall = std::chrono::floor<minutes>(base::local_at(zone, after));
    auto const first_day = std::chrono::floor<days>(wall);
    // A clock that was set back showed later times before; two days cover any such change.
    auto const last_day = std::chrono::floor<days>(base::local_at(zone, until)) + days{2};
    auto minute = wall - first_day + minutes{1};
    for (auto day = first_day; day <= last_day; day += days{1}, minute = minutes{0}) {
        if (!falls_on(line, day)) {
            continue;
        }
        for (auto at = first_minute(line, minute); at; at = first_minute(line, *at + minutes{1})) {
            auto const instant = base::instant_of(zone, day + *at);
            if (instant > until) {
                return std::nullopt;
            }
            // In a repeated hour the occurrences of its first pass are over.
            if (instant > after) {
                return instant;
            }
        }
    }
    return std::nullopt;
}

}  // namespace

std::variant<CronLine, std::string> parse_cron(std::string_view text) {
    auto words = words_of(text);
    if (words.size() == 1 && words.front().starts_with('@')) {
        auto const fields = expanded(words.front());
        if (!fields) {
            return quoted(words.front()) +
                   " is not known; there are @hourly, @daily, @weekly, @monthly and @yearly";
        }
        words = words_of(*fields);
    }
    if (words.size() != 5) {
        return "expected five fields (minute hour day-of-month month day-of-week), got " +
               std::to_string(words.size());
    }
    auto line = parse_fields(words);
    if (!line) {
        return line.error();
    }
    return *line;
}

std::optional<base::Timestamp> next_after(CronLine const& line, base::Zone const& zone,
                                          base::Timestamp after) {
    constexpr days five_years{5 * 366};
    return first_between(line, zone, after, after + five_years);
}

std::optional<base::Timestamp> latest_due(CronLine const& line, base::Zone const& zone,
                                          base::Timestamp after, base::Timestamp until) {
    auto latest = first_between(line, zone, after, until);
    if (!latest) {
        return std::nullopt;
    }
    // Halves the stretch that may hold a later one, so that years of misses take a few dozen looks.
    auto none_after = until;
    while (*latest < none_after) {
        auto const middle = *latest + (none_after - *latest) / 2;
        if (auto const later = first_between(line, zone, middle, none_after)) {
            latest = later;
        } else {
            none_after = middle;
        }
    }
    return latest;
}

}  // namespace jobs
