// Frames of FLAC: their headers, which say how many samples they hold, and where they end, which
// nothing says and has to be found by going through the coded samples.
#pragma once

#include <cstdint>
#include <optional>

#include "adapters/media/reader.h"

namespace adapters::media {

// What the STREAMINFO block says of a stream. Zero: not known.
struct FlacStream {
    std::uint32_t least_block = 0;  // samples
    std::uint32_t most_block = 0;
    std::uint32_t most_frame = 0;  // bytes
    std::uint32_t rate = 0;
    std::uint32_t channels = 0;
    std::uint32_t bits = 0;  // of a sample
    std::uint64_t total = 0;
};

// `block` is what STREAMINFO holds: 34 bytes. Nullopt where it can't be true.
std::optional<FlacStream> flac_stream(Bytes block);

struct FlacFrame {
    bool variable = false;     // blocks vary: `number` counts samples; otherwise frames
    std::uint64_t number = 0;  // of the first sample, or of the frame
    std::uint32_t block = 0;   // samples of each channel
    std::uint32_t rate = 0;    // 0: as the stream says
    std::uint32_t channels = 0;
    std::uint32_t side =
        0;  // which channel, from 1 on, is coded as a difference and has a bit more
    std::uint32_t bits = 0;  // of a sample; 0: as the stream says
    std::size_t header = 0;  // bytes of the header
};

constexpr std::size_t longest_flac_header = 16;

// The header that stands at the beginning of `bytes`, its CRC-8 verified. A packet of FLAC in Ogg
// or Matroska begins with one.
std::optional<FlacFrame> flac_frame(Bytes bytes);

// Can a frame with this header be of that stream?
bool belongs(FlacFrame const& frame, FlacStream const& stream);

// Where the frame that begins at `at` ends, which is at `limit` at the latest; nullopt where it is
// cut, malformed, or its CRC-16 is wrong. `work` goes down by what that cost; nullopt when it is
// used up.
std::optional<std::uint64_t> flac_frame_end(Reader& reader, std::uint64_t at, std::uint64_t limit,
                                            FlacFrame const& frame, FlacStream const& stream,
                                            std::uint64_t& work);

}  // namespace adapters::media
