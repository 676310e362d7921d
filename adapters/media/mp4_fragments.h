// Movie fragments (moof): samples that come after the movie box, each fragment with its own tables.
#pragma once

#include <span>

#include "adapters/media/mp4_track.h"

namespace adapters::media::mp4 {

// Adds what a fragment holds to the `fragments` of its tracks. Samples whose bytes the data has
// ended before are left out.
void add_fragment(Reader& reader, Box const& moof, std::span<Track> tracks);

}  // namespace adapters::media::mp4
