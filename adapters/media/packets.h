// What the packets of a codec play. The containers that carry packets (Ogg, Matroska) share these.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "adapters/media/reader.h"

namespace adapters::media {

// The packets of one stream, in order.
class Packets {
public:
    // Of an audio packet no more than this is looked at.
    static constexpr std::size_t head_size = 64;

    Packets() = default;
    Packets(Packets const&) = delete;
    Packets& operator=(Packets const&) = delete;
    virtual ~Packets() = default;

    // How many samples a decoder plays when it gets this packet, 0 for one that it passes over;
    // nullopt: a header, not audio. `head` is the packet or its first wanted() bytes, `size` the
    // length of all of it.
    virtual std::optional<std::uint64_t> samples(Bytes head, std::uint64_t size) = 0;

    // How much of the next packet has to be in `head`.
    [[nodiscard]] virtual std::size_t wanted() const { return head_size; }

    // False: a header that a decoder cannot do without has not come.
    [[nodiscard]] virtual bool ready() const { return true; }

    // The rate at which the samples of the last packet are counted.
    [[nodiscard]] virtual std::uint64_t rate() const = 0;
};

}  // namespace adapters::media
