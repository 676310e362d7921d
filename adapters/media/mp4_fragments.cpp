// Durations and sizes are the samples' own (trun), else the fragment's (tfhd), else the track's
// (trex). Where the samples are is counted from the fragment on, or from where the last ones ended.
#include "adapters/media/mp4_fragments.h"

#include <algorithm>
#include <bit>

namespace adapters::media::mp4 {

namespace {

struct Run {
    Track* track = nullptr;
    std::uint64_t duration = 0;
    std::uint64_t size = 0;
    std::uint64_t base = 0;      // data offsets are counted from here
    std::uint64_t position = 0;  // where the last samples ended
};

// Behind all data, and no sum of it overflows.
constexpr std::uint64_t nowhere = std::uint64_t{1} << 62;

std::uint64_t plus(std::uint64_t base, std::int64_t offset) {
    auto const sum = static_cast<std::int64_t>(std::min(base, nowhere)) + offset;
    return sum < 0 ? nowhere : static_cast<std::uint64_t>(sum);
}

Track* track_of(std::span<Track> tracks, std::uint64_t id) {
    auto const found = std::ranges::find(tracks, id, &Track::id);
    return found == tracks.end() ? nullptr : &*found;
}

Run open_run(Bytes header, Box const& moof, std::uint64_t last_end, std::span<Track> tracks) {
    Run run;
    auto const flags = header.size() < 8 ? 0 : big<3>(header, 1);
    run.track = header.size() < 8 ? nullptr : track_of(tracks, big<4>(header, 4));
    if (run.track == nullptr) {
        return run;
    }
    std::size_t at = 8;
    auto const field = [&](std::uint64_t flag, std::size_t width) {
        bool const here = (flags & flag) != 0 && header.size() - at >= width;
        at += here ? width : 0;
        return here;
    };
    run.duration = run.track->default_duration;
    run.size = run.track->default_size;
    run.base = (flags & 0x20000) != 0 ? moof.begin : last_end;
    if (field(0x01, 8)) {
        run.base = std::min(big<8>(header, at - 8), nowhere);
    }
    field(0x02, 4);
    if (field(0x08, 4)) {
        run.duration = big<4>(header, at - 4);
    }
    if (field(0x10, 4)) {
        run.size = big<4>(header, at - 4);
    }
    run.position = run.base;
    return run;
}

// Samples that all last and take the same.
void add_alike(Reader& reader, std::uint64_t count, Run& run, Media& media) {
    auto const room = reader.size() - std::min(run.position, reader.size());
    auto const fit = run.position > reader.size() ? 0
                     : run.size == 0              ? count
                                                  : std::min(count, room / run.size);
    media.add(fit, run.duration);
    media.cut = media.cut || fit < count;
    run.position = std::min(run.position + std::min(count * run.size, nowhere), nowhere);
}

struct Columns {
    bool duration, size;
    std::size_t width, size_at;
};

void add_rows(Reader& reader, Table& rows, Columns columns, Run& run, Media& media) {
    for (std::uint64_t i = 0; i < rows.count(); ++i) {
        auto const row = rows.row(i);
        if (row.empty()) {
            media.cut = true;
            return;
        }
        auto const duration = columns.duration ? big<4>(row, 0) : run.duration;
        auto const size = columns.size ? big<4>(row, columns.size_at) : run.size;
        run.position = std::min(run.position + size, nowhere);
        if (run.position <= reader.size()) {
            media.add(1, duration);
        } else {
            media.cut = true;
        }
    }
}

void add_run(Reader& reader, Box const& trun, Run& run) {
    auto const head = inside(reader, trun, 0, 12);
    if (head.size() < 8) {
        return;
    }
    auto const flags = big<3>(head, 1);
    auto const count = big<4>(head, 4);
    std::uint64_t begin = 8;
    if ((flags & 0x01) != 0 && head.size() >= 12) {
        run.position = plus(run.base, static_cast<std::int32_t>(big<4>(head, 8)));
        begin += 4;
    }
    begin += (flags & 0x04) != 0 ? 4U : 0U;
    Columns const columns{.duration = (flags & 0x100) != 0,
                          .size = (flags & 0x200) != 0,
                          .width = 4 * static_cast<std::size_t>(std::popcount(flags & 0xF00)),
                          .size_at = (flags & 0x100) != 0 ? 4U : 0U};
    auto& media = run.track->fragments;
    if (!columns.duration && !columns.size) {
        add_alike(reader, count, run, media);
        return;
    }
    Table rows{reader, trun, begin, count, columns.width};
    media.cut = media.cut || rows.count() < count;
    add_rows(reader, rows, columns, run, media);
}

// Base media decode time.
std::optional<std::uint64_t> time_of(Bytes tfdt) {
    if (tfdt.size() < 8) {
        return std::nullopt;
    }
    bool const wide = u8(tfdt, 0) == 1;
    return !wide               ? std::optional{big<4>(tfdt, 4)}
           : tfdt.size() >= 12 ? std::optional{big<8>(tfdt, 4)}
                               : std::nullopt;
}

void add_bridge(Track& track, std::optional<std::uint64_t> time) {
    if (time && track.next_time && *time >= *track.next_time) {
        track.fragments.add_time(*time - *track.next_time);
        track.fragments.bridged = true;
    }
}

void add_track(Reader& reader, Box const& traf, Run& run, bool bridge) {
    auto& track = *run.track;
    auto const tfdt = child(reader, traf, kind("tfdt"));
    auto const time = tfdt ? time_of(inside(reader, *tfdt, 0, 12)) : std::nullopt;
    if (bridge) {
        add_bridge(track, time);
    }
    auto const before = track.fragments.units;
    auto boxes = Boxes::inside(reader, traf);
    while (auto const box = boxes.next()) {
        if (box->kind == kind("trun")) {
            add_run(reader, *box, run);
        }
    }
    std::uint64_t end = 0;
    bool const known = time && !__builtin_add_overflow(*time, track.fragments.units - before, &end);
    track.next_time = known ? std::optional{end} : std::nullopt;
}

std::optional<std::uint64_t> last_in_sidx(Reader& reader, Box const& sidx) {
    auto const head = inside(reader, sidx, 0, 36);
    std::size_t const at = head.empty() || u8(head, 0) == 0 ? 16 : 24;
    if (head.size() < at + 8) {
        return std::nullopt;
    }
    auto offset = sidx.end + std::min(at == 16 ? big<4>(head, 16) : big<8>(head, 20), nowhere);
    Table rows{reader, sidx, at + 8, big<2>(head, at + 6), 12};
    for (std::uint64_t i = 0; i + 1 < rows.count(); ++i) {
        auto const row = rows.row(i);
        offset = std::min(offset + (row.empty() ? 0 : big<4>(row, 0) & 0x7FFFFFFF), nowhere);
    }
    return rows.count() < 2 ? std::nullopt : std::optional{offset};
}

// The last entry of the first track's index; the other tracks must be in the same fragment.
std::optional<std::uint64_t> last_in_mfra(Reader& reader) {
    auto const size = reader.size();
    auto const tail = size < 16 ? Bytes{} : reader.at(size - 16, 16);
    auto const length = matches(tail, 4, "mfro") && tail.size() == 16 ? big<4>(tail, 12) : 0;
    if (length < 24 || length > size) {
        return std::nullopt;
    }
    Box const mfra{.begin = size - length, .body = size - length + 8, .end = size};
    auto const tfra = child(reader, mfra, kind("tfra"));
    auto const head = tfra ? inside(reader, *tfra, 0, 16) : Bytes{};
    if (head.size() < 16) {
        return std::nullopt;
    }
    auto const lengths = big<4>(head, 8);
    auto const numbers = 3 + (lengths & 3) + (lengths >> 2 & 3) + (lengths >> 4 & 3);
    std::size_t const each = u8(head, 0) == 1 ? 8 : 4;
    auto const count = big<4>(head, 12);
    Table rows{reader, *tfra, 16, count, 2 * each + numbers};
    auto const row = count == 0 ? Bytes{} : rows.row(count - 1);
    return row.empty() ? std::nullopt
           : each == 8 ? std::optional{big<8>(row, 8)}
                       : std::optional{big<4>(row, 4)};
}

}  // namespace

std::optional<std::uint64_t> last_fragment(Reader& reader, std::optional<Box> const& sidx) {
    auto const said = sidx ? last_in_sidx(reader, *sidx) : std::nullopt;
    auto const found = said ? said : last_in_mfra(reader);
    auto const head = found ? reader.at(*found, 8) : Bytes{};
    for (auto const* name : {"moof", "sidx", "styp", "emsg", "prft"}) {
        if (matches(head, 4, name)) {
            return found;
        }
    }
    return std::nullopt;
}

void add_fragment(Reader& reader, Box const& moof, std::span<Track> tracks, bool bridge) {
    auto last_end = moof.begin;
    auto boxes = Boxes::inside(reader, moof);
    while (auto const traf = boxes.next()) {
        if (traf->kind != kind("traf")) {
            continue;
        }
        auto const tfhd = child(reader, *traf, kind("tfhd"));
        auto run = tfhd ? open_run(inside(reader, *tfhd, 0, 32), moof, last_end, tracks) : Run{};
        if (run.track != nullptr) {
            add_track(reader, *traf, run, bridge);
        }
        last_end = run.track != nullptr ? run.position : last_end;
    }
}

}  // namespace adapters::media::mp4
