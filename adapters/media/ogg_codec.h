// Which codec an Ogg stream carries, by its first packet.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "adapters/media/packets.h"

namespace adapters::media {

struct OggAudio {
    std::string codec;                 // empty: the packet begins no audio that is known here
    std::unique_ptr<Packets> packets;  // set where the codec is
    std::uint64_t pre_skip = 0;
    bool trimmed_by_granule = true;  // false: each packet tells exactly what it plays
    bool trimmed_in_front = false;   // a first page with too small a granule cuts the beginning
};

OggAudio open_ogg_audio(Bytes first_packet);

// Pictures a second of a Theora stream, and how its granules count pictures.
struct OggVideo {
    std::uint32_t rate = 0;      // 0: it is no Theora
    std::uint32_t per_rate = 1;  // `rate` pictures in so many seconds
    unsigned shift = 0;
    bool from_zero = false;  // old streams number the first picture 0

    [[nodiscard]] std::uint64_t pictures(std::int64_t granule) const;
};

OggVideo open_ogg_video(Bytes first_packet);

}  // namespace adapters::media
