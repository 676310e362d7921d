// iTunSMPB: how iTunes, and encoders that follow it, say what of a track is padding.
#pragma once

#include <cstdint>
#include <optional>

#include "adapters/media/mp4_boxes.h"

namespace adapters::media::mp4 {

struct Gapless {
    std::uint64_t delay = 0;
    std::uint64_t padding = 0;
    std::uint64_t samples = 0;
};

std::optional<Gapless> parse_gapless(Reader& reader, Box const& ilst);

}  // namespace adapters::media::mp4
