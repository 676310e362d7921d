// The codecs of Matroska tracks, by the identifiers that are registered for them.
#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "adapters/media/flac_block.h"
#include "adapters/media/matroska_track.h"
#include "adapters/media/opus.h"
#include "adapters/media/simple_packets.h"
#include "adapters/media/vorbis.h"

namespace adapters::media {

namespace {

MatroskaCodec open_opus(MatroskaTrack const& track) {
    auto const head = parse_opus_head(track.codec_private);
    return {.codec = "opus",
            .packets = std::make_unique<OpusPackets>(),
            .pre_skip = head ? std::optional{head->pre_skip} : std::nullopt};
}

// The three headers, one after the other, the lengths of the first two in front.
MatroskaCodec open_vorbis(MatroskaTrack const& track) {
    Bytes const all{track.codec_private};
    MatroskaCodec none{.codec = "vorbis", .known = false};
    if (all.empty() || u8(all, 0) != 2) {
        return none;
    }
    std::size_t at = 1;
    std::array<std::size_t, 2> sizes{};
    for (auto& size : sizes) {
        for (bool more = true; more; ++at) {
            if (at >= all.size()) {
                return none;
            }
            size += u8(all, at);
            more = u8(all, at) == 255;
        }
    }
    auto const rest = all.subspan(at);
    if (sizes[0] > rest.size() || sizes[1] > rest.size() - sizes[0]) {
        return none;
    }
    auto const head = parse_vorbis_head(rest.first(sizes[0]));
    if (!head) {
        return none;
    }
    auto packets = std::make_unique<VorbisPackets>(*head);
    auto const setup = rest.subspan(sizes[0] + sizes[1]);
    packets->samples(setup, setup.size());
    bool const ready = packets->ready();
    return {.codec = "vorbis", .packets = std::move(packets), .known = ready};
}

MatroskaCodec open_flac(MatroskaTrack const& track) {
    Bytes const all{track.codec_private};
    if (all.size() >= 42 && matches(all, 0, "fLaC")) {
        if (auto const stream = parse_flac_stream(all.subspan(8))) {
            return {.codec = "flac", .packets = std::make_unique<FlacPackets>(*stream)};
        }
    }
    return {.codec = "flac",
            .packets = std::make_unique<FlacPackets>(FlacBlocks{.rate = track.rate})};
}

MatroskaCodec open_pcm(MatroskaTrack const& track) {
    bool const is_float = track.codec_id == "A_PCM/FLOAT/IEEE";
    auto const bits = track.bits;
    auto const known = bits == 8 || bits == 16 || bits == 24 || bits == 32 || bits == 64;
    if (!known || track.channels == 0 || track.channels > 64 || (is_float && bits < 32)) {
        return {.codec = "pcm", .known = false};
    }
    std::string const order = track.codec_id == "A_PCM/INT/BIG" ? "be" : "le";
    std::string const name = is_float    ? "pcm_f" + std::to_string(bits) + order
                             : bits == 8 ? "pcm_u8"
                                         : "pcm_s" + std::to_string(bits) + order;
    return {.codec = name,
            .packets = std::make_unique<PcmPackets>(track.rate, track.channels * (bits / 8))};
}

using Opener = MatroskaCodec (*)(MatroskaTrack const&);

MatroskaCodec open_aac(MatroskaTrack const& track) {
    return {.codec = "aac", .packets = open_aac_packets(track)};
}

template <auto name>
MatroskaCodec open_mpeg(MatroskaTrack const& track) {
    return {.codec = name(), .packets = std::make_unique<MpegPackets>(track.rate)};
}

MatroskaCodec open_ac3(MatroskaTrack const& track) {
    return {.codec = "ac3", .packets = std::make_unique<FixedPackets>(track.rate, 1'536)};
}

MatroskaCodec open_eac3(MatroskaTrack const& track) {
    return {.codec = "eac3", .packets = std::make_unique<Eac3Packets>(track.rate)};
}

MatroskaCodec open_alac(MatroskaTrack const& track) {
    return {.codec = "alac", .packets = open_alac_packets(track)};
}

constexpr std::array<std::pair<std::string_view, Opener>, 12> openers{
    {{"A_OPUS", open_opus},
     {"A_VORBIS", open_vorbis},
     {"A_FLAC", open_flac},
     {"A_PCM/INT/LIT", open_pcm},
     {"A_PCM/INT/BIG", open_pcm},
     {"A_PCM/FLOAT/IEEE", open_pcm},
     {"A_MPEG/L3", open_mpeg<[] { return "mp3"; }>},
     {"A_MPEG/L2", open_mpeg<[] { return "mp2"; }>},
     {"A_MPEG/L1", open_mpeg<[] { return "mp1"; }>},
     {"A_AC3", open_ac3},
     {"A_EAC3", open_eac3},
     {"A_ALAC", open_alac}}};

// V_MPEG4/ISO/AVC -> h264; what is not listed keeps its own name.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> video_names{
    {{"V_VP8", "vp8"},
     {"V_VP9", "vp9"},
     {"V_AV1", "av1"},
     {"V_MPEG4/ISO/AVC", "h264"},
     {"V_MPEGH/ISO/HEVC", "hevc"},
     {"V_MPEG4/ISO/ASP", "mpeg4"},
     {"V_THEORA", "theora"},
     {"V_MJPEG", "mjpeg"}}};

}  // namespace

MatroskaCodec open_matroska_audio(MatroskaTrack const& track) {
    MatroskaCodec opened{.codec = track.codec_id};
    auto const named =
        std::ranges::find(openers, track.codec_id, &std::pair<std::string_view, Opener>::first);
    if (named != openers.end()) {
        opened = named->second(track);
    } else if (track.codec_id.starts_with("A_AAC")) {
        opened = open_aac(track);
    }
    if (track.opaque) {
        opened.packets.reset();
    }
    return opened;
}

std::string matroska_video_codec(std::string const& codec_id) {
    for (auto const& [id, name] : video_names) {
        if (codec_id == id) {
            return std::string{name};
        }
    }
    return codec_id.empty() ? "unknown" : codec_id;
}

}  // namespace adapters::media
