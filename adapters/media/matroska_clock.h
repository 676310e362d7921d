// How long the tracks of a segment play: by what their packets hold, and by timestamps where
// packets do not tell, or leave gaps.
#pragma once

#include <cstdint>
#include <optional>

#include "adapters/media/found.h"
#include "adapters/media/matroska_block.h"
#include "adapters/media/matroska_track.h"

namespace adapters::media {

// When a block plays, in nanoseconds.
struct BlockTime {
    std::int64_t begin = 0;
    std::optional<std::uint64_t> duration;
    std::int64_t discard = 0;  // of what it holds, not played: at its end, or below zero in front
};

class AudioClock {
public:
    // `tick` is the length of the shortest difference between timestamps, in nanoseconds.
    AudioClock(MatroskaTrack track, std::uint64_t tick);

    void take(Reader& reader, MatroskaBlock const& block, BlockTime const& time);

    // Of what was taken so far. Not exact: where timestamps had to tell.
    [[nodiscard]] Length played() const;

    [[nodiscard]] bool exact() const { return codec_.packets != nullptr && !gaps_; }

    [[nodiscard]] bool gaps() const { return gaps_; }

    [[nodiscard]] bool any() const { return begun_; }

    // Something says what at the beginning and the end is not to be played.
    [[nodiscard]] bool trimmed() const { return delay_known_; }

    [[nodiscard]] MatroskaCodec const& codec() const { return codec_; }

    [[nodiscard]] std::uint64_t track() const { return track_.number; }

private:
    std::uint64_t count(Reader& reader, MatroskaBlock const& block);
    [[nodiscard]] Length all() const;
    [[nodiscard]] std::uint64_t delay(std::uint64_t rate) const;

    MatroskaTrack track_;
    MatroskaCodec codec_;
    std::uint64_t tick_;
    bool delay_known_;
    Sum before_;  // at other rates than the last packet
    std::uint64_t samples_ = 0;
    std::uint64_t rate_ = 0;
    std::uint64_t discarded_ = 0;  // samples
    bool begun_ = false;
    bool gaps_ = false;
    std::int64_t first_ = 0;
    std::int64_t last_ = 0;         // when the last block begins
    std::int64_t last_length_ = 0;  // and how long it plays; 0: not known, or nothing
    std::int64_t end_ = 0;          // the latest end of a block
};

class VideoClock {
public:
    VideoClock(MatroskaTrack const& track, std::uint64_t tick)
        : number_{track.number},
          tick_{tick},
          each_{track.default_duration},
          codec_{matroska_video_codec(track.codec_id)} {}

    void take(MatroskaBlock const& block, BlockTime const& time);

    [[nodiscard]] Length shown() const;

    [[nodiscard]] std::uint64_t track() const { return number_; }

    [[nodiscard]] std::string const& codec() const { return codec_; }

private:
    std::uint64_t number_;
    std::uint64_t tick_;
    std::uint64_t each_;
    std::string codec_;
    std::uint64_t pictures_ = 0;
    std::int64_t first_ = 0;
    std::int64_t last_ = 0;
    std::uint64_t last_length_ = 0;
};

}  // namespace adapters::media
