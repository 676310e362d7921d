#include "wire/fields.h"

#include <algorithm>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "wire/decimal.h"
#include "wire/name.h"

namespace wire {

namespace {

constexpr std::int64_t most_text_characters = 500;
constexpr std::int64_t longest_ms = 366LL * 24 * 3600 * 1000;

bool are_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<std::string> mistake_in_text(std::string_view text) {
    if (!valid_utf8(text)) {
        return "is not valid UTF-8";
    }
    if (code_points(text) > most_text_characters) {
        return fmt::format("is longer than {} characters", most_text_characters);
    }
    auto const control = [](char c) {
        return (c >= 0 && c < ' ' && c != '\n' && c != '\t') || c == '\x7f';
    };
    return std::ranges::any_of(text, control)
               ? std::optional{std::string("has a control character")}
               : std::nullopt;
}

std::int64_t Fields::amount(std::string_view field) {
    if (!there(field)) {
        wrong(field, "is required");
        return 0;
    }
    auto const number = body_.numbers.find(field);
    auto const digits = number != body_.numbers.end() && are_digits(number->second);
    auto const value = digits ? base::parse_integer(number->second) : std::nullopt;
    if (!digits || value == 0) {
        wrong(field, "must be a positive integer");
    } else if (!value || *value > most_credits) {
        wrong(field, fmt::format("must be at most {}", most_credits));
    }
    return value.value_or(0);
}

std::int64_t Fields::change(std::string_view field) {
    if (!there(field)) {
        wrong(field, "is required");
        return 0;
    }
    auto const number = body_.numbers.find(field);
    auto const text = number == body_.numbers.end() ? std::string_view{} : number->second;
    bool const whole = are_digits(text.substr(text.starts_with('-') ? 1 : 0));
    auto const value = whole ? base::parse_integer(text) : std::nullopt;
    if (!whole || value == 0) {
        wrong(field, "must be a whole number other than 0");
    } else if (!value || *value > most_credits || *value < -most_credits) {
        wrong(field, fmt::format("must be from {} to {}", -most_credits, most_credits));
    }
    return value.value_or(0);
}

std::string Fields::word(std::string_view field, bool required) {
    auto const text = string(field, required);
    if (text && (required || !text->empty())) {
        if (auto mistake = mistake_in_name(*text, most_word_characters)) {
            wrong(field, std::move(*mistake));
        }
    }
    return text.value_or("");
}

std::string Fields::word_or_number(std::string_view field) {
    auto const number = body_.numbers.find(field);
    return number == body_.numbers.end() ? word(field, true) : number->second;
}

std::string Fields::text(std::string_view field) {
    auto text = string(field, false);
    if (text) {
        if (auto mistake = mistake_in_text(*text)) {
            wrong(field, std::move(*mistake));
        }
    }
    return text.value_or("");
}

std::optional<std::string> Fields::fact(std::string_view field) {
    auto const* const value = body_.object.if_contains({field.data(), field.size()});
    if (value == nullptr) {
        return std::nullopt;
    }
    return value->is_null() ? std::string{} : word(field, false);
}

std::optional<base::Millis> Fields::seconds(std::string_view field) {
    if (!there(field)) {
        return std::nullopt;
    }
    auto const number = body_.numbers.find(field);
    if (number == body_.numbers.end() || number->second.starts_with('-')) {
        wrong(field, "must be a number of seconds, not negative");
        return std::nullopt;
    }
    auto const ms = scaled_up(number->second, 3);
    if (!ms || *ms > longest_ms) {
        wrong(field, "must be in seconds, and no more than a year of them");
        return std::nullopt;
    }
    return base::Millis{*ms};
}

std::string Fields::object(std::string_view field) {
    auto const* const value = there(field);
    if (value != nullptr && !value->is_object()) {
        wrong(field, "must be an object");
        return "{}";
    }
    return value == nullptr ? "{}" : boost::json::serialize(*value);
}

boost::json::value const* Fields::there(std::string_view field) const {
    auto const* const value = body_.object.if_contains({field.data(), field.size()});
    return value == nullptr || value->is_null() ? nullptr : value;
}

void Fields::wrong(std::string_view field, std::string what) {
    errors_.push_back({.field = std::string{field}, .what = std::move(what)});
}

std::optional<std::string> Fields::string(std::string_view field, bool required) {
    auto const* const value = there(field);
    if (value == nullptr) {
        if (required) {
            wrong(field, "is required");
        }
        return std::nullopt;
    }
    if (!value->is_string()) {
        wrong(field, "must be a string");
        return std::nullopt;
    }
    auto const& text = value->get_string();
    return std::string{text.data(), text.size()};
}

}  // namespace wire
