// How long simple packets play.
#include "adapters/media/simple_packets.h"

#include <algorithm>
#include <array>

namespace adapters::media {

namespace {

// The bits of at most 16 bytes, highest first; zeros behind the end.
class HighBits {
public:
    explicit HighBits(Bytes bytes) : bytes_{bytes} {}

    std::uint32_t take(unsigned count) {
        std::uint32_t value = 0;
        for (; count > 0; --count, ++at_) {
            auto const byte = at_ / 8;
            unsigned const bits = byte < bytes_.size() ? u8(bytes_, byte) : 0U;
            value = value << 1U | (bits >> (7 - at_ % 8) & 1U);
        }
        return value;
    }

private:
    Bytes bytes_;
    std::size_t at_ = 0;
};

constexpr std::array<std::uint64_t, 13> aac_rates{96'000, 88'200, 64'000, 48'000, 44'100,
                                                  32'000, 24'000, 22'050, 16'000, 12'000,
                                                  11'025, 8'000,  7'350};

std::uint64_t take_aac_rate(HighBits& bits) {
    auto const index = bits.take(4);
    if (index == 15) {
        return bits.take(24);
    }
    return index < aac_rates.size() ? aac_rates[index] : 0;
}

std::uint32_t take_aac_type(HighBits& bits) {
    auto const type = bits.take(5);
    return type == 31 ? 32 + bits.take(6) : type;
}

struct AacFormat {
    std::uint64_t rate = 0;  // of the core
    std::uint64_t output_rate = 0;
    std::uint64_t samples = 1'024;  // a packet, of the core
};

AacFormat parse_aac(Bytes config) {
    constexpr std::uint32_t band_replication = 5;
    constexpr std::uint32_t parametric_stereo = 29;
    constexpr std::uint32_t low_delay = 23;
    constexpr std::uint32_t enhanced_low_delay = 39;
    HighBits bits{config};
    AacFormat format;
    auto type = take_aac_type(bits);
    format.rate = take_aac_rate(bits);
    bits.take(4);  // channels
    if (type == band_replication || type == parametric_stereo) {
        format.output_rate = take_aac_rate(bits);
        type = take_aac_type(bits);
    }
    bool const shorter = bits.take(1) != 0;
    bool const low = type == low_delay || type == enhanced_low_delay;
    format.samples = low ? (shorter ? 480 : 512) : shorter ? 960 : 1'024;
    if (format.output_rate == 0 && !low && config.size() >= 5) {
        bits.take(2);  // no core coder, no extension: what a plain configuration has
        bool const extended = bits.take(11) == 0x2B7 && take_aac_type(bits) == band_replication;
        format.output_rate = extended && bits.take(1) != 0 ? take_aac_rate(bits) : 0;
    }
    return format;
}

}  // namespace

std::optional<std::uint64_t> FixedPackets::samples(Bytes /*head*/, std::uint64_t size) {
    return size > 0 ? each_ : 0;
}

std::optional<std::uint64_t> PcmPackets::samples(Bytes /*head*/, std::uint64_t size) {
    return size / bytes_;
}

std::optional<std::uint64_t> MpegPackets::samples(Bytes head, std::uint64_t /*size*/) {
    if (head.size() < 4 || (big<2>(head, 0) & 0xFF'E0U) != 0xFF'E0U) {
        return 0;
    }
    unsigned const version = u8(head, 1) >> 3U & 3U;  // 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5
    unsigned const layer = u8(head, 1) >> 1U & 3U;    // 3: I, 2: II, 1: III
    unsigned const index = u8(head, 2) >> 2U & 3U;
    constexpr std::array<std::uint64_t, 3> rates{44'100, 48'000, 32'000};
    if (version == 1 || layer == 0 || index == 3) {
        return 0;
    }
    rate_ = rates[index] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
    if (layer == 3) {
        return 384;
    }
    return layer == 1 && version != 3 ? 576 : 1'152;
}

std::optional<std::uint64_t> Eac3Packets::samples(Bytes head, std::uint64_t size) {
    if (size < 6 || head.size() < 6 || big<2>(head, 0) != 0x0B'77) {
        return 0;
    }
    constexpr std::array<std::uint64_t, 4> blocks{1, 2, 3, 6};
    bool const half_rate = u8(head, 4) >> 6U == 3;
    return 256 * (half_rate ? 6 : blocks[u8(head, 4) >> 4U & 3U]);
}

std::optional<std::uint64_t> AlacPackets::samples(Bytes head, std::uint64_t size) {
    if (size == 0) {
        return 0;
    }
    HighBits bits{head};
    bits.take(3 + 4 + 12);
    bool const partial = bits.take(1) != 0;
    bits.take(2 + 1);
    return partial ? std::min<std::uint64_t>(bits.take(32), each_) : each_;
}

std::unique_ptr<Packets> open_aac_packets(MatroskaTrack const& track) {
    auto format = parse_aac(track.codec_private);
    if (track.codec_private.size() < 2 || format.rate == 0) {
        bool const replicated = track.codec_id.ends_with("/SBR");
        format = {
            .rate = track.rate, .output_rate = replicated ? track.rate * 2 : 0, .samples = 1'024};
    }
    // A rate of the output that is twice the core's is band replication; one that is the same says
    // that bands are replicated without more samples.
    bool const twice = format.output_rate == format.rate * 2;
    return std::make_unique<FixedPackets>(twice ? format.output_rate : format.rate,
                                          twice ? format.samples * 2 : format.samples);
}

std::unique_ptr<Packets> open_alac_packets(MatroskaTrack const& track) {
    Bytes const cookie{track.codec_private};
    if (cookie.size() < 24) {
        return nullptr;
    }
    auto const each = big<4>(cookie, 0);
    auto const rate = big<4>(cookie, 20);
    if (each == 0 || rate == 0) {
        return nullptr;
    }
    return std::make_unique<AlacPackets>(rate, each);
}

}  // namespace adapters::media
