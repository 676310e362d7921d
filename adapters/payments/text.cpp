#include "adapters/payments/text.h"

#include <algorithm>
#include <iterator>

#include "base/base64.h"

namespace adapters::payments {

namespace {

constexpr std::size_t longest_text = 255;
constexpr std::size_t most_digits = 15;  // thousands of millions of millions of minor units

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool all_between(std::string_view text, char low, char high) {
    return !text.empty() && text.size() <= longest_text &&
           std::ranges::all_of(text, [&](char c) { return c >= low && c <= high; });
}

char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view one, std::string_view other) {
    return std::ranges::equal(one, other, {}, to_lower, to_lower);
}

}  // namespace

std::optional<std::string> from_base64_lines(std::string_view text) {
    std::string dense;
    std::ranges::copy_if(text, std::back_inserter(dense),
                         [](char c) { return c != ' ' && c != '\t' && c != '\r' && c != '\n'; });
    return base::from_base64(dense);
}

std::string upper(std::string_view text) {
    std::string result{text};
    std::ranges::transform(result, result.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return result;
}

bool is_id(std::string_view text) {
    return all_between(text, '!', '~');
}

bool is_plain(std::string_view text) {
    return all_between(text, ' ', '~');
}

std::string text_within(std::string_view text, std::size_t bytes) {
    auto end = std::min(text.size(), bytes);
    auto const inside = [&] {
        return end > 0 && end < text.size() &&
               (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80;
    };
    while (inside()) {
        --end;
    }
    return std::string{text.substr(0, end)};
}

std::optional<std::int64_t> whole_number(std::string_view text) {
    if (text.empty() || text.size() > most_digits || !std::ranges::all_of(text, is_digit)) {
        return std::nullopt;
    }
    std::int64_t number = 0;
    for (char const c : text) {
        number = number * 10 + (c - '0');
    }
    return number;
}

std::optional<std::int64_t> minor_units(std::string_view text) {
    auto const point = text.find('.');
    if (point == std::string_view::npos) {
        auto const whole = text.size() + 2 <= most_digits ? whole_number(text) : std::nullopt;
        return whole ? std::optional{*whole * 100} : std::nullopt;
    }
    auto const decimals = text.substr(point + 1);
    if (point == 0 || decimals.empty() || decimals.size() > 2) {
        return std::nullopt;
    }
    std::string digits{text.substr(0, point)};
    digits.append(decimals).append(2 - decimals.size(), '0');
    return whole_number(digits);
}

std::expected<std::string_view, Refusal> header_at_most_once(Headers const& headers,
                                                             std::string_view name) {
    auto const is_it = [&](auto const& header) { return same_name(header.first, name); };
    auto const first = std::ranges::find_if(headers, is_it);
    if (first == headers.end()) {
        return std::string_view{};
    }
    if (std::find_if(first + 1, headers.end(), is_it) != headers.end()) {
        return std::unexpected{Refusal{.why = Why::ambiguous, .what = std::string{name}}};
    }
    return first->second;
}

std::expected<std::string_view, Refusal> header_once(Headers const& headers,
                                                     std::string_view name) {
    auto const value = header_at_most_once(headers, name);
    if (value && value->empty()) {
        return std::unexpected{Refusal{.why = Why::missing, .what = std::string{name}}};
    }
    return value;
}

bool is_near(std::int64_t seconds, base::Timestamp now, base::Millis tolerance) {
    auto const distance = base::from_ms(seconds * 1'000) - now;
    return distance <= tolerance && distance >= -tolerance;
}

}  // namespace adapters::payments
