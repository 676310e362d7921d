// Ogg: Opus, Vorbis, FLAC and Speex; recordings one after another (chained), sound beside pictures
// (multiplexed), files that are cut or joined late.
#pragma once

#include "adapters/media.h"
#include "adapters/media/reader.h"

namespace adapters::media {

// By the first bytes of a file.
bool looks_like_ogg(Bytes first);

// A near file is read wholly. Of a far one only the beginning, a few places in between and the end
// are, where these agree that it is one recording without gaps; else it is read wholly too.
Measured measure_ogg(Reader& reader);

}  // namespace adapters::media
