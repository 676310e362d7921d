// Counts the samples that the tables of a movie box place in the data.
#pragma once

#include "adapters/media/mp4_track.h"

namespace adapters::media::mp4 {

// `placed`: looks where each sample is, and leaves out those that the data has ended before.
// Without it the tables are believed, which saves reading most of them. `fragmented`: an empty
// table of sizes is lawful.
Media samples_in_tables(Reader& reader, Track const& track, bool placed, bool fragmented);

}  // namespace adapters::media::mp4
