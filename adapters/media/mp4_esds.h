// The elementary stream descriptor: which codec "mp4a" and "mp4v" are, and what AAC gives out.
#pragma once

#include <cstdint>
#include <string_view>

#include "adapters/media/reader.h"

namespace adapters::media::mp4 {

struct Esds {
    std::string_view codec;           // empty: not said
    std::uint64_t rate = 0;           // AAC: of the core, without SBR; 0: not said
    std::uint64_t frame_samples = 0;  // AAC: of the core
    bool doubled = false;             // AAC: SBR doubles both, and the configuration says so
};

// `body` is what follows version and flags. Never throws; what can't be read is not said.
Esds parse_esds(Bytes body);

}  // namespace adapters::media::mp4
