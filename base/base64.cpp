#include "base/base64.h"

#include <array>
#include <cstdint>

namespace base {

namespace {

constexpr std::string_view plain_letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t none = 0xFF;

using Values = std::array<std::uint8_t, 256>;

constexpr Values values_of(std::string_view letters) {
    Values values{};
    values.fill(none);
    for (std::size_t at = 0; at < letters.size(); ++at) {
        values[static_cast<unsigned char>(letters[at])] = static_cast<std::uint8_t>(at);
    }
    return values;
}

constexpr Values plain_values = values_of(plain_letters);
constexpr Values url_values = values_of(url_letters);

std::string encoded(std::string_view bytes, std::string_view letters) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    std::uint32_t pending = 0;
    unsigned bits = 0;
    for (char const byte : bytes) {
        pending = pending << 8U | static_cast<unsigned char>(byte);
        bits += 8;
        while (bits >= 6) {
            bits -= 6;
            text.push_back(letters[pending >> bits & 63U]);
        }
        pending &= (1U << bits) - 1;
    }
    if (bits > 0) {
        text.push_back(letters[pending << (6 - bits) & 63U]);
    }
    return text;
}

// Without padding.
std::optional<std::string> decoded(std::string_view text, Values const& values) {
    if (text.size() % 4 == 1) {
        return std::nullopt;
    }
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t pending = 0;
    unsigned bits = 0;
    for (char const letter : text) {
        auto const value = values[static_cast<unsigned char>(letter)];
        if (value == none) {
            return std::nullopt;
        }
        pending = pending << 6U | value;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes.push_back(static_cast<char>(pending >> bits & 255U));
        }
        pending &= (1U << bits) - 1;
    }
    return pending == 0 ? std::optional{std::move(bytes)} : std::nullopt;
}

}  // namespace

std::string to_base64(std::string_view bytes) {
    auto text = encoded(bytes, plain_letters);
    text.append((4 - text.size() % 4) % 4, '=');
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) {
        return std::nullopt;
    }
    text.remove_suffix(text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0);
    return decoded(text, plain_values);
}

std::string to_base64url(std::string_view bytes) {
    return encoded(bytes, url_letters);
}

std::optional<std::string> from_base64url(std::string_view text) {
    return decoded(text, url_values);
}

}  // namespace base
