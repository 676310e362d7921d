// What the `fmt ` chunk of a WAV says: how many samples are in how many bytes.
#pragma once

#include <cstdint>
#include <string>

#include "adapters/media/reader.h"

namespace adapters::media {

struct WaveFormat {
    std::string codec;
    std::uint32_t rate = 0;
    std::uint64_t block_bytes = 1;    // of all channels
    std::uint64_t block_samples = 1;  // of each channel
    // What a decoder still plays of a block that was cut: what is in its head, and in whole units
    // behind that; nothing, where `unit` is 0.
    std::uint64_t head = 0;
    std::uint64_t head_samples = 0;
    std::uint64_t unit = 0;
    std::uint64_t unit_samples = 0;

    [[nodiscard]] std::uint64_t samples(std::uint64_t bytes) const;

    // The last block need not be full of what the encoder was given.
    [[nodiscard]] bool in_blocks() const { return block_samples > 2; }
};

// Throws Unmeasurable: damaged, unsupported. Not `byte rate`, and not always `block align`, is
// believed.
WaveFormat wave_format(Bytes fmt, bool big_endian);

}  // namespace adapters::media
