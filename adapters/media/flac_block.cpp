// The header of a FLAC frame (RFC 9639, section 9.1), as far as the block size and its CRC-8.
#include "adapters/media/flac_block.h"

#include <bit>

namespace adapters::media {

namespace {

std::uint8_t crc_8(Bytes bytes) {
    unsigned crc = 0;
    for (auto const byte : bytes) {
        crc ^= std::to_integer<unsigned>(byte);
        for (int i = 0; i < 8; ++i) {
            crc = (crc << 1U) ^ ((crc & 0x80U) != 0 ? 0x107U : 0U);
        }
    }
    return static_cast<std::uint8_t>(crc);
}

// How many bytes the coded number takes, by its first one; 0: none begins so.
std::size_t number_length(std::uint8_t first) {
    auto const ones = static_cast<std::size_t>(std::countl_one(first));
    if (ones == 0) {
        return 1;
    }
    return ones == 1 || ones == 8 ? 0 : ones;
}

}  // namespace

std::optional<FlacBlocks> parse_flac_stream(Bytes info) {
    if (info.size() < 34) {
        return std::nullopt;
    }
    FlacBlocks const stream{.rate = big<3>(info, 10) >> 4, .block = big<2>(info, 2)};
    return stream.rate > 0 ? std::optional{stream} : std::nullopt;
}

std::uint64_t flac_block_samples(Bytes head) {
    if (head.size() < 6 || (big<2>(head, 0) & 0xFF'FEU) != 0xFF'F8U) {
        return 0;
    }
    unsigned const size_code = u8(head, 2) >> 4U;
    unsigned const rate_code = u8(head, 2) & 15U;
    auto const number = number_length(u8(head, 4));
    std::size_t const size_bytes = size_code == 6 ? 1 : size_code == 7 ? 2 : 0;
    std::size_t const rate_bytes = rate_code == 12 ? 1 : rate_code == 13 || rate_code == 14 ? 2 : 0;
    auto const end = 4 + number + size_bytes + rate_bytes;
    if (size_code == 0 || rate_code == 15 || number == 0 || head.size() < end + 1 ||
        crc_8(head.first(end)) != u8(head, end)) {
        return 0;
    }
    switch (size_code) {
        case 1:
            return 192;
        case 6:
            return big<1>(head, 4 + number) + 1;
        case 7:
            return big<2>(head, 4 + number) + 1;
        default:
            return size_code < 6 ? std::uint64_t{576} << (size_code - 2)
                                 : std::uint64_t{256} << (size_code - 8);
    }
}

std::optional<std::uint64_t> FlacPackets::samples(Bytes head, std::uint64_t /*size*/) {
    if (head.empty()) {
        return 0;
    }
    if (u8(head, 0) == 0xFF) {
        return flac_block_samples(head);
    }
    bool const describes = (u8(head, 0) & 0x7FU) == 0 && head.size() >= 38;
    if (!ready() && describes) {
        if (auto const stream = parse_flac_stream(head.subspan(4))) {
            stream_ = *stream;
        }
    }
    return std::nullopt;
}

}  // namespace adapters::media
