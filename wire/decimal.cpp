// Exact scaling of a decimal with an exponent: digits and a power of ten, moved and cut as text.
#include "wire/decimal.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <string>

#include "base/credits.h"

namespace wire {

namespace {

struct Parts {
    bool negative = false;
    std::string digits;  // without leading zeros; empty: the number is zero
    std::int64_t power = 0;
};

std::int64_t exponent_of(std::string_view text) {
    if (text.starts_with('+')) {
        text.remove_prefix(1);
    }
    std::int64_t exponent = 0;
    std::span const digits{text};
    auto const [stop, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    if (error != std::errc{}) {
        exponent = text.starts_with('-') ? -1'000'000'000 : 1'000'000'000;
    }
    return std::clamp<std::int64_t>(exponent, -1'000'000'000, 1'000'000'000);
}

Parts parts_of(std::string_view number) {
    Parts parts;
    parts.negative = number.starts_with('-');
    if (parts.negative) {
        number.remove_prefix(1);
    }
    if (auto const e = number.find_first_of("eE"); e != std::string_view::npos) {
        parts.power = exponent_of(number.substr(e + 1));
        number = number.substr(0, e);
    }
    if (auto const dot = number.find('.'); dot != std::string_view::npos) {
        parts.power -= static_cast<std::int64_t>(number.size() - dot - 1);
        parts.digits = std::string(number.substr(0, dot)) + std::string(number.substr(dot + 1));
    } else {
        parts.digits = number;
    }
    parts.digits.erase(0, std::min(parts.digits.find_first_not_of('0'), parts.digits.size()));
    return parts;
}

// Cuts the digits below the unit; says whether anything but zeros was cut.
bool cut(std::string& digits, std::int64_t places) {
    auto const keep = std::max<std::int64_t>(0, static_cast<std::int64_t>(digits.size()) - places);
    auto const kept = digits.substr(0, static_cast<std::size_t>(keep));
    auto const rest = digits.substr(static_cast<std::size_t>(keep));
    digits = kept;
    return rest.find_first_not_of('0') != std::string::npos;
}

std::optional<std::int64_t> scaled(std::string_view number, int places, bool up) {
    auto parts = parts_of(number);
    if (parts.digits.empty()) {
        return 0;
    }
    parts.power += places;
    bool inexact = false;
    if (parts.power < 0) {
        inexact = cut(parts.digits, -parts.power);
    } else if (parts.power + static_cast<std::int64_t>(parts.digits.size()) > 19) {
        return std::nullopt;
    } else {
        parts.digits.append(static_cast<std::size_t>(parts.power), '0');
    }
    auto const whole = parts.digits.empty() ? 0 : base::parse_integer(parts.digits);
    if (!whole || *whole == std::numeric_limits<std::int64_t>::max()) {
        return std::nullopt;
    }
    auto const away = inexact && up != parts.negative ? 1 : 0;
    return parts.negative ? -(*whole + away) : *whole + away;
}

}  // namespace

std::optional<std::int64_t> scaled_up(std::string_view number, int places) {
    return scaled(number, places, true);
}

std::optional<std::int64_t> scaled_down(std::string_view number, int places) {
    return scaled(number, places, false);
}

}  // namespace wire
