// The front door: what is this, and how long? It is called where a crash would harm nobody, since
// the data may be anything.
#pragma once

#include "adapters/media.h"
#include "adapters/media/plausible.h"
#include "adapters/media/reader.h"

namespace adapters::media {

struct Limits {
    base::Millis max_duration{std::int64_t{6} * 3'600 * 1'000};  // longer is `implausible`
    bool taglib = true;  // its opinion is noted, where it has one
};

// Errors: those of the parsers (found.h), of sniffing (sniff.h), `implausible`, and what a source
// says where it can't be read. Never throws them.
MeasureResult measure(Reader& reader, MediaHints const& hints, Limits const& limits);

}  // namespace adapters::media
