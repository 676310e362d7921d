// One walk over the boxes of the file; then the first audio and the first video track.
#include "adapters/media/mp4.h"

#include <string_view>

#include <fmt/format.h>

#include "adapters/media/mp4_edits.h"
#include "adapters/media/mp4_samples.h"
#include "adapters/media/mp4_walk.h"

namespace adapters::media {

namespace {

using mp4::File;
using mp4::Kind;
using mp4::Media;
using mp4::Movie;
using mp4::Track;

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
    auto const note = [&](std::string_view text) {
        measured.note += measured.note.empty() ? "" : "; ";
        measured.note += text;
    };
    if (audio.media.unplaced) {
        measured.exact = false;
        note("it does not say where its samples are");
    }
    if (audio.media.bridged) {
        measured.exact = false;
        note("by the times of its first and last fragment: those between were not fetched");
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

std::string codec_of(Track const& track) {
    return track.format.codec.empty() ? "unknown" : track.format.codec;
}

void take_audio(Reader& reader, Movie const& movie, Counted const& audio, Measured& measured) {
    auto const gapless =
        movie.metadata ? mp4::parse_gapless(reader, *movie.metadata) : std::nullopt;
    auto presented = mp4::presented_audio(reader, *audio.track, audio.media, audio.in_movie,
                                          movie.timescale, gapless);
    if (presented.length.samples == 0) {
        return;
    }
    measured.codec = codec_of(*audio.track);
    measured.audio = presented.length;
    measured.basis = presented.basis;
    measured.exact = presented.exact;
    measured.note = std::move(presented.note);
}

void take_video(Reader& reader, Movie const& movie, Counted const& video, Measured& measured) {
    measured.video_codec = codec_of(*video.track);
    measured.video =
        mp4::presented_video(reader, *video.track, video.media, movie.timescale).length;
}

}  // namespace

bool looks_like_mp4(Bytes bytes) {
    if (bytes.size() < 8) {
        return false;
    }
    auto const size = big<4>(bytes, 0);
    auto const first = static_cast<std::uint32_t>(big<4>(bytes, 4));
    return (size == 0 || size == 1 || size >= 8) && mp4::is_known(first);
}

Measured measure_mp4(Reader& reader) {
    auto const file = mp4::walk(reader);
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
        take_audio(reader, *file.movie, audio, measured);
    }
    if (video.track != nullptr) {
        take_video(reader, *file.movie, video, measured);
    }
    if (measured.codec.empty() && measured.video_codec.empty()) {
        fail("no_audio", "an MP4 file of which a decoder leaves out every sample");
    }
    bool const in_fragments =
        file.movie->fragmented && (file.cut || (file.rest > 0 && file.rest < 8));
    measured.truncated = audio.cut || video.cut || in_fragments;
    measured.skipped_bytes = file.rest;
    describe(file, audio, measured);
    return measured;
}

}  // namespace adapters::media
