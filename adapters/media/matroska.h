// Matroska and WebM: the first audio track by its packets, the first video track by its timestamps.
#pragma once

#include "adapters/media.h"
#include "adapters/media/reader.h"

namespace adapters::media {

// By the first bytes of a file.
bool looks_like_matroska(Bytes first);

// Every block is visited, since only packets tell how long they play: Duration is what somebody
// thought, and live recordings have none. Frames themselves are not read but for their first bytes.
Measured measure_matroska(Reader& reader);

}  // namespace adapters::media
