// AIFF and AIFF-C.
#pragma once

#include "adapters/media/found.h"

namespace adapters::media {

// Of the first 12 bytes, behind any ID3v2 tag.
bool looks_like_aiff(Bytes start);

// What counts is the sound data that is there; the number of frames in the COMM chunk is only
// compared. A rate that is no whole number is kept as a fraction: both samples and rate are then
// multiplied by its denominator, and `note` says so.
Measured measure_aiff(Reader& reader);

}  // namespace adapters::media
