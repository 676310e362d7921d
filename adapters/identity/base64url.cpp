#include "adapters/identity/base64url.h"

#include <array>
#include <cstdint>

namespace adapters::identity {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t none = 0xFF;

constexpr std::array<std::uint8_t, 256> values = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(none);
    for (std::size_t at = 0; at < alphabet.size(); ++at) {
        table[static_cast<unsigned char>(alphabet[at])] = static_cast<std::uint8_t>(at);
    }
    return table;
}();

}  // namespace

std::string to_base64url(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() * 4 + 2) / 3);
    std::uint32_t pending = 0;
    unsigned bits = 0;
    for (char const byte : bytes) {
        pending = pending << 8U | static_cast<unsigned char>(byte);
        bits += 8;
        while (bits >= 6) {
            bits -= 6;
            text.push_back(alphabet[pending >> bits & 63U]);
        }
        pending &= (1U << bits) - 1;
    }
    if (bits > 0) {
        text.push_back(alphabet[pending << (6 - bits) & 63U]);
    }
    return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
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

}  // namespace adapters::identity
