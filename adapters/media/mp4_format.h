// What the samples of a track are: its sample description (stsd).
#pragma once

#include <cstdint>
#include <string>

#include "adapters/media/mp4_boxes.h"

namespace adapters::media::mp4 {

struct Format {
    std::string codec;                // "aac", "opus", "h264", …; else the four letters in the file
    std::uint64_t rate = 0;           // what a decoder gives out, as far as is said; 0: unknown
    std::uint64_t frame_samples = 0;  // each sample is a frame of so many at `rate`; 0: they vary
    std::uint64_t pre_skip = 0;       // Opus: what a decoder leaves out at the begin, at 48 kHz
    std::uint64_t packet_bytes = 0;   // QuickTime, fixed rate: one sample is one PCM frame, and
    std::uint64_t packet_frames = 0;  // so many of them take so many bytes; 0: not of that kind
};

Format audio_format(Reader& reader, Box const& stsd);
Format video_format(Reader& reader, Box const& stsd);

}  // namespace adapters::media::mp4
