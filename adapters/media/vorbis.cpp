// Vorbis packets, by their mode.
#include "adapters/media/vorbis.h"

#include <bit>

namespace adapters::media {

namespace {

constexpr std::size_t longest_setup = std::size_t{1} << 20;

}  // namespace

std::optional<VorbisHead> parse_vorbis_head(Bytes packet) {
    if (packet.size() < 30 || !matches(packet, 0, "\x01vorbis") || little<4>(packet, 7) != 0) {
        return std::nullopt;
    }
    unsigned const blocks = u8(packet, 28);
    VorbisHead const head{
        .rate = little<4>(packet, 12),
        .channels = u8(packet, 11),
        .blocks = {std::uint64_t{1} << (blocks & 15U), std::uint64_t{1} << (blocks >> 4)}};
    bool const sound = head.rate > 0 && head.channels > 0 && head.blocks[0] >= 64 &&
                       head.blocks[0] <= head.blocks[1] && head.blocks[1] <= 8'192;
    return sound ? std::optional{head} : std::nullopt;
}

std::size_t VorbisPackets::wanted() const {
    return ready() ? head_size : longest_setup;
}

std::optional<std::uint64_t> VorbisPackets::samples(Bytes head, std::uint64_t /*size*/) {
    if (head.empty()) {
        return 0;
    }
    if ((u8(head, 0) & 1U) != 0) {
        if (!ready() && matches(head, 0, "\x05vorbis")) {
            modes_ = parse_vorbis_modes(head.subspan(7), head_.channels);
        }
        return std::nullopt;
    }
    if (!ready()) {
        return 0;
    }
    auto const bits = std::bit_width(modes_.size() - 1);
    auto const mode = (u8(head, 0) >> 1U) & ((1U << bits) - 1U);
    if (mode >= modes_.size()) {
        return 0;
    }
    auto const block = head_.blocks[modes_[mode] ? 1 : 0];
    auto const played = before_ == 0 ? 0 : before_ / 4 + block / 4;
    before_ = block;
    return played;
}

}  // namespace adapters::media
