#include "adapters/payments/fields.h"

#include <algorithm>
#include <ranges>

namespace adapters::payments {

namespace {

constexpr std::size_t longest_name = 64;

bool is_name_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

// After each '&' up to the next one there is no '='.
bool may_be_cut(std::string_view value) {
    for (auto at = value.find('&'); at != value.npos;) {
        auto const next = value.find('&', at + 1);
        if (value.substr(at, next == value.npos ? next : next - at).contains('=')) {
            return true;
        }
        at = next;
    }
    return false;
}

}  // namespace

bool is_field_name(std::string_view text) {
    return !text.empty() && text.size() <= longest_name && std::ranges::all_of(text, is_name_byte);
}

std::string_view field_of(Fields const& fields, std::string_view name) {
    auto const found = std::ranges::find(fields, name, &Fields::value_type::first);
    return found == fields.end() ? std::string_view{} : std::string_view{found->second};
}

bool has_twice(Fields const& fields) {
    std::vector<std::string_view> names;
    names.reserve(fields.size());
    for (auto const& [name, value] : fields) {
        names.push_back(name);
    }
    std::ranges::sort(names);
    return std::ranges::adjacent_find(names) != names.end();
}

std::string signed_text(Fields const& fields, std::initializer_list<std::string_view> without,
                        Empty empty) {
    std::vector<Fields::value_type const*> parts;
    for (auto const& field : fields) {
        bool const counts = empty == Empty::kept || !field.second.empty();
        if (counts && std::ranges::find(without, field.first) == without.end()) {
            parts.push_back(&field);
        }
    }
    std::ranges::sort(parts, {}, [](auto const* field) { return std::string_view{field->first}; });
    std::string text;
    for (auto const* field : parts) {
        text.append(text.empty() ? "" : "&").append(field->first).append("=").append(field->second);
    }
    return text;
}

bool is_ambiguous(Fields const& fields) {
    return std::ranges::any_of(fields | std::views::values, may_be_cut);
}

}  // namespace adapters::payments
