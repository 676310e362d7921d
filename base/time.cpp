// Text forms of instants and durations.
#include "base/time.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/credits.h"

namespace base {

namespace {

using std::chrono::sys_days;

constexpr Timestamp first_shown{sys_days{std::chrono::year{0} / 1 / 1}};
constexpr Timestamp first_not_shown{sys_days{std::chrono::year{10000} / 1 / 1}};

// The form has four digits for the year, so only those years can be read and written.
bool shown(Timestamp at) {
    return at >= first_shown && at < first_not_shown;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::size_t leading_digits(std::string_view text) {
    std::size_t count = 0;
    while (count < text.size() && is_digit(text[count])) {
        ++count;
    }
    return count;
}

// Exactly `count` digits at that place, of a number from `low` to `high`.
std::optional<int> number_at(std::string_view text, std::size_t place, std::size_t count, int low,
                             int high) {
    if (text.size() < place + count || leading_digits(text.substr(place, count)) != count) {
        return std::nullopt;
    }
    auto const number = static_cast<int>(*parse_integer(text.substr(place, count)));
    return number < low || number > high ? std::nullopt : std::optional{number};
}

std::optional<Timestamp> parse_date(std::string_view text) {
    auto const year = number_at(text, 0, 4, 0, 9999);
    auto const month = number_at(text, 5, 2, 1, 12);
    auto const day = number_at(text, 8, 2, 1, 31);
    if (!year || !month || !day || text[4] != '-' || text[7] != '-') {
        return std::nullopt;
    }
    auto const date = std::chrono::year{*year} / *month / *day;
    return date.ok() ? std::optional{Timestamp{sys_days{date}}} : std::nullopt;
}

// "05:51:25"
std::optional<Millis> parse_clock(std::string_view text) {
    auto const hours = number_at(text, 0, 2, 0, 23);
    auto const minutes = number_at(text, 3, 2, 0, 59);
    auto const seconds = number_at(text, 6, 2, 0, 59);
    if (!hours || !minutes || !seconds || text[2] != ':' || text[5] != ':') {
        return std::nullopt;
    }
    return std::chrono::hours{*hours} + std::chrono::minutes{*minutes} +
           std::chrono::seconds{*seconds};
}

// Takes ".120" off the front of the text; what is finer than a millisecond is cut off.
std::optional<Millis> take_fraction(std::string_view& text) {
    if (!text.starts_with('.')) {
        return Millis{0};
    }
    auto const count = leading_digits(text.substr(1));
    if (count == 0) {
        return std::nullopt;
    }
    std::string digits{text.substr(1, count)};
    digits.resize(3, '0');
    text.remove_prefix(1 + count);
    return Millis{*parse_integer(digits)};
}

// "Z" or "+08:00"
std::optional<Millis> parse_offset(std::string_view text) {
    if (text == "Z" || text == "z") {
        return Millis{0};
    }
    auto const hours = number_at(text, 1, 2, 0, 23);
    auto const minutes = number_at(text, 4, 2, 0, 59);
    if (!hours || !minutes || text.size() != 6 || text[3] != ':' ||
        (text[0] != '+' && text[0] != '-')) {
        return std::nullopt;
    }
    Millis const offset = std::chrono::hours{*hours} + std::chrono::minutes{*minutes};
    return text[0] == '-' ? -offset : offset;
}

std::string padded(std::int64_t number, std::size_t width) {
    std::string const digits = std::to_string(number);
    return std::string(width - std::min(width, digits.size()), '0') + digits;
}

struct Unit {
    std::string_view name;
    std::int64_t ms;
};

// From large to small, the order in which they may follow each other.
constexpr std::array<Unit, 5> units{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

// Takes "30m" off the front of the text and adds it to `total`; the unit must come after `next`
// units, which moves on. False where that does not go.
bool take_piece(std::string_view& text, std::size_t& next, std::int64_t& total) {
    auto const count = leading_digits(text);
    auto const number = parse_integer(text.substr(0, count));
    text.remove_prefix(count);
    std::string_view name = text.substr(0, std::min(text.find_first_of("0123456789"), text.size()));
    text.remove_prefix(name.size());
    while (next < units.size() && units[next].name != name) {
        ++next;
    }
    if (!number || next == units.size()) {
        return false;
    }
    std::int64_t ms = 0;
    bool const fits = !__builtin_mul_overflow(*number, units[next].ms, &ms) &&
                      !__builtin_add_overflow(total, ms, &total);
    ++next;
    return fits;
}

}  // namespace

std::string to_text(Timestamp at) {
    if (!shown(at)) {
        return std::to_string(to_ms(at)) + "ms since 1970";
    }
    auto const midnight = std::chrono::floor<std::chrono::days>(at);
    std::chrono::year_month_day const date{midnight};
    std::chrono::hh_mm_ss const clock{at - midnight};
    return padded(int{date.year()}, 4) + "-" + padded(unsigned{date.month()}, 2) + "-" +
           padded(unsigned{date.day()}, 2) + "T" + padded(clock.hours().count(), 2) + ":" +
           padded(clock.minutes().count(), 2) + ":" + padded(clock.seconds().count(), 2) + "." +
           padded(clock.subseconds().count(), 3) + "Z";
}

std::optional<Timestamp> parse_timestamp(std::string_view text) {
    auto const date = parse_date(text);
    if (!date || text.size() == 10) {
        return date;
    }
    auto const clock = parse_clock(text.substr(11));
    if (!clock || (text[10] != 'T' && text[10] != 't' && text[10] != ' ')) {
        return std::nullopt;
    }
    auto rest = text.substr(19);
    auto const fraction = take_fraction(rest);
    auto const offset = parse_offset(rest);
    if (!fraction || !offset) {
        return std::nullopt;
    }
    auto const at = *date + *clock + *fraction - *offset;
    return shown(at) ? std::optional{at} : std::nullopt;
}

std::optional<Millis> parse_duration(std::string_view text) {
    std::int64_t total = 0;
    std::size_t next_unit = 0;
    do {
        if (!take_piece(text, next_unit, total)) {
            return std::nullopt;
        }
    } while (!text.empty());
    return Millis{total};
}

std::string to_text(Millis duration) {
    if (duration.count() == 0) {
        return "0s";
    }
    std::string text = duration.count() < 0 ? "-" : "";
    auto rest = duration.count();
    for (auto const& unit : units) {
        // Digits are taken off the number as it is: the most negative one has no positive twin.
        if (auto const count = rest / unit.ms; count != 0) {
            auto const digits = std::to_string(count);
            text += digits.substr(digits.starts_with('-') ? 1 : 0);
            text += unit.name;
        }
        rest %= unit.ms;
    }
    return text;
}

}  // namespace base
