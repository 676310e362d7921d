// What of a track is presented: its media, less what the edit list or iTunSMPB cuts off.
#pragma once

#include <optional>
#include <string>

#include "adapters/media.h"
#include "adapters/media/mp4_gapless.h"
#include "adapters/media/mp4_track.h"

namespace adapters::media::mp4 {

struct Presented {
    Length length;
    Basis basis = Basis::frames;
    bool exact = true;
    std::string note;
};

// `in_movie`: how much of `media` the movie box itself holds; the rest is in fragments.
Presented presented_audio(Reader& reader, Track const& track, Media const& media,
                          std::uint64_t in_movie, std::uint64_t movie_timescale,
                          std::optional<Gapless> const& gapless);

Presented presented_video(Reader& reader, Track const& track, Media const& media,
                          std::uint64_t movie_timescale);

}  // namespace adapters::media::mp4
