// WAV and its kin: RIFF, RIFX, RF64, BW64, Wave64; whole, cut, streamed, joined.
#pragma once

#include "adapters/media/found.h"

namespace adapters::media {

// Of the first 40 bytes, behind any ID3v2 tag.
bool looks_like_wav(Bytes start);

// Sizes are believed where they fit. A data chunk without a true size (0, all ones, …: written
// into a pipe) reaches to the end, less the chunks that follow it; where another recording was
// joined to it, that is found unless the data is far. `fact` counts only where it trims the last
// block of a compressed recording.
Measured measure_wav(Reader& reader);

}  // namespace adapters::media
