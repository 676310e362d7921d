// A track of a movie box: what it is, and where its tables are. Nothing is counted here.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "adapters/media/mp4_boxes.h"
#include "adapters/media/mp4_format.h"

namespace adapters::media::mp4 {

enum class Kind : std::uint8_t { audio, video, other };

// Samples, and how long they last in the track's own time. Sums that don't fit throw.
struct Media {
    std::uint64_t samples = 0;
    std::uint64_t units = 0;
    std::uint64_t last_delta = 0;  // of the last sample counted
    bool cut = false;              // some are said to be where the data has ended
    bool unplaced = false;         // nothing says where they are
    bool bridged = false;          // some were not visited: `samples` is without them, `units` not

    void add(std::uint64_t count, std::uint64_t each);
    void add_time(std::uint64_t more);
    void add(Media const& other);
};

struct Track {
    std::uint32_t id = 0;
    Kind kind = Kind::other;
    Format format;
    std::uint64_t timescale = 0;
    std::optional<std::uint64_t> declared;  // mdhd's duration, where it is known
    std::optional<Box> stts, stsz, stz2, stsc, stco, co64, elst;
    std::uint64_t default_duration = 0;  // trex
    std::uint64_t default_size = 0;
    Media fragments;
    std::optional<std::uint64_t> next_time;  // where the last fragment's samples end, by its tfdt
};

struct Movie {
    std::uint64_t timescale = 0;  // of edit lists; 0: not said
    std::vector<Track> tracks;
    std::optional<Box> metadata;  // iTunes' ilst
    bool fragmented = false;      // mvex
};

Movie parse_movie(Reader& reader, Box const& moov);

}  // namespace adapters::media::mp4
