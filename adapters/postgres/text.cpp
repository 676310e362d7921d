#include "adapters/postgres/text.h"

#include <algorithm>

namespace adapters::postgres {

namespace {

// How long the UTF-8 sequence at the front is; 0: it is none that PostgreSQL takes.
std::size_t sequence_at(std::string_view text) {
    auto const byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    auto const follows = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
    auto const first = byte(0);
    if (first < 0x80) {
        return first == 0 ? 0 : 1;
    }
    if (first >= 0xc2 && first <= 0xdf) {
        return follows(1) ? 2 : 0;
    }
    if (first >= 0xe0 && first <= 0xef) {
        bool const overlong = first == 0xe0 && byte(1) < 0xa0;
        bool const surrogate = first == 0xed && byte(1) > 0x9f;
        return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        bool const overlong = first == 0xf0 && byte(1) < 0x90;
        bool const beyond = first == 0xf4 && byte(1) > 0x8f;
        return follows(1) && follows(2) && follows(3) && !overlong && !beyond ? 4 : 0;
    }
    return 0;
}

bool plain(char c) {
    auto const byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x80 && c != '\'' && c != '"' && c != '\\';
}

// What text is within decides how quotes and backslashes in it are written.
enum class Within { literal, array, row_in_array };

std::string_view written(char c, Within within) {
    switch (within) {
        case Within::literal:
            return c == '\'' ? "''" : c == '"' ? "\"" : "\\";
        case Within::array:
            return c == '\'' ? "'" : c == '"' ? "\\\"" : "\\\\";
        case Within::row_in_array:
            return c == '\'' ? "'" : c == '"' ? "\\\"\\\"" : "\\\\\\\\";
    }
    return "?";
}

void append_escaped(std::string& out, std::string_view text, Within within) {
    while (!text.empty()) {
        auto const* const end = std::ranges::find_if_not(text, plain);
        auto const run = static_cast<std::size_t>(end - text.begin());
        out += text.substr(0, run);
        text.remove_prefix(run);
        if (text.empty()) {
            return;
        }
        char const c = text.front();
        auto const length = sequence_at(text);
        if (length == 0) {
            out += '?';
        } else if (c == '\'' || c == '"' || c == '\\') {
            out += written(c, within);
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
}

void append_number(std::string& out, std::int64_t value) {
    char digits[24];
    auto const end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    out.append(digits, static_cast<std::size_t>(end - digits));
}

unsigned nibble(char c) {
    return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
}

}  // namespace

std::string literal(std::string_view text) {
    std::string out = "'";
    append_escaped(out, text, Within::literal);
    return out + "'";
}

std::string literal(std::int64_t number) {
    // In parentheses, so that a minus never meets another one before it.
    return number < 0 ? "(" + std::to_string(number) + ")" : std::to_string(number);
}

std::string array(std::vector<std::int64_t> const& numbers) {
    std::string out = "{";
    for (auto const number : numbers) {
        out += out.size() > 1 ? "," : "";
        append_number(out, number);
    }
    return out + "}";
}

std::string array(std::vector<std::string> const& texts) {
    std::string out = "{";
    for (auto const& text : texts) {
        out += out.size() > 1 ? ",\"" : "\"";
        append_escaped(out, text, Within::array);
        out += '"';
    }
    return out + "}";
}

std::string literal(std::vector<std::int64_t> const& numbers) {
    return literal(array(numbers));
}

std::string literal(std::vector<std::string> const& texts) {
    return literal(array(texts));
}

bool is_storable(std::string_view text) {
    bool ascii = true;  // nearly always, and seen without a branch for each byte
    for (char const c : text) {
        ascii &= static_cast<signed char>(c) > 0;
    }
    if (ascii) {
        return true;
    }
    while (!text.empty()) {
        auto const length = sequence_at(text);
        if (length == 0) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

std::string storable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        auto const length = sequence_at(text);
        out += length == 0 ? "?" : text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

void append_in_row(std::string& out, std::string_view text) {
    append_escaped(out, text, Within::row_in_array);
}

// Written as "\x" and hexadecimal digits; nothing else is a hash that is not set.
base::Hash Row::hash() {
    auto const text = view();
    base::Hash hash{};
    if (text.size() != 2 + 2 * hash.size()) {
        return hash;
    }
    for (std::size_t i = 0; i < hash.size(); ++i) {
        hash[i] =
            static_cast<std::uint8_t>((nibble(text[2 + 2 * i]) << 4U) | nibble(text[3 + 2 * i]));
    }
    return hash;
}

}  // namespace adapters::postgres
