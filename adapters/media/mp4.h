// MP4, M4A, MOV, 3GP: whatever is made of boxes.
#pragma once

#include "adapters/media/found.h"

namespace adapters::media {

// On the first bytes.
bool looks_like_mp4(Bytes bytes);

// The first audio track that has samples, and the first video track. The media is what the sample
// tables (stts) and the fragments (trun) add up to; what is presented of it, the edit list says,
// else iTunSMPB. mdhd, mvhd, mehd and sidx are not believed. Samples whose bytes the data ends
// before are not counted. No moov, or a part of it: `incomplete`.
Measured measure_mp4(Reader& reader);

}  // namespace adapters::media
