#include "base/text.h"

#include <algorithm>

namespace base {

namespace {

bool is_letter_or_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return is_letter_or_digit(c) || c == '-' || c == '_';
    });
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    constexpr std::string_view as_they_are = "-._~";
    std::string encoded;
    encoded.reserve(text.size());
    for (char const c : text) {
        if (is_letter_or_digit(c) || as_they_are.contains(c)) {
            encoded += c;
            continue;
        }
        auto const byte = static_cast<unsigned char>(c);
        encoded += '%';
        encoded += digits[byte >> 4U];
        encoded += digits[byte & 15U];
    }
    return encoded;
}

std::string ascii_line(std::string_view text, std::size_t most) {
    std::string line{text.substr(0, most)};
    std::ranges::replace_if(line, [](char c) { return c < ' ' || c > '~'; }, ' ');
    return line;
}

}  // namespace base
