// Opus: the identification header, and how long a packet plays by its first two bytes (RFC 6716,
// section 3.1; RFC 7845, section 5.1).
#pragma once

#include <cstdint>
#include <optional>

#include "adapters/media/packets.h"

namespace adapters::media {

// Opus is counted at 48 kHz, whatever the rate of what was encoded.
constexpr std::uint64_t opus_rate = 48'000;

struct OpusHead {
    std::uint64_t pre_skip = 0;  // samples a player leaves out at the beginning
};

// Nullopt: not the header of an Opus stream that can be played.
std::optional<OpusHead> parse_opus_head(Bytes packet);

// 0: no decoder takes it.
std::uint64_t opus_samples(Bytes head, std::uint64_t size);

class OpusPackets : public Packets {
public:
    std::optional<std::uint64_t> samples(Bytes head, std::uint64_t size) override;

    [[nodiscard]] std::uint64_t rate() const override { return opus_rate; }
};

}  // namespace adapters::media
