// Samples and nothing else: what they are must be said by whoever knows.
#pragma once

#include "adapters/media/found.h"

namespace adapters::media {

// Nothing is guessed. Bytes that make no whole frame at the end are dropped, and the result is
// `truncated`.
Measured measure_raw(Reader& reader, RawFormat const& format);

}  // namespace adapters::media
