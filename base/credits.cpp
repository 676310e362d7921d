#include "base/credits.h"

#include <charconv>

namespace base {

namespace {

constexpr int places = 6;
constexpr std::int64_t largest_whole = 9'000'000'000'000;

bool all_digits(std::string_view text) {
    for (char const c : text) {
        if (c < '0' || c > '9') {
            return false;
        }
    }
    return !text.empty();
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) {
    std::int64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) {
        return std::nullopt;
    }
    return value;
}

std::optional<Rate> parse_rate(std::string_view text) {
    auto const point = text.find('.');
    auto const whole_text = text.substr(0, point);
    auto const fraction =
        point == std::string_view::npos ? std::string_view{"0"} : text.substr(point + 1);
    if (!all_digits(whole_text) || !all_digits(fraction) || fraction.size() > places) {
        return std::nullopt;
    }
    auto const whole = parse_integer(whole_text);
    if (!whole || *whole > largest_whole) {
        return std::nullopt;
    }
    std::string padded{fraction};
    padded.resize(places, '0');
    return Rate{*whole * one.micros + *parse_integer(padded)};
}

std::string to_text(Rate rate) {
    CHECK(rate.micros >= 0);
    std::string text = std::to_string(rate.micros / one.micros);
    std::string fraction = std::to_string(one.micros + rate.micros % one.micros).substr(1);
    while (!fraction.empty() && fraction.back() == '0') {
        fraction.pop_back();
    }
    return fraction.empty() ? text : text + "." + fraction;
}

}  // namespace base
