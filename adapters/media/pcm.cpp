// Division.
#include "adapters/media/pcm.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace adapters::media {

namespace {

struct PcmKind {
    std::string_view name;
    std::uint64_t bytes;
};

constexpr std::array pcm_kinds{
    PcmKind{"pcm_s8", 1},    PcmKind{"pcm_u8", 1},    PcmKind{"pcm_mulaw", 1},
    PcmKind{"pcm_alaw", 1},  PcmKind{"pcm_s16le", 2}, PcmKind{"pcm_s16be", 2},
    PcmKind{"pcm_u16le", 2}, PcmKind{"pcm_u16be", 2}, PcmKind{"pcm_s24le", 3},
    PcmKind{"pcm_s24be", 3}, PcmKind{"pcm_u24le", 3}, PcmKind{"pcm_u24be", 3},
    PcmKind{"pcm_s32le", 4}, PcmKind{"pcm_s32be", 4}, PcmKind{"pcm_u32le", 4},
    PcmKind{"pcm_u32be", 4}, PcmKind{"pcm_f32le", 4}, PcmKind{"pcm_f32be", 4},
    PcmKind{"pcm_s64le", 8}, PcmKind{"pcm_s64be", 8}, PcmKind{"pcm_f64le", 8},
    PcmKind{"pcm_f64be", 8},
};

constexpr std::uint32_t most_pcm_channels = 64;
constexpr std::string_view prefix = "pcm_";

// "mulaw", "s16le" and the like are understood without their prefix.
PcmKind const& kind_of(std::string_view codec) {
    auto const* found = std::ranges::find_if(pcm_kinds, [codec](PcmKind const& kind) {
        return kind.name == codec || kind.name.substr(prefix.size()) == codec;
    });
    if (found == pcm_kinds.end()) {
        fail("unsupported", fmt::format("raw samples of the codec '{}'", codec.substr(0, 40)));
    }
    return *found;
}

}  // namespace

Measured measure_raw(Reader& reader, RawFormat const& format) {
    auto const& kind = kind_of(format.codec);
    if (format.rate == 0 || format.channels == 0 || format.channels > most_pcm_channels) {
        fail("unsupported",
             fmt::format("raw samples of {} channels at {} Hz", format.channels, format.rate));
    }
    auto const frame = kind.bytes * format.channels;
    auto const frames = reader.size() / frame;
    if (frames == 0) {
        fail("no_audio", "not one raw sample");
    }
    return {.container = "raw",
            .codec = std::string{kind.name},
            .audio = {.samples = frames, .rate = format.rate},
            .truncated = reader.size() % frame != 0};
}

}  // namespace adapters::media
