// One walk over the boxes of the file; then the first audio and the first video track.
#include "adapters/media/mp4.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "adapters/media/mp4_edits.h"
#include "adapters/media/mp4_fragments.h"
#include "adapters/media/mp4_samples.h"

namespace adapters::media {

namespace {

using mp4::Box;
using mp4::Boxes;
using mp4::kind;
using mp4::Kind;
using mp4::Media;
using mp4::Movie;
using mp4::Track;

constexpr std::array known_boxes{kind("ftyp"), kind("moov"), kind("mdat"), kind("free"),
                                 kind("skip"), kind("wide"), kind("pnot"), kind("styp"),
                                 kind("moof"), kind("sidx"), kind("uuid"), kind("emsg"),
                                 kind("prft"), kind("ssix"), kind("mfra"), kind("meta")};

bool is_known(std::uint32_t kind) {
    return std::ranges::find(known_boxes, kind) != known_boxes.end();
}

struct File {
    std::optional<Movie> movie;
    bool cut = false;         // a box says that it reaches beyond the end
    std::uint64_t rest = 0;   // bytes at the end that are no box
    std::uint64_t other = 0;  // further movies, which nobody plays
    bool early = false;       // fragments came before the movie
};

void fragments_before(Reader& reader, std::uint64_t end, Movie& movie) {
    auto boxes = Boxes::of_file(reader);
    while (auto const box = boxes.next()) {
        if (box->begin >= end) {
            return;
        }
        if (box->kind == kind("moof")) {
            mp4::add_fragment(reader, *box, movie.tracks);
        }
    }
}

void take_movie(Reader& reader, Box const& box, File& file) {
    if (file.movie) {
        ++file.other;
        return;
    }
    if (box.cut) {
        fail("incomplete", "an MP4 file that ends within its header (moov)");
    }
    file.movie = mp4::parse_movie(reader, box);
    if (file.early) {
        fragments_before(reader, box.begin, *file.movie);
    }
}

File walk(Reader& reader) {
    File file;
    auto boxes = Boxes::of_file(reader);
    while (auto const box = boxes.next()) {
        if (!is_known(box->kind) && box->cut) {  // no box, but whatever stands behind the last one
            file.rest = box->end - box->begin;
            return file;
        }
        file.cut = file.cut || box->cut;
        if (box->kind == kind("moov")) {
            take_movie(reader, *box, file);
        } else if (box->kind == kind("moof") && file.movie) {
            mp4::add_fragment(reader, *box, file.movie->tracks);
        } else if (box->kind == kind("moof")) {
            file.early = true;
        }
    }
    file.rest = reader.size() - std::min(boxes.position(), reader.size());
    return file;
}

struct Counted {
    Track const* track = nullptr;
    Media media;
    std::uint64_t in_movie = 0;
    bool cut = false;  // this one or one before it, of which nothing was left
};

Counted first_with_samples(Reader& reader, File const& file, Kind wanted) {
    Counted found;
    bool const placed = !reader.far() || file.cut;
    for (auto const& track : file.movie->tracks) {
        if (track.kind != wanted) {
            continue;
        }
        auto media = mp4::samples_in_tables(reader, track, placed, file.movie->fragmented);
        auto const in_movie = media.units;
        media.add(track.fragments);
        found.cut = found.cut || media.cut;
        if (media.units == 0) {
            continue;
        }
        if (track.timescale == 0) {
            fail("damaged", "a track of an MP4 file whose time has no scale (mdhd)");
        }
        return {.track = &track, .media = media, .in_movie = in_movie, .cut = found.cut};
    }
    return found;
}

[[noreturn]] void fail_without_movie(Reader& reader, File const& file) {
    auto const brand = reader.at(8, 4);
    for (auto const* image : {"heic", "heix", "mif1", "avif", "avis", "hevc"}) {
        if (matches(brand, 0, image)) {
            fail("not_audio", "a HEIF or AVIF image");
        }
    }
    fail("incomplete", file.early ? "fragments of an MP4 file without its header (moov)"
                                  : "an MP4 file without its header (moov): it ends too early");
}

[[noreturn]] void fail_without_samples(File const& file, bool cut) {
    if (file.cut || cut) {
        fail("incomplete", "an MP4 file that ends before its first sample");
    }
    if (file.movie->fragmented) {
        fail("incomplete", "the beginning of a fragmented MP4 file, without a fragment");
    }
    fail("no_audio", "an MP4 file without a sample of audio or video");
}

void describe(File const& file, Counted const& audio, Measured& measured) {
    auto const note = [&](std::string text) {
        measured.note += measured.note.empty() ? "" : "; ";
        measured.note += text;
    };
    if (audio.media.unplaced) {
        measured.exact = false;
        note("it does not say where its samples are");
    }
    if (file.other > 0) {
        note("a second header (moov) is ignored, as players do");
    }
    auto const declared = audio.track != nullptr ? audio.track->declared : std::nullopt;
    if (declared && !audio.media.cut && audio.in_movie == audio.media.units &&
        *declared != audio.media.units) {
        note(fmt::format("mdhd says {} instead of {}", *declared, audio.media.units));
    }
}

}  // namespace

bool looks_like_mp4(Bytes bytes) {
    if (bytes.size() < 8) {
        return false;
    }
    auto const size = big<4>(bytes, 0);
    auto const first = static_cast<std::uint32_t>(big<4>(bytes, 4));
    return (size == 0 || size == 1 || size >= 8) && is_known(first);
}

Measured measure_mp4(Reader& reader) {
    auto const file = walk(reader);
    if (!file.movie) {
        fail_without_movie(reader, file);
    }
    auto const audio = first_with_samples(reader, file, Kind::audio);
    auto const video = first_with_samples(reader, file, Kind::video);
    if (audio.track == nullptr && video.track == nullptr) {
        fail_without_samples(file, audio.cut || video.cut);
    }
    Measured measured{.container = "mp4"};
    if (audio.track != nullptr) {
        auto const gapless =
            file.movie->metadata ? mp4::parse_gapless(reader, *file.movie->metadata) : std::nullopt;
        auto presented = mp4::presented_audio(reader, *audio.track, audio.media, audio.in_movie,
                                              file.movie->timescale, gapless);
        measured.codec = audio.track->format.codec;
        measured.audio = presented.length;
        measured.basis = presented.basis;
        measured.exact = presented.exact;
        measured.note = std::move(presented.note);
    }
    if (video.track != nullptr) {
        measured.video_codec = video.track->format.codec;
        measured.video =
            mp4::presented_video(reader, *video.track, video.media, file.movie->timescale).length;
    }
    bool const in_fragments =
        file.movie->fragmented && (file.cut || (file.rest > 0 && file.rest < 8));
    measured.truncated = audio.cut || video.cut || in_fragments;
    measured.skipped_bytes = file.rest;
    describe(file, audio, measured);
    return measured;
}

}  // namespace adapters::media
