// A small reader of UTF-8 that takes no overlong forms, surrogates or numbers beyond Unicode.
#include "adapters/providers/text.h"

#include <algorithm>
#include <utility>

namespace adapters::providers {

namespace {

bool continues(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

// The least and greatest byte that may follow this first one.
std::pair<unsigned char, unsigned char> second_range(unsigned char first) {
    switch (first) {
        case 0xE0:
            return {0xA0, 0xBF};
        case 0xED:
            return {0x80, 0x9F};
        case 0xF0:
            return {0x90, 0xBF};
        case 0xF4:
            return {0x80, 0x8F};
        default:
            return {0x80, 0xBF};
    }
}

std::size_t length_from(unsigned char first) {
    if (first < 0x80) {
        return 1;
    }
    if (first < 0xC2 || first > 0xF4) {
        return 0;
    }
    return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

// Bytes of the character that the text begins with; zero if it begins with none.
std::size_t character(std::string_view text) {
    auto const first = static_cast<unsigned char>(text.front());
    auto const length = length_from(first);
    if (length < 2 || length > text.size()) {
        return length == 1 ? 1 : 0;
    }
    auto const [least, greatest] = second_range(first);
    auto const second = static_cast<unsigned char>(text[1]);
    bool const good = second >= least && second <= greatest &&
                      std::ranges::all_of(text.substr(2, length - 2), continues);
    return good ? length : 0;
}

bool is_space_or_control(char byte) {
    auto const value = static_cast<unsigned char>(byte);
    return value <= 0x20 || value == 0x7F;
}

}  // namespace

std::string one_line(std::string_view bytes) {
    std::string line;
    bool space = false;
    while (!bytes.empty()) {
        auto const length = character(bytes);
        auto const taken = std::max<std::size_t>(length, 1);
        if (is_space_or_control(bytes.front())) {
            space = !line.empty();
        } else {
            line.append(space ? " " : "");
            line.append(length == 0 ? "?" : bytes.substr(0, taken));
            space = false;
        }
        bytes.remove_prefix(taken);
    }
    return line;
}

// Providers, and what stands between, answer in any encoding; stores and people want UTF-8.
std::string one_line(std::string_view bytes, std::size_t most) {
    constexpr std::size_t widest = 4;  // bytes of a character
    auto const line = one_line(bytes.substr(0, most * widest));
    return std::string{beginning(line, most)};
}

std::string_view beginning(std::string_view utf8, std::size_t longest) {
    auto end = std::min(longest, utf8.size());
    while (end > 0 && end < utf8.size() && continues(utf8[end])) {
        --end;
    }
    return utf8.substr(0, end);
}

}  // namespace adapters::providers
