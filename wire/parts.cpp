// Commas and colons count outside strings and at the first level only.
#include "wire/parts.h"

namespace wire {

namespace {

// Where the value that begins here ends: at the comma or bracket after it.
std::size_t end_of(std::string_view text, std::size_t at) {
    int depth = 0;
    bool quoted = false;
    for (; at < text.size(); ++at) {
        char const c = text[at];
        if (quoted) {
            at += c == '\\' ? 1 : 0;
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            depth += 1;
        } else if (c == '}' || c == ']') {
            if (depth == 0) {
                return at;
            }
            depth -= 1;
        } else if ((c == ',' || c == ':') && depth == 0) {
            return at;
        }
    }
    return text.size();
}

}  // namespace

std::optional<std::string_view> member_of(std::string_view object, std::string_view name) {
    std::size_t at = 1;
    while (at + 1 < object.size()) {
        auto const colon = end_of(object, at);
        auto const key = object.substr(at, colon - at);
        auto const begin = colon + 1;
        if (begin >= object.size()) {
            return std::nullopt;
        }
        auto const end = end_of(object, begin);
        if (key.size() == name.size() + 2 && key.substr(1, name.size()) == name) {
            return object.substr(begin, end - begin);
        }
        at = end + 1;
    }
    return std::nullopt;
}

std::vector<std::string_view> items_of(std::string_view array) {
    std::vector<std::string_view> items;
    std::size_t at = 1;
    while (at + 1 < array.size()) {
        auto const end = end_of(array, at);
        items.push_back(array.substr(at, end - at));
        at = end + 1;
    }
    return items;
}

}  // namespace wire
