// FLAC in its own container: whole, piped, cut, joined, between tags.
#pragma once

#include "adapters/media/found.h"

namespace adapters::media {

// Of the first 42 bytes, behind any ID3v2 tag.
bool looks_like_flac(Bytes start);

// Frames are counted, never what STREAMINFO says. Near data is gone through once, and recordings
// joined are all found. Of far data the first and the last whole frame decide, as long as nothing
// speaks against a single recording.
Measured measure_flac(Reader& reader);

}  // namespace adapters::media
