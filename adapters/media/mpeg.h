// MPEG audio in a row of frames: what is called an MP3 file, and its elder brothers MP1 and MP2.
//
// Every frame is counted. What encoders added is taken off where the file tells it: the delay at
// the beginning always, the padding at the end where the recording is all there. Each recording of
// a joined file is counted for itself.
#pragma once

#include <cstdint>

#include "adapters/media/found.h"
#include "adapters/media/reader.h"

namespace adapters::media {

Measured measure_mpeg(Reader& reader);

// A frame begins here, and another follows or the data ends. Ask for ADTS first: it looks alike.
bool looks_like_mpeg(Reader& reader, std::uint64_t at);

}  // namespace adapters::media
