// Credits are the unit of money: a 64-bit integer, never a float. Rate is an exact decimal with six
// places (micro-credits). Operators stop the program on overflow; where an overflow is possible for
// an honest reason (a huge grant), ask `checked_add` and refuse.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/check.h"

namespace base {

struct Credits {
    std::int64_t value = 0;

    friend constexpr auto operator<=>(Credits, Credits) = default;
};

constexpr std::optional<Credits> checked_add(Credits a, Credits b) {
    Credits sum;
    if (__builtin_add_overflow(a.value, b.value, &sum.value)) {
        return std::nullopt;
    }
    return sum;
}

constexpr Credits operator-(Credits a) {
    CHECK(a.value != std::numeric_limits<std::int64_t>::min());
    return {-a.value};
}

constexpr Credits operator+(Credits a, Credits b) {
    auto const sum = checked_add(a, b);
    CHECK(sum.has_value());
    return *sum;
}

constexpr Credits operator-(Credits a, Credits b) {
    Credits difference;
    CHECK(!__builtin_sub_overflow(a.value, b.value, &difference.value));
    return difference;
}

constexpr Credits& operator+=(Credits& a, Credits b) {
    return a = a + b;
}

constexpr Credits& operator-=(Credits& a, Credits b) {
    return a = a - b;
}

// An exact decimal with at most six places: 0.25 is 250,000 micros.
struct Rate {
    std::int64_t micros = 0;

    friend constexpr auto operator<=>(Rate, Rate) = default;
};

inline constexpr Rate one{1'000'000};

// Digits with an optional fraction of up to six digits: "1", "0.25". No sign, no exponent, no
// spaces. Anything else, or more than 9,000,000,000,000, is nullopt.
std::optional<Rate> parse_rate(std::string_view text);

// The shortest text that parse_rate reads back as the same rate.
std::string to_text(Rate rate);

// A whole positive or negative number that fits 64 bits, nothing around it.
std::optional<std::int64_t> parse_integer(std::string_view text);

}  // namespace base
