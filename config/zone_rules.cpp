// Reads the POSIX form of daylight-saving rules and writes out the changes of the coming decades.
#include "config/zone_rules.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace config {

namespace {

using std::chrono::days;
using std::chrono::seconds;

constexpr int last_year = 2100;

// When in the year, and when in that day.
struct Rule {
    enum class Kind { weekday_of_month, day_of_year, day_without_leap };

    Kind kind = Kind::day_of_year;
    int month = 0, week = 0, weekday = 0;
    int day = 0;
    seconds time{7200};
};

struct Rules {
    seconds standard{};
    seconds summer{};
    Rule begin;  // of summer, by standard time
    Rule end;    // of summer, by summer time
};

// Takes the line apart from the front. After a failure everything fails.
class Scanner {
public:
    explicit Scanner(std::string_view line) : rest_{line} {}

    bool good() const { return good_; }

    bool done() const { return rest_.empty(); }

    bool next_is(char c) const { return rest_.starts_with(c); }

    bool skip(char c) {
        bool const there = rest_.starts_with(c);
        rest_.remove_prefix(there ? 1 : 0);
        return there;
    }

    void need(char c) { good_ = skip(c) && good_; }

    int number(int low, int high) {
        int value = 0;
        auto const [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        good_ = good_ && !next_is('-') && error == std::errc{} && value >= low && value <= high;
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return good_ ? value : low;
    }

    // "EST" or "<+0330>"
    void zone_name() {
        bool const bracketed = skip('<');
        auto const is_part = [&](char c) {
            return bracketed ? c != '>' : (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        };
        auto const end = std::ranges::find_if_not(rest_, is_part);
        auto const size = static_cast<std::size_t>(end - rest_.begin());
        good_ = good_ && size > 0;
        rest_.remove_prefix(size);
        if (bracketed) {
            need('>');
        }
    }

    // "-3:30", up to a week
    seconds time() {
        bool const negative = skip('-');
        skip('+');
        seconds value = std::chrono::hours{number(0, 167)};
        if (skip(':')) {
            value += std::chrono::minutes{number(0, 59)};
        }
        if (skip(':')) {
            value += seconds{number(0, 59)};
        }
        return negative ? -value : value;
    }

    // ",M3.2.0/2", ",J60" or ",59/1"
    Rule rule() {
        Rule rule;
        need(',');
        if (skip('M')) {
            rule.kind = Rule::Kind::weekday_of_month;
            rule.month = number(1, 12);
            need('.');
            rule.week = number(1, 5);
            need('.');
            rule.weekday = number(0, 6);
        } else if (skip('J')) {
            rule.kind = Rule::Kind::day_without_leap;
            rule.day = number(1, 365);
        } else {
            rule.day = number(0, 365);
        }
        if (skip('/')) {
            rule.time = time();
        }
        return rule;
    }

private:
    std::string_view rest_;
    bool good_ = true;
};

std::chrono::sys_days day_of(Rule const& rule, std::chrono::year year) {
    using namespace std::chrono;
    switch (rule.kind) {
        case Rule::Kind::weekday_of_month: {
            auto const in = year / month{static_cast<unsigned>(rule.month)};
            weekday const day{static_cast<unsigned>(rule.weekday)};
            return rule.week == 5 ? sys_days{in / day[last]}
                                  : sys_days{in / day[static_cast<unsigned>(rule.week)]};
        }
        case Rule::Kind::day_without_leap: {
            bool const after_february = year.is_leap() && rule.day >= 60;
            return sys_days{year / January / 1} + days{rule.day - (after_february ? 0 : 1)};
        }
        case Rule::Kind::day_of_year:
            return sys_days{year / January / 1} + days{rule.day};
    }
    return {};
}

void append_years(Rules const& rules, base::Zone& zone) {
    using Change = base::Zone::Change;
    auto const has_last = !zone.changes.empty();
    auto const last = has_last ? zone.changes.back().at : base::Timestamp{};
    auto const first_year = std::chrono::year_month_day{std::chrono::floor<days>(last)}.year();
    std::vector<Change> coming;
    for (auto year = first_year; year <= std::chrono::year{last_year}; ++year) {
        coming.push_back(
            {day_of(rules.begin, year) + rules.begin.time - rules.standard, rules.summer});
        coming.push_back({day_of(rules.end, year) + rules.end.time - rules.summer, rules.standard});
    }
    // Where one summer ends at the very moment the next begins, it is the summer that holds.
    std::ranges::sort(coming, {}, [](Change const& c) { return std::pair{c.at, c.offset}; });
    for (auto const& change : coming) {
        if (has_last && change.at <= last) {
            continue;
        }
        if (!zone.changes.empty() && zone.changes.back().at == change.at) {
            zone.changes.back().offset = change.offset;
        } else {
            zone.changes.push_back(change);
        }
    }
}

}  // namespace

bool extend_by_rules(std::string_view line, base::Zone& zone) {
    if (line.empty()) {
        return true;
    }
    Scanner scanner{line};
    Rules rules;
    scanner.zone_name();
    rules.standard = -scanner.time();
    if (scanner.done()) {
        return scanner.good();
    }
    scanner.zone_name();
    rules.summer = scanner.next_is(',') ? rules.standard + seconds{3600} : -scanner.time();
    rules.begin = scanner.rule();
    rules.end = scanner.rule();
    if (!scanner.good() || !scanner.done()) {
        return false;
    }
    append_years(rules, zone);
    return true;
}

}  // namespace config
