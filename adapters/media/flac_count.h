// How many samples are in the frames of one FLAC recording.
#pragma once

#include <cstdint>
#include <optional>

#include "adapters/media/flac_frame.h"

namespace adapters::media {

// Where a recording begins: "fLaC" and a STREAMINFO block that can be true.
constexpr std::size_t flac_opening = 42;
bool opens_flac(Bytes bytes);

struct FlacCount {
    std::uint64_t samples = 0;
    int runs = 0;               // frames whose numbers follow on each other; 1: one recording
    std::uint64_t skipped = 0;  // bytes before, between and behind frames, tags not counted
    bool truncated = false;     // the last frame is not whole
    bool gaps = false;          // frames are missing in between
    std::uint64_t next = 0;     // where the next recording opens, or the end of the data
};

// Goes from frame to frame, up to the next opening or the end. `work` bounds what false and broken
// frames may cost.
FlacCount walk_flac(Reader& reader, std::uint64_t first, FlacStream const& stream,
                    std::uint64_t& work);

// The same from the first frame and the last whole one, and a look in between; nullopt where that
// does not go together, so that it takes a walk.
std::optional<FlacCount> ends_of_flac(Reader& reader, std::uint64_t first, FlacStream const& stream,
                                      std::uint64_t& work);

// What is behind the last whole frame, which ends at `at`.
void judge_rest(Reader& reader, std::uint64_t at, std::uint64_t end, FlacCount& count);

}  // namespace adapters::media
