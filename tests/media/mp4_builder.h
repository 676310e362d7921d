// Builds MP4 files box by box, with defaults, so that what a test sets is what matters.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/media/boxes_support.h"

namespace boxes {

using Runs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;  // (count, delta)

struct Edit {
    std::uint64_t duration = 0;
    std::int64_t begin = 0;
};

struct TrackOf {
    std::string handler = "soun";
    std::string entry;  // empty: AAC, 24 kHz
    std::uint32_t timescale = 24'000;
    std::string mdhd_duration = "auto";
    Runs runs{{173, 1024}};
    std::vector<Edit> edits;
    bool wide_edits = false;
    std::uint32_t sample_size = 10;  // each; 0: `sizes`
    std::vector<std::uint32_t> sizes;
    std::optional<std::uint32_t> size_count;  // other than the runs say
    std::uint32_t per_chunk = 10;
    bool placed = true;  // has stsz, stsc and stco
    bool co64 = false;
    std::uint32_t id = 1;
};

inline std::uint64_t samples_of(TrackOf const& track) {
    std::uint64_t count = 0;
    for (auto const& [run, delta] : track.runs) {
        count += run;
    }
    return track.size_count.value_or(static_cast<std::uint32_t>(count));
}

inline std::uint64_t bytes_of_samples(TrackOf const& track) {
    std::uint64_t bytes = track.placed ? track.sample_size * samples_of(track) : 0;
    for (auto const size : track.sizes) {
        bytes += size;
    }
    return bytes;
}

inline std::string descriptor(int tag, std::string const& body) {
    return be(static_cast<std::uint64_t>(tag), 1) + be(body.size(), 1) + body;
}

// `config`: AAC's own description; `type`: 0x40 is AAC.
inline std::string esds(std::string const& config, int type = 0x40) {
    auto const decoder =
        descriptor(4, be(static_cast<std::uint64_t>(type), 1) + zeros(12) + descriptor(5, config));
    return full("esds", 0, {descriptor(3, zeros(3) + decoder)});
}

inline std::string audio_entry(std::string const& name, std::uint32_t rate,
                               std::string const& inside, std::string const& version = {}) {
    auto const fields = version.empty() ? zeros(8) : be(1, 2) + zeros(6);
    return box(name, {zeros(6), be(1, 2), fields, be(1, 2), be(16, 2), zeros(4), be(rate, 2),
                      zeros(2), version, inside});
}

inline std::string aac_24k() {
    return audio_entry("mp4a", 24'000, esds("\x13\x08"));
}

inline std::string video_entry() {
    return box("avc1", {zeros(78)});
}

inline std::string opus_entry(std::uint32_t pre_skip) {
    return audio_entry("Opus", 48'000,
                       box("dOps", {be(0, 1), be(1, 1), be(pre_skip, 2), be32(24'000), zeros(3)}));
}

inline std::string duration_of(TrackOf const& track) {
    if (track.mdhd_duration != "auto") {
        return track.mdhd_duration;
    }
    std::uint64_t units = 0;
    for (auto const& [count, delta] : track.runs) {
        units += std::uint64_t{count} * delta;
    }
    return be32(units);
}

inline std::string elst(TrackOf const& track) {
    std::string rows;
    auto const width = track.wide_edits ? 8 : 4;
    for (auto const& edit : track.edits) {
        rows += be(edit.duration, width) + be(static_cast<std::uint64_t>(edit.begin), width) +
                be32(0x10000);
    }
    return box("edts",
               {full("elst", track.wide_edits ? 0x1000000 : 0, {be32(track.edits.size()), rows})});
}

// The samples follow one another from `data` on.
inline std::string sample_tables(TrackOf const& track, std::uint64_t data) {
    std::string rows;
    for (auto const& [count, delta] : track.runs) {
        rows += be32(count) + be32(delta);
    }
    auto tables = full("stts", 0, {be32(track.runs.size()), rows});
    if (!track.placed) {
        return tables;
    }
    std::string sizes;
    for (auto const size : track.sizes) {
        sizes += be32(size);
    }
    tables += full("stsc", 0, {be32(1), be32(1), be32(track.per_chunk), be32(1)});
    tables += full("stsz", 0, {be32(track.sample_size), be32(samples_of(track)), sizes});
    std::string offsets;
    std::uint64_t chunks = 0;
    for (std::uint64_t at = 0; at < samples_of(track); ++at) {
        if (at % track.per_chunk == 0) {
            offsets += be(data, track.co64 ? 8 : 4);
            ++chunks;
        }
        data += track.sizes.empty() ? track.sample_size : track.sizes[at];
    }
    return tables + full(track.co64 ? "co64" : "stco", 0, {be32(chunks), offsets});
}

inline std::string trak(TrackOf const& track, std::uint64_t data) {
    auto const entry = !track.entry.empty()      ? track.entry
                       : track.handler == "soun" ? aac_24k()
                                                 : video_entry();
    auto const stbl = box("stbl", {full("stsd", 0, {be32(1), entry}), sample_tables(track, data)});
    auto const mdhd =
        full("mdhd", 0, {zeros(8), be32(track.timescale), duration_of(track), zeros(4)});
    auto const hdlr = full("hdlr", 0, {zeros(4), track.handler, zeros(13)});
    auto const tkhd = full("tkhd", 7, {zeros(8), be32(track.id), zeros(68)});
    return box("trak", {tkhd, track.edits.empty() ? "" : elst(track),
                        box("mdia", {mdhd, hdlr, box("minf", {stbl})})});
}

struct MovieOf {
    std::vector<TrackOf> tracks{TrackOf{}};
    std::uint32_t timescale = 1000;
    std::string more;  // other boxes of moov: mvex, udta
};

inline std::string ftyp() {
    return box("ftyp", {"M4A ", be32(0), "M4A mp42"});
}

inline std::string moov(MovieOf const& movie, std::uint64_t data) {
    auto inside = full("mvhd", 0, {zeros(8), be32(movie.timescale), zeros(84)});
    for (auto const& track : movie.tracks) {
        inside += trak(track, data);
        data += bytes_of_samples(track);
    }
    return box("moov", {inside, movie.more});
}

inline std::string samples(MovieOf const& movie) {
    std::uint64_t bytes = 0;
    for (auto const& track : movie.tracks) {
        bytes += bytes_of_samples(track);
    }
    return zeros(bytes);
}

// moov before mdat.
inline std::string file_of(MovieOf const& movie) {
    auto const begin = ftyp().size() + moov(movie, 0).size() + 8;
    return ftyp() + moov(movie, begin) + box("mdat", {samples(movie)});
}

inline std::string file_with_moov_last(MovieOf const& movie) {
    return ftyp() + box("mdat", {samples(movie)}) + moov(movie, ftyp().size() + 8);
}

inline std::string file_of(TrackOf const& track) {
    return file_of(MovieOf{.tracks = {track}});
}

}  // namespace boxes
