// AMR as files hold it (RFC 4867, section 5): a magic word, then frames of 20 ms.
#pragma once

#include "adapters/media/found.h"
#include "adapters/media/reader.h"

namespace adapters::media {

// Files of several channels are refused as `unsupported`.
Measured measure_amr(Reader& reader);

bool looks_like_amr(Bytes head);

}  // namespace adapters::media
