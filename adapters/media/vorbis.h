// Vorbis: a packet plays a quarter of its own block and a quarter of the one before it. Which of
// two block sizes a packet has is told by its mode, and the modes stand at the end of the setup
// header.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "adapters/media/packets.h"

namespace adapters::media {

struct VorbisHead {
    std::uint64_t rate = 0;
    unsigned channels = 0;
    std::array<std::uint64_t, 2> blocks{};  // short, long
};

std::optional<VorbisHead> parse_vorbis_head(Bytes packet);

// For each mode whether its blocks are long. Empty: no decoder takes this setup header. It is read
// wholly, since what comes before the modes has no length of its own.
std::vector<bool> parse_vorbis_modes(Bytes setup, unsigned channels);

class VorbisPackets : public Packets {
public:
    explicit VorbisPackets(VorbisHead const& head) : head_{head} {}

    std::optional<std::uint64_t> samples(Bytes head, std::uint64_t size) override;

    [[nodiscard]] std::size_t wanted() const override;

    [[nodiscard]] bool ready() const override { return !modes_.empty(); }

    [[nodiscard]] std::uint64_t rate() const override { return head_.rate; }

private:
    VorbisHead head_;
    std::vector<bool> modes_;
    std::uint64_t before_ = 0;  // the block of the last packet; 0: there was none
};

}  // namespace adapters::media
