// The description of a Matroska track, and the codec that it names.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/media/ebml.h"
#include "adapters/media/packets.h"

namespace adapters::media {

struct MatroskaTrack {
    static constexpr std::size_t longest_private = std::size_t{1} << 20;

    enum class Kind : std::uint8_t { other, video, audio };

    std::uint64_t number = 0;
    Kind kind = Kind::other;
    std::string codec_id;
    std::vector<std::byte> codec_private;
    std::uint64_t rate = 8'000;
    std::uint64_t output_rate = 0;
    std::uint64_t channels = 1;
    std::uint64_t bits = 0;
    std::uint64_t codec_delay = 0;       // nanoseconds
    std::uint64_t default_duration = 0;  // of a frame, nanoseconds; 0: not said
    std::vector<std::byte> stripped;     // what is left out at the beginning of each frame
    bool opaque = false;                 // its frames are compressed or encrypted
};

// Reads a TrackEntry.
MatroskaTrack read_matroska_track(Reader& reader, Element const& entry, std::uint64_t limit);

// What the frames of an audio track are.
struct MatroskaCodec {
    std::string codec;                      // like ffprobe's names
    std::unique_ptr<Packets> packets;       // null: only timestamps tell how long they play
    std::optional<std::uint64_t> pre_skip;  // samples; nullopt: the track's delay says it
    bool known = true;  // false: headers that the codec needs are missing or wrong
};

MatroskaCodec open_matroska_audio(MatroskaTrack const& track);
std::string matroska_video_codec(std::string const& codec_id);

}  // namespace adapters::media
