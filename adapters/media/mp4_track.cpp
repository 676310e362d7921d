// The tree below "moov", whose depth is fixed by this code and not by the data.
#include "adapters/media/mp4_track.h"

#include <limits>

#include "adapters/media/found.h"

namespace adapters::media::mp4 {

namespace {

constexpr std::size_t most_tracks = 64;

struct Times {
    std::uint64_t timescale = 0;
    std::optional<std::uint64_t> duration;
};

// The fields that mvhd and mdhd begin with alike.
Times times(Reader& reader, Box const& box) {
    auto const fields = inside(reader, box, 0, 32);
    if (fields.size() < 20) {
        return {};
    }
    if (u8(fields, 0) == 1) {
        if (fields.size() < 32) {
            return {};
        }
        auto const duration = big<8>(fields, 24);
        bool const known = duration != 0 && duration != std::numeric_limits<std::uint64_t>::max();
        return {big<4>(fields, 20), known ? std::optional{duration} : std::nullopt};
    }
    auto const duration = big<4>(fields, 16);
    bool const known = duration != 0 && duration != std::numeric_limits<std::uint32_t>::max();
    return {big<4>(fields, 12), known ? std::optional{duration} : std::nullopt};
}

Kind kind_of(Reader& reader, Box const& hdlr) {
    auto const fields = inside(reader, hdlr, 0, 12);
    return matches(fields, 8, "soun")   ? Kind::audio
           : matches(fields, 8, "vide") ? Kind::video
                                        : Kind::other;
}

void parse_tables(Reader& reader, Box const& stbl, Track& track) {
    std::optional<Box> stsd;
    auto boxes = Boxes::inside(reader, stbl);
    while (auto const box = boxes.next()) {
        auto* const place = box->kind == kind("stsd")   ? &stsd
                            : box->kind == kind("stts") ? &track.stts
                            : box->kind == kind("stsz") ? &track.stsz
                            : box->kind == kind("stz2") ? &track.stz2
                            : box->kind == kind("stsc") ? &track.stsc
                            : box->kind == kind("stco") ? &track.stco
                            : box->kind == kind("co64") ? &track.co64
                                                        : nullptr;
        if (place != nullptr && !*place) {
            *place = *box;
        }
    }
    if (stsd) {
        track.format = track.kind == Kind::audio   ? audio_format(reader, *stsd)
                       : track.kind == Kind::video ? video_format(reader, *stsd)
                                                   : Format{};
    }
}

void parse_media(Reader& reader, Box const& mdia, Track& track) {
    if (auto const hdlr = child(reader, mdia, kind("hdlr"))) {
        track.kind = kind_of(reader, *hdlr);
    }
    if (auto const mdhd = child(reader, mdia, kind("mdhd"))) {
        auto const said = times(reader, *mdhd);
        track.timescale = said.timescale;
        track.declared = said.duration;
    }
    auto const minf = child(reader, mdia, kind("minf"));
    if (auto const stbl = minf ? child(reader, *minf, kind("stbl")) : std::nullopt) {
        parse_tables(reader, *stbl, track);
    }
}

Track parse_track(Reader& reader, Box const& trak) {
    Track track;
    auto boxes = Boxes::inside(reader, trak);
    while (auto const box = boxes.next()) {
        if (box->kind == kind("tkhd")) {
            auto const fields = inside(reader, *box, 0, 24);
            auto const at = fields.empty() || u8(fields, 0) != 1 ? 12U : 20U;
            track.id = fields.size() < at + 4 ? 0 : static_cast<std::uint32_t>(big<4>(fields, at));
        } else if (box->kind == kind("edts")) {
            track.elst = child(reader, *box, kind("elst"));
        } else if (box->kind == kind("mdia")) {
            parse_media(reader, *box, track);
        }
    }
    return track;
}

void parse_defaults(Reader& reader, Box const& mvex, std::vector<Track>& tracks) {
    auto boxes = Boxes::inside(reader, mvex);
    while (auto const box = boxes.next()) {
        auto const fields = inside(reader, *box, 0, 20);
        if (box->kind != kind("trex") || fields.size() < 20) {
            continue;
        }
        for (auto& track : tracks) {
            if (track.id == big<4>(fields, 4)) {
                track.default_duration = big<4>(fields, 12);
                track.default_size = big<4>(fields, 16);
                break;
            }
        }
    }
}

// udta/meta/ilst; "meta" has version and flags in iTunes' files and none in QuickTime's.
std::optional<Box> metadata(Reader& reader, Box const& udta) {
    auto const meta = child(reader, udta, kind("meta"));
    if (!meta) {
        return std::nullopt;
    }
    auto const ilst = child(reader, *meta, kind("ilst"), 4);
    return ilst ? ilst : child(reader, *meta, kind("ilst"));
}

}  // namespace

void Media::add(std::uint64_t count, std::uint64_t each) {
    std::uint64_t total = 0;
    if (__builtin_mul_overflow(count, each, &total) ||
        __builtin_add_overflow(units, total, &units) ||
        __builtin_add_overflow(samples, count, &samples)) {
        fail("damaged", "its samples last longer than can be counted");
    }
    if (count > 0) {
        last_delta = each;
    }
}

void Media::add_time(std::uint64_t more) {
    if (__builtin_add_overflow(units, more, &units)) {
        fail("damaged", "its samples last longer than can be counted");
    }
}

void Media::add(Media const& other) {
    auto const last = other.samples > 0 ? other.last_delta : last_delta;
    add_time(other.units);
    add(other.samples, 0);
    last_delta = last;
    cut = cut || other.cut;
    unplaced = unplaced || other.unplaced;
    bridged = bridged || other.bridged;
}

Movie parse_movie(Reader& reader, Box const& moov) {
    Movie movie;
    std::optional<Box> mvex;
    auto boxes = Boxes::inside(reader, moov);
    while (auto const box = boxes.next()) {
        if (box->kind == kind("mvhd")) {
            movie.timescale = times(reader, *box).timescale;
        } else if (box->kind == kind("trak")) {
            if (movie.tracks.size() == most_tracks) {
                fail("unsupported", "an MP4 file with more than 64 tracks");
            }
            movie.tracks.push_back(parse_track(reader, *box));
        } else if (box->kind == kind("mvex")) {
            mvex = box;
        } else if (box->kind == kind("udta")) {
            movie.metadata = metadata(reader, *box);
        } else if (box->kind == kind("cmov")) {
            fail("unsupported", "a QuickTime file with a compressed header (cmov)");
        }
    }
    if (mvex) {
        movie.fragmented = true;
        parse_defaults(reader, *mvex, movie.tracks);
    }
    return movie;
}

}  // namespace adapters::media::mp4
