// A packet's table-of-contents byte says the length of a frame and how many there are.
#include "adapters/media/opus.h"

#include <array>

namespace adapters::media {

namespace {

constexpr std::uint64_t most_samples = 5'760;  // 120 ms

std::uint64_t frame_samples(std::uint8_t toc) {
    constexpr std::array<std::uint64_t, 4> silk{480, 960, 1'920, 2'880};
    constexpr std::array<std::uint64_t, 2> hybrid{480, 960};
    constexpr std::array<std::uint64_t, 4> celt{120, 240, 480, 960};
    auto const config = static_cast<unsigned>(toc >> 3);
    if (config < 12) {
        return silk[config % 4];
    }
    return config < 16 ? hybrid[config % 2] : celt[config % 4];
}

}  // namespace

std::optional<OpusHead> parse_opus_head(Bytes packet) {
    if (packet.size() < 19 || !matches(packet, 0, "OpusHead")) {
        return std::nullopt;
    }
    bool const known = u8(packet, 8) < 16;  // a higher half byte is an incompatible version
    if (!known || u8(packet, 9) == 0) {
        return std::nullopt;
    }
    return OpusHead{.pre_skip = little<2>(packet, 10)};
}

std::uint64_t opus_samples(Bytes head, std::uint64_t size) {
    if (head.empty()) {
        return 0;
    }
    auto const toc = u8(head, 0);
    std::uint64_t frames = (toc & 3U) == 0 ? 1 : 2;
    if ((toc & 3U) == 3) {
        if (size < 2 || head.size() < 2) {
            return 0;
        }
        frames = u8(head, 1) & 63U;
    }
    auto const samples = frames * frame_samples(toc);
    return samples <= most_samples ? samples : 0;
}

std::optional<std::uint64_t> OpusPackets::samples(Bytes head, std::uint64_t size) {
    if (matches(head, 0, "OpusTags") || matches(head, 0, "OpusHead")) {
        return std::nullopt;
    }
    return opus_samples(head, size);
}

}  // namespace adapters::media
