// AAC in a row of frames: ADTS. It can't tell of an encoder's delay, so all frames count.
#pragma once

#include <cstdint>

#include "adapters/media/found.h"
#include "adapters/media/reader.h"

namespace adapters::media {

Measured measure_adts(Reader& reader);

// A frame begins here, and another follows or the data ends. To be asked before looks_like_mpeg.
bool looks_like_adts(Reader& reader, std::uint64_t at);

}  // namespace adapters::media
