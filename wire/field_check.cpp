// One field at a time: there, of its type, within its limits. Fields that no service names pass.
#include "wire/field_check.h"

#include <fmt/format.h>

#include "wire/decimal.h"

namespace wire {

namespace {

namespace json = boost::json;

bool has_type(json::value const& value, config::FieldType type) {
    switch (type) {
        case config::FieldType::text:
            return value.is_string();
        case config::FieldType::number:
            return value.is_number();
        case config::FieldType::integer:
            return value.is_int64() || value.is_uint64();
        case config::FieldType::boolean:
            return value.is_bool();
        case config::FieldType::object:
            return value.is_object();
        case config::FieldType::list:
            return value.is_array();
        case config::FieldType::any:
            return true;
    }
    return false;
}

std::string_view name_of(config::FieldType type) {
    switch (type) {
        case config::FieldType::text:
            return "a string";
        case config::FieldType::number:
            return "a number";
        case config::FieldType::integer:
            return "a whole number";
        case config::FieldType::boolean:
            return "true or false";
        case config::FieldType::object:
            return "an object";
        case config::FieldType::list:
            return "a list";
        case config::FieldType::any:
            return "anything";
    }
    return "";
}

std::string length_mistake(json::value const& value, std::int64_t most) {
    if (value.is_string()) {
        auto const& text = value.get_string();
        return code_points({text.data(), text.size()}) > most
                   ? fmt::format("is longer than {} characters", most)
                   : "";
    }
    if (value.is_array() && static_cast<std::int64_t>(value.get_array().size()) > most) {
        return fmt::format("has more than {} items", most);
    }
    return "";
}

// A number that does not fit 64 bits when scaled is beyond every limit, on its own side of zero.
std::string range_mistake(std::string const& number, config::Field const& field) {
    auto const negative = number.starts_with('-');
    if (field.minimum) {
        auto const low = scaled_down(number, 6);
        if (low ? *low < field.minimum->micros : negative) {
            return "is less than " + base::to_text(*field.minimum);
        }
    }
    if (field.maximum) {
        auto const high = scaled_up(number, 6);
        if (high ? *high > field.maximum->micros : !negative) {
            return "is more than " + base::to_text(*field.maximum);
        }
    }
    return "";
}

std::string mistake_in(StrictObject const& input, config::Field const& field) {
    auto const* const value = input.object.if_contains(field.name);
    if (value == nullptr) {
        return field.required ? "is required" : "";
    }
    if (!has_type(*value, field.type)) {
        return fmt::format("must be {}", name_of(field.type));
    }
    if (field.max_length) {
        if (auto mistake = length_mistake(*value, *field.max_length); !mistake.empty()) {
            return mistake;
        }
    }
    auto const number = input.numbers.find(field.name);
    return number == input.numbers.end() ? "" : range_mistake(number->second, field);
}

}  // namespace

void check_fields(StrictObject const& input, config::Service const& service,
                  std::vector<FieldError>& errors) {
    for (auto const& field : service.fields) {
        if (auto mistake = mistake_in(input, field); !mistake.empty()) {
            errors.push_back({.field = "input." + field.name, .what = std::move(mistake)});
        }
    }
}

}  // namespace wire
