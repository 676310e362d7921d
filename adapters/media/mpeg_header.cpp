// Tables of ISO 11172-3 and 13818-3. Version 2.5 is the customary extension to half the rates of 2.
#include "adapters/media/mpeg_header.h"

#include <algorithm>
#include <array>

namespace adapters::media {

namespace {

using Rates = std::array<std::uint16_t, 15>;  // kbit/s by index; index 0 is free format

constexpr std::array<Rates, 5> bit_rates{
    Rates{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},  // 1, I
    Rates{0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},     // 1, II
    Rates{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},      // 1, III
    Rates{0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},     // 2, I
    Rates{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},          // 2, II and III
};
constexpr std::array<std::uint32_t, 3> sample_rates{44'100, 48'000, 32'000};
constexpr std::uint32_t shortest_free = 24;

std::uint32_t samples_of(MpegVersion version, unsigned layer) {
    if (layer == 1) {
        return 384;
    }
    return layer == 3 && version != MpegVersion::v1 ? 576 : 1'152;
}

std::uint32_t rate_of(MpegVersion version, unsigned index) {
    auto const rate = sample_rates[index];
    if (version == MpegVersion::v1) {
        return rate;
    }
    return version == MpegVersion::v2 ? rate / 2 : rate / 4;
}

std::uint32_t kbits_of(MpegVersion version, unsigned layer, unsigned index) {
    std::size_t const row = version == MpegVersion::v1 ? layer - 1 : layer == 1 ? 3 : 4;
    return bit_rates[row][index];
}

// Layer I counts in slots of four bytes, and rounds to them.
std::uint32_t length_of(MpegHeader const& header, std::uint32_t kbits) {
    auto const rate = header.frame.rate;
    if (header.layer == 1) {
        return 12'000 * kbits / rate * 4;
    }
    return header.frame.samples * 125 * kbits / rate;
}

}  // namespace

std::optional<MpegHeader> mpeg_header(Bytes bytes, std::size_t at) {
    if (bytes.size() < at || bytes.size() - at < 4 || u8(bytes, at) != 0xFF) {
        return std::nullopt;
    }
    unsigned const second = u8(bytes, at + 1);
    unsigned const third = u8(bytes, at + 2);
    unsigned const version = second >> 3 & 3;
    unsigned const layer = 4 - (second >> 1 & 3);
    unsigned const bit_rate = third >> 4;
    unsigned const rate = third >> 2 & 3;
    if (second < 0xE0 || version == 1 || layer == 4 || bit_rate == 15 || rate == 3) {
        return std::nullopt;
    }
    MpegHeader header{.version = static_cast<MpegVersion>(version),
                      .layer = static_cast<std::uint8_t>(layer),
                      .mono = u8(bytes, at + 3) >> 6 == 3,
                      .guarded = (second & 1) == 0};
    header.padding = (third >> 1 & 1) * (layer == 1 ? 4 : 1);
    header.frame = {.samples = samples_of(header.version, layer),
                    .rate = rate_of(header.version, rate),
                    .kind = version << 8 | layer << 4 | rate};
    if (bit_rate != 0) {
        auto const kbits = kbits_of(header.version, layer, bit_rate);
        header.frame.length = length_of(header, kbits) + header.padding;
    } else {
        header.frame.kind |= 1U << 12;
    }
    return header;
}

std::optional<Frame> MpegFrames::frame(Bytes bytes, std::size_t at) const {
    auto header = mpeg_header(bytes, at);
    if (!header) {
        return std::nullopt;
    }
    if (header->frame.length == 0) {
        if (!free_ || free_->kind != header->frame.kind) {
            return std::nullopt;
        }
        header->frame.length = free_->length + header->padding;
    }
    return header->frame;
}

// A frame of this length at the beginning is followed by one of its kind, and that by another or
// by the end.
bool MpegFrames::repeats(Bytes bytes, bool last, std::uint32_t kind, std::uint32_t length) {
    std::size_t at = 0;
    for (int count = 0; count < 3; ++count) {
        auto const header = mpeg_header(bytes, at);
        if (!header || header->frame.kind != kind || header->frame.length != 0) {
            return count == 2 && ((last && at == bytes.size()) || tag_length(bytes, at));
        }
        at += length + header->padding;
        if (at > bytes.size()) {
            return false;
        }
    }
    return true;
}

bool MpegFrames::learn(Bytes bytes, bool last) {
    auto const first = mpeg_header(bytes, 0);
    if (!first || first->frame.length != 0) {
        return false;
    }
    auto const most = std::min(longest, bytes.size());
    for (std::size_t next = shortest_free + first->padding; next < most; ++next) {
        // All but the padding bit and the channels' mode stays the same in such a file.
        if (bytes[next] != bytes[0] || next + 4 > bytes.size() || bytes[next + 1] != bytes[1]) {
            continue;
        }
        auto const length = static_cast<std::uint32_t>(next) - first->padding;
        if (repeats(bytes, last, first->frame.kind, length)) {
            free_ = Free{.kind = first->frame.kind, .length = length};
            return true;
        }
    }
    return false;
}

}  // namespace adapters::media
