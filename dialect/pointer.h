// JSON pointers (RFC 6901), split once and walked often.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace dialect {

struct Pointer {
    std::string text;                // as written: "/data/0/url"
    std::vector<std::string> steps;  // without escapes

    friend bool operator==(Pointer const&, Pointer const&) = default;
};

// "" is the whole, anything else begins with a slash. The error says what is wrong with it.
std::expected<Pointer, std::string> parse_pointer(std::string_view text);

}  // namespace dialect
