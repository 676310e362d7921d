// Movie fragments (moof): samples that come after the movie box, each fragment with its own tables.
#pragma once

#include <optional>
#include <span>

#include "adapters/media/mp4_track.h"

namespace adapters::media::mp4 {

// Adds what a fragment holds to the `fragments` of its tracks. Samples whose bytes the data has
// ended before are left out. `bridge`: fragments before this one were not visited; from where the
// last one ended to where this one begins, by their times, is theirs.
void add_fragment(Reader& reader, Box const& moof, std::span<Track> tracks, bool bridge = false);

// Where the last fragment begins, as far as an index says: the one before the fragments (sidx), or
// the one at the very end (mfra). It may lie.
std::optional<std::uint64_t> last_fragment(Reader& reader, std::optional<Box> const& sidx);

}  // namespace adapters::media::mp4
