// The walk over the boxes of a file: its movie, and the fragments that go with it.
#pragma once

#include <cstdint>
#include <optional>

#include "adapters/media/mp4_track.h"

namespace adapters::media::mp4 {

// Boxes that stand at the top of a file.
bool is_known(std::uint32_t kind);

struct File {
    std::optional<Movie> movie;
    bool cut = false;         // a box says that it reaches beyond the end
    std::uint64_t rest = 0;   // bytes at the end that are no box
    std::uint64_t other = 0;  // further movies, which nobody plays
    bool early = false;       // fragments came before the movie
};

// Of a far file only the first and the last fragment are read, where an index says which is the
// last and the times in them tell what lies between.
File walk(Reader& reader);

}  // namespace adapters::media::mp4
