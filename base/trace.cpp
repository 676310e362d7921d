// Places and digits of a traceparent.
#include "base/trace.h"

#include <algorithm>

#include "base/sha256.h"

namespace base {

namespace {

constexpr std::size_t id_at = 3;
constexpr std::size_t id_digits = 32;
constexpr std::size_t span_at = 36;
constexpr std::size_t span_digits = 16;
constexpr std::size_t flags_at = 53;
constexpr std::size_t all = 55;

bool hex_digits(std::string_view text) {
    return std::ranges::all_of(
        text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool all_zeros(std::string_view text) {
    return text.find_first_not_of('0') == std::string_view::npos;
}

bool is_id(std::string_view text) {
    return hex_digits(text) && !all_zeros(text);
}

}  // namespace

bool is_traceparent(std::string_view text) {
    return text.size() == all && text.starts_with("00-") && text[span_at - 1] == '-' &&
           text[flags_at - 1] == '-' && is_id(text.substr(id_at, id_digits)) &&
           is_id(text.substr(span_at, span_digits)) && hex_digits(text.substr(flags_at));
}

std::string traceparent_or_none(std::string_view text) {
    return is_traceparent(text) ? std::string{text} : std::string{};
}

std::string_view trace_id(std::string_view traceparent) {
    return is_traceparent(traceparent) ? traceparent.substr(id_at, id_digits) : std::string_view{};
}

std::string child_of(std::string_view parent, std::string_view what) {
    if (!is_traceparent(parent)) {
        return {};
    }
    std::string line{parent};
    auto span = hex(sha256(line + ' ' + std::string{what})).substr(0, span_digits);
    if (all_zeros(span)) {
        span.back() = '1';
    }
    return line.replace(span_at, span_digits, span);
}

}  // namespace base
