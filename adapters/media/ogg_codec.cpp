// The mappings of codecs into Ogg.
#include "adapters/media/ogg_codec.h"

#include <algorithm>

#include "adapters/media/flac_block.h"
#include "adapters/media/opus.h"
#include "adapters/media/vorbis.h"

namespace adapters::media {

namespace {

// Every packet of Speex has the same number of samples; headers are known only by their place.
class SpeexPackets : public Packets {
public:
    SpeexPackets(std::uint64_t rate, std::uint64_t each, std::uint64_t headers)
        : rate_{rate}, each_{each}, headers_{headers} {}

    std::optional<std::uint64_t> samples(Bytes /*head*/, std::uint64_t size) override {
        if (headers_ > 0) {
            --headers_;
            return std::nullopt;
        }
        return size > 0 ? each_ : 0;
    }

    [[nodiscard]] std::uint64_t rate() const override { return rate_; }

private:
    std::uint64_t rate_;
    std::uint64_t each_;
    std::uint64_t headers_;  // that are still to come
};

OggAudio open_speex(Bytes packet) {
    if (packet.size() < 80 || !matches(packet, 0, "Speex   ")) {
        return {};
    }
    auto const rate = little<4>(packet, 36);
    auto const mode = little<4>(packet, 40);  // narrow, wide or ultra-wide band
    auto const frames = std::max<std::uint64_t>(little<4>(packet, 64), 1);
    auto const extra = little<4>(packet, 68);
    if (rate == 0 || mode > 2 || frames > 64) {
        return {};
    }
    auto packets =
        std::make_unique<SpeexPackets>(rate, (std::uint64_t{160} << mode) * frames, extra + 1);
    return {.codec = "speex", .packets = std::move(packets), .trimmed_in_front = true};
}

OggAudio open_flac(Bytes packet) {
    std::optional<FlacBlocks> stream;
    if (matches(packet, 0,
                "\x7F"
                "FLAC") &&
        matches(packet, 9, "fLaC") && packet.size() >= 51) {
        stream = parse_flac_stream(packet.subspan(17));
    } else if (packet.size() == 4 && matches(packet, 0, "fLaC")) {
        stream = FlacBlocks{};  // before there was a mapping: the description is the next packet
    }
    if (!stream) {
        return {};
    }
    return {.codec = "flac",
            .packets = std::make_unique<FlacPackets>(*stream),
            .trimmed_by_granule = false};
}

}  // namespace

OggAudio open_ogg_audio(Bytes first_packet) {
    if (auto const opus = parse_opus_head(first_packet)) {
        return {.codec = "opus",
                .packets = std::make_unique<OpusPackets>(),
                .pre_skip = opus->pre_skip};
    }
    if (auto const vorbis = parse_vorbis_head(first_packet)) {
        return {.codec = "vorbis",
                .packets = std::make_unique<VorbisPackets>(*vorbis),
                .trimmed_in_front = true};
    }
    auto speex = open_speex(first_packet);
    return speex.packets != nullptr ? std::move(speex) : open_flac(first_packet);
}

OggVideo open_ogg_video(Bytes first_packet) {
    if (first_packet.size() < 42 || !matches(first_packet, 0, "\x80theora")) {
        return {};
    }
    OggVideo const video{.rate = static_cast<std::uint32_t>(big<4>(first_packet, 22)),
                         .per_rate = static_cast<std::uint32_t>(big<4>(first_packet, 26)),
                         .shift = static_cast<unsigned>(big<2>(first_packet, 40) >> 5U & 31U),
                         .from_zero = big<3>(first_packet, 7) < 0x03'02'01U};
    return video.per_rate > 0 ? video : OggVideo{};
}

std::uint64_t OggVideo::pictures(std::int64_t granule) const {
    if (granule < 0) {
        return 0;
    }
    auto const value = static_cast<std::uint64_t>(granule);
    auto const since_key = value & ((std::uint64_t{1} << shift) - 1);
    return (value >> shift) + since_key + (from_zero ? 1 : 0);
}

}  // namespace adapters::media
