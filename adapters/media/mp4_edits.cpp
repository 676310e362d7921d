// An edit's length is counted in the movie's time, often milliseconds, and so it is rounded. Where
// it ends within one unit of that time of where the media ends, it means the end, and the media's
// own count is what is exact.
#include "adapters/media/mp4_edits.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "adapters/media/found.h"

namespace adapters::media::mp4 {

namespace {

__extension__ using Wide = unsigned __int128;

// A track on the clock that its samples are counted with.
struct Line {
    std::uint64_t total = 0;
    std::uint64_t rate = 1;
    bool by_frames = false;  // the track's own time is too coarse to count with
    std::uint64_t skip = 0;  // what the decoder leaves out, whether an edit says so or not
};

struct Edit {
    std::uint64_t duration = 0;  // in the movie's time; 0: to the end
    std::int64_t begin = 0;      // in the track's time; below 0: nothing is presented
};

class Edits {
public:
    Edits(Reader& reader, Track const& track) {
        if (track.elst) {
            auto const head = inside(reader, *track.elst, 0, 1);
            wide_ = !head.empty() && u8(head, 0) == 1;
            table_ = counted_table(reader, *track.elst, wide_ ? 20 : 12);
        }
    }

    std::optional<Edit> next() {
        auto const row = table_.row(index_++);
        if (row.empty()) {
            return std::nullopt;
        }
        return wide_ ? Edit{.duration = big<8>(row, 0),
                            .begin = static_cast<std::int64_t>(big<8>(row, 8))}
                     : Edit{.duration = big<4>(row, 0),
                            .begin = static_cast<std::int32_t>(big<4>(row, 4))};
    }

private:
    Table table_;
    bool wide_ = false;
    std::uint64_t index_ = 0;
};

std::uint64_t nearest(std::uint64_t value, std::uint64_t rate, std::uint64_t of) {
    auto const scaled = (Wide{value} * rate + of / 2) / of;
    return static_cast<std::uint64_t>(
        std::min(scaled, static_cast<Wide>(std::numeric_limits<std::uint64_t>::max())));
}

Wide distance(Wide one, Wide other) {
    return one > other ? one - other : other - one;
}

// How much of `available` an edit of `duration` plays.
std::uint64_t played(std::uint64_t duration, std::uint64_t available, std::uint64_t rate,
                     std::uint64_t movie_timescale) {
    auto const wanted = Wide{duration} * rate;
    auto const there = Wide{available} * movie_timescale;
    if (duration == 0 || movie_timescale == 0 || wanted >= there ||
        distance(wanted, there) < rate) {
        return available;
    }
    return nearest(duration, rate, movie_timescale);
}

// Frames of one length, in a time that can't express that length (milliseconds, 90 kHz): the frames
// are counted, as a decoder would, if that agrees with the times but for their rounding.
Line line_of(Track const& track, Media const& media) {
    Line const by_time{.total = media.units, .rate = track.timescale};
    auto const rate = track.format.rate;
    auto const each = track.format.frame_samples;
    if (rate == 0 || each == 0 || media.bridged || Wide{each} * track.timescale % rate == 0 ||
        media.samples > std::numeric_limits<std::uint64_t>::max() / (each * 2)) {
        return by_time;
    }
    auto const last = std::min(each, nearest(media.last_delta, rate, track.timescale));
    bool const whole =
        distance(Wide{media.last_delta} * rate, Wide{each} * track.timescale) < Wide{rate};
    auto const total = (media.samples - 1) * each + (whole ? each : last);
    auto const apart = distance(Wide{total} * track.timescale, Wide{media.units} * rate);
    if (apart > Wide{media.samples} * rate) {
        return by_time;
    }
    return {.total = total, .rate = rate, .by_frames = true};
}

// On the audio's own rate where that is exact.
Length length_of(std::uint64_t samples, std::uint64_t rate, std::uint64_t own_rate) {
    auto const scaled = Wide{samples} * own_rate;
    if (own_rate == 0 || scaled % rate != 0 ||
        scaled / rate > std::numeric_limits<std::uint64_t>::max()) {
        return {.samples = samples, .rate = rate};
    }
    return {.samples = static_cast<std::uint64_t>(scaled / rate), .rate = own_rate};
}

// Written before the fragments were there, an edit may end where the movie box's own samples end,
// and means the end of all.
bool is_open(Edit const& edit, Track const& track, Media const& media, std::uint64_t in_movie,
             std::uint64_t movie_timescale) {
    if (in_movie == 0 || in_movie >= media.units || edit.begin < 0) {
        return false;
    }
    auto const end = (Wide{edit.duration} * track.timescale) +
                     Wide{static_cast<std::uint64_t>(edit.begin)} * movie_timescale;
    return end < Wide{in_movie} * movie_timescale + track.timescale;
}

struct Sum {
    std::uint64_t total = 0;
    int edits = 0;
    bool at_the_end = true;  // the last edit ends where the media does
};

Sum sum_of_edits(Reader& reader, Track const& track, Media const& media, Line const& line,
                 std::uint64_t in_movie, std::uint64_t movie_timescale) {
    Sum sum;
    Edits edits{reader, track};
    while (auto edit = edits.next()) {
        if (edit->begin < 0) {
            continue;
        }
        if (is_open(*edit, track, media, in_movie, movie_timescale)) {
            edit->duration = 0;
        }
        auto const begin =
            nearest(static_cast<std::uint64_t>(edit->begin), line.rate, track.timescale);
        auto const available = line.total - std::min(begin, line.total);
        auto const length = played(edit->duration, available, line.rate, movie_timescale);
        auto const skipped = std::min(length, line.skip - std::min(begin, line.skip));
        auto const plays = length - skipped;
        sum.total += std::min(plays, line.total - sum.total);  // never more than there is
        sum.at_the_end = length == available;
        ++sum.edits;
    }
    return sum;
}

// On which rate iTunSMPB counts is not said: on one where it adds up to about the whole track.
std::optional<Length> gapless_length(Gapless const& said, Track const& track, Line const& line,
                                     bool cut) {
    constexpr std::uint64_t slack = 4096;  // two frames of the longest kind
    constexpr std::uint64_t most = std::uint64_t{1} << 48;
    if (said.samples == 0 || said.samples > most || said.delay > most || said.padding > most) {
        return std::nullopt;
    }
    auto const end = said.delay + said.samples;
    for (auto const rate : {track.format.rate, line.rate}) {
        if (rate == 0 || Wide{line.total} * rate % line.rate != 0) {
            continue;
        }
        auto const total = Wide{line.total} * rate / line.rate;
        if (end <= total && end + said.padding + slack >= total) {
            return Length{.samples = said.samples, .rate = rate};
        }
        if (cut && end > total && total > said.delay) {
            return Length{.samples = static_cast<std::uint64_t>(total - said.delay), .rate = rate};
        }
    }
    return std::nullopt;
}

// Less than one unit of the movie's time apart.
bool agree(Length const& one, Length const& other, std::uint64_t movie_timescale) {
    auto const left = Wide{one.samples} * other.rate;
    auto const right = Wide{other.samples} * one.rate;
    auto const unit = Wide{one.rate} * other.rate;
    return distance(left, right) < unit / std::max<std::uint64_t>(movie_timescale, 1) + 1;
}

void compare_with_frames(Track const& track, Media const& media, Presented& found) {
    auto const rate = track.format.rate;
    auto const each = track.format.frame_samples;
    if (rate == 0 || each == 0 || media.bridged || media.samples > UINT32_MAX) {
        return;
    }
    auto const by_frames = Wide{media.samples} * each * track.timescale;
    auto const by_time = Wide{media.units} * rate;
    if (distance(by_frames, by_time) >
        Wide{each} * 2 * track.timescale + Wide{media.samples} * rate) {
        found.exact = false;
        found.note = fmt::format("its times add up to other than its {} frames of {} samples",
                                 media.samples, each);
    }
}

}  // namespace

Presented presented_audio(Reader& reader, Track const& track, Media const& media,
                          std::uint64_t in_movie, std::uint64_t movie_timescale,
                          std::optional<Gapless> const& gapless) {
    auto line = line_of(track, media);
    line.skip = std::min(line.total, nearest(track.format.pre_skip, line.rate, 48'000));
    auto const sum = sum_of_edits(reader, track, media, line, in_movie, movie_timescale);
    auto const trimmed = gapless ? gapless_length(*gapless, track, line, media.cut) : std::nullopt;
    Presented found;
    found.basis = sum.edits > 0 || trimmed || line.skip > 0 ? Basis::trimmed : Basis::frames;
    bool const by_edits = sum.total > 0;
    found.length =
        length_of(by_edits ? sum.total : line.total - line.skip, line.rate, track.format.rate);
    bool const all = !by_edits || sum.total == line.total;
    if (trimmed && (all || agree(*trimmed, found.length, movie_timescale))) {
        found.length = *trimmed;
    } else if (by_edits && (line.by_frames || (!sum.at_the_end && movie_timescale < line.rate))) {
        found.exact = false;
        found.note = fmt::format("its edit list is rounded to 1/{} s",
                                 std::min(movie_timescale, track.timescale));
    }
    compare_with_frames(track, media, found);
    return found;
}

Presented presented_video(Reader& reader, Track const& track, Media const& media,
                          std::uint64_t movie_timescale) {
    // Pictures are shown in another order than they are stored in, so that a begin says nothing of
    // how much is left: an edit is limited by all of the media only.
    std::uint64_t total = 0;
    Edits edits{reader, track};
    while (auto const edit = edits.next()) {
        if (edit->begin >= 0) {
            auto const plays =
                played(edit->duration, media.units, track.timescale, movie_timescale);
            total += std::min(plays, media.units - total);
        }
    }
    return {.length = {.samples = total > 0 ? total : media.units, .rate = track.timescale},
            .basis = Basis::trimmed};
}

}  // namespace adapters::media::mp4
