// What the COMM chunk of an AIFF says.
#pragma once

#include <cstdint>
#include <string>

#include "adapters/media/reader.h"

namespace adapters::media {

// Samples a second, exactly.
struct Rate {
    std::uint64_t count = 0;
    std::uint64_t in = 1;  // seconds

    friend bool operator==(Rate const&, Rate const&) = default;
};

struct AiffFormat {
    std::string codec;
    Rate rate;
    std::uint64_t frames = 0;         // declared; of compressed sound, blocks
    std::uint64_t block_bytes = 1;    // of all channels
    std::uint64_t block_samples = 1;  // of each channel
};

// The 10 bytes of an extended floating-point number. Throws Unmeasurable (damaged) where that is
// no rate.
Rate extended_rate(Bytes bytes);

// Throws Unmeasurable: damaged, unsupported.
AiffFormat aiff_format(Bytes comm, bool compressed);

}  // namespace adapters::media
