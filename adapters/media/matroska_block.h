// Blocks of Matroska: when their frames play, and where each frame is, with every kind of lacing.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "adapters/media/reader.h"

namespace adapters::media {

struct MatroskaBlock {
    std::uint64_t track = 0;
    std::int16_t since_cluster = 0;        // in ticks of the segment
    std::uint64_t data = 0;                // where the first frame begins
    std::size_t count = 0;                 // of frames
    std::array<std::uint64_t, 256> sizes;  // of the frames, `count` of them are set
};

// The block that fills the bytes from `begin` to `end`. False: it contradicts itself.
bool read_matroska_block(Reader& reader, std::uint64_t begin, std::uint64_t end,
                         MatroskaBlock& block);

}  // namespace adapters::media
