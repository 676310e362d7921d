// FLAC frames that come as packets: how many samples a frame's header says it has.
#pragma once

#include <cstdint>
#include <optional>

#include "adapters/media/packets.h"

namespace adapters::media {

struct FlacBlocks {
    std::uint64_t rate = 0;
    std::uint64_t block = 0;  // the largest block
};

// The 34 bytes of a STREAMINFO block.
std::optional<FlacBlocks> parse_flac_stream(Bytes info);

// 0: this is not the beginning of a frame.
std::uint64_t flac_block_samples(Bytes head);

class FlacPackets : public Packets {
public:
    // Without a stream description (rate 0) the packets are to bring it: old FLAC in Ogg.
    explicit FlacPackets(FlacBlocks const& stream) : stream_{stream} {}

    std::optional<std::uint64_t> samples(Bytes head, std::uint64_t size) override;

    [[nodiscard]] bool ready() const override { return stream_.rate != 0; }

    [[nodiscard]] std::uint64_t rate() const override { return stream_.rate; }

private:
    FlacBlocks stream_;
};

}  // namespace adapters::media
