// The header of a frame: RFC 9639, section 9.1.
#include "adapters/media/flac_frame.h"

#include <array>

namespace adapters::media {

namespace {

constexpr std::array<std::uint8_t, 256> crc8_table = [] {
    std::array<std::uint8_t, 256> table{};
    for (unsigned i = 0; i < table.size(); ++i) {
        unsigned value = i;
        for (int bit = 0; bit < 8; ++bit) {
            value = (value & 0x80U) != 0 ? value << 1U ^ 0x107U : value << 1U;
        }
        table[i] = static_cast<std::uint8_t>(value);
    }
    return table;
}();

std::uint8_t crc8(Bytes bytes) {
    std::uint8_t crc = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        crc = crc8_table[crc ^ u8(bytes, i)];
    }
    return crc;
}

// Reads the header byte for byte; once it ends too early, `ok` is false for good.
struct Cursor {
    Bytes bytes;
    std::size_t at = 0;
    bool ok = true;

    std::uint32_t next() {
        if (at >= bytes.size()) {
            ok = false;
            return 0;
        }
        return u8(bytes, at++);
    }

    std::uint32_t next_two() {
        auto const high = next();
        return high << 8U | next();
    }
};

// Coded as UTF-8 once was: up to 36 bits in 7 bytes.
std::uint64_t coded_number(Cursor& cursor) {
    auto const first = cursor.next();
    if (first < 0x80) {
        return first;
    }
    int more = 0;
    while (more < 7 && (first & 0x40U >> static_cast<unsigned>(more)) != 0) {
        ++more;
    }
    if (more == 0 || more > 6) {
        cursor.ok = false;
        return 0;
    }
    std::uint64_t value = first & 0x3FU >> static_cast<unsigned>(more);
    for (int i = 0; i < more; ++i) {
        auto const byte = cursor.next();
        cursor.ok = cursor.ok && (byte & 0xC0U) == 0x80;
        value = value << 6U | (byte & 0x3FU);
    }
    return value;
}

std::uint32_t block_of(std::uint32_t code, Cursor& cursor) {
    switch (code) {
        case 0:
            cursor.ok = false;
            return 0;
        case 1:
            return 192;
        case 6:
            return cursor.next() + 1;
        case 7:
            return cursor.next_two() + 1;
        default:
            return code < 6 ? 576U << (code - 2) : 256U << (code - 8);
    }
}

std::uint32_t rate_of(std::uint32_t code, Cursor& cursor) {
    constexpr std::array<std::uint32_t, 12> rates{0,      88'200, 176'400, 192'000, 8'000,  16'000,
                                                  22'050, 24'000, 32'000,  44'100,  48'000, 96'000};
    switch (code) {
        case 12:
            return cursor.next() * 1'000;
        case 13:
            return cursor.next_two();
        case 14:
            return cursor.next_two() * 10;
        case 15:
            cursor.ok = false;
            return 0;
        default:
            return rates[code];
    }
}

}  // namespace

std::optional<FlacStream> flac_stream(Bytes block) {
    if (block.size() < 34) {
        return std::nullopt;
    }
    FlacStream const stream{
        .least_block = static_cast<std::uint32_t>(big<2>(block, 0)),
        .most_block = static_cast<std::uint32_t>(big<2>(block, 2)),
        .most_frame = static_cast<std::uint32_t>(big<3>(block, 7)),
        .rate = static_cast<std::uint32_t>(big<3>(block, 10) >> 4U),
        .channels = (u8(block, 12) >> 1U & 7U) + 1,
        .bits = static_cast<std::uint32_t>((big<2>(block, 12) >> 4U & 0x1FU) + 1),
        .total = big<5>(block, 13) & 0xF'FFFF'FFFFU,
    };
    bool const lawful = stream.rate != 0 && stream.bits >= 4 &&
                        (stream.most_block == 0 || stream.most_block >= stream.least_block);
    return lawful ? std::optional{stream} : std::nullopt;
}

std::optional<FlacFrame> flac_frame(Bytes bytes) {
    if (bytes.size() < 6 || u8(bytes, 0) != 0xFF || (u8(bytes, 1) & 0xFEU) != 0xF8) {
        return std::nullopt;
    }
    constexpr std::array<std::uint32_t, 8> depths{0, 8, 12, 99, 16, 20, 24, 32};
    std::uint32_t const codes = u8(bytes, 2);
    std::uint32_t const layout = u8(bytes, 3) >> 4U;
    std::uint32_t const depth = depths[u8(bytes, 3) >> 1U & 7U];
    if (layout > 10 || depth == 99 || (u8(bytes, 3) & 1U) != 0) {
        return std::nullopt;
    }
    Cursor cursor{.bytes = bytes, .at = 4};
    FlacFrame frame{.variable = (u8(bytes, 1) & 1U) != 0,
                    .number = coded_number(cursor),
                    .channels = layout < 8 ? layout + 1 : 2,
                    .bits = depth};
    frame.side = layout < 8 ? 0 : layout == 9 ? 1 : 2;
    frame.block = block_of(codes >> 4U, cursor);
    frame.rate = rate_of(codes & 0xFU, cursor);
    frame.header = cursor.at + 1;
    auto const crc = cursor.next();
    if (!cursor.ok || crc != crc8(bytes.first(frame.header - 1))) {
        return std::nullopt;
    }
    return frame;
}

bool belongs(FlacFrame const& frame, FlacStream const& stream) {
    return frame.channels == stream.channels && (frame.bits == 0 || frame.bits == stream.bits) &&
           (frame.rate == 0 || frame.rate == stream.rate) &&
           (stream.most_block == 0 || frame.block <= stream.most_block) &&
           (frame.variable || frame.number < std::uint64_t{1} << 31U);
}

}  // namespace adapters::media
