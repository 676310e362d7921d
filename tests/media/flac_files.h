// FLAC byte for byte: every frame holds one value for all of its samples, so that it is short, and
// whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tests/media/byte_files.h"

namespace media_test {

// The CRC of that many bits over a polynomial, most significant bit first, beginning with zero.
inline std::uint64_t crc(std::string const& bytes, unsigned bits, std::uint64_t polynomial) {
    std::uint64_t value = 0;
    for (auto const byte : bytes) {
        value ^= std::uint64_t{static_cast<std::uint8_t>(byte)} << (bits - 8);
        for (int i = 0; i < 8; ++i) {
            value <<= 1U;
            value ^= (value >> bits & 1U) != 0 ? polynomial | std::uint64_t{1} << bits : 0;
        }
    }
    return value;
}

// As UTF-8 does it, up to 36 bits.
inline std::string coded_number(std::uint64_t value) {
    if (value < 0x80) {
        return std::string(1, static_cast<char>(value));
    }
    std::string rest;
    std::uint64_t room = 0x20;  // what fits into the first byte
    while (true) {
        rest.insert(0, 1, static_cast<char>(0x80 | (value & 0x3F)));
        value >>= 6U;
        if (value < room) {
            break;
        }
        room >>= 1U;
    }
    auto const mark = ~((room << 1U) - 1) & 0xFF;
    return std::string(1, static_cast<char>(room == 0 ? 0xFE : mark | value)) + rest;
}

struct Flac {
    std::uint32_t rate = 24'000;
    std::uint32_t channels = 1;
    std::uint32_t bits = 16;
    std::uint32_t block = 1'000;
    int frames = 10;
    std::uint32_t last_block = 300;
    bool variable = false;
    std::uint64_t first_number = 0;
    std::optional<std::uint64_t> total;  // what STREAMINFO says
    std::uint32_t most_frame = 0;        // likewise
    std::string blocks;                  // of metadata, behind STREAMINFO; the last one closes them

    [[nodiscard]] std::uint64_t samples() const {
        return static_cast<std::uint64_t>(frames - 1) * block + last_block;
    }

    [[nodiscard]] std::string head() const {
        auto const packed = std::uint64_t{rate} << 44U | std::uint64_t{channels - 1} << 41U |
                            std::uint64_t{bits - 1} << 36U | total.value_or(samples());
        return "fLaC" + std::string(1, blocks.empty() ? '\x80' : '\0') + big(34, 3) +
               big(block, 2) + big(block, 2) + big(0, 3) + big(most_frame, 3) + big(packed, 8) +
               zeros(16) + blocks;
    }

    [[nodiscard]] std::string frame(std::uint64_t number, std::uint32_t size) const {
        auto header = std::string{"\xFF"} + (variable ? "\xF9" : "\xF8") + "\x70" +
                      std::string(1, static_cast<char>((channels - 1) << 4U | 4U << 1U)) +
                      coded_number(number) + big(size - 1, 2);
        header += big(crc(header, 8, 0x07), 1);
        for (std::uint32_t channel = 0; channel < channels; ++channel) {
            header += big(0, 1) + big(0x1234, 2);
        }
        return header + big(crc(header, 16, 0x8005), 2);
    }

    [[nodiscard]] std::string body() const {
        std::string text;
        for (int i = 0; i < frames; ++i) {
            auto const index = static_cast<std::uint64_t>(i);
            text += frame(first_number + (variable ? index * block : index),
                          i + 1 == frames ? last_block : block);
        }
        return text;
    }

    [[nodiscard]] std::string file() const { return head() + body(); }
};

// A block of metadata; type 4 is a comment, 6 a picture.
inline std::string flac_block(int type, std::string const& content, bool is_last) {
    return big(static_cast<std::uint64_t>(type | (is_last ? 0x80 : 0)), 1) +
           big(content.size(), 3) + content;
}

}  // namespace media_test
