// What of a track is presented: edit lists, iTunSMPB, what a decoder leaves out, and the clock.
#include <gtest/gtest.h>

#include "adapters/media/mp4.h"
#include "tests/media/mp4_builder.h"

namespace {

using adapters::Basis;
using adapters::Length;
using adapters::Measured;
using adapters::media::Reader;
using boxes::be32;
using boxes::MovieOf;
using boxes::TrackOf;

Measured measured(MovieOf const& movie) {
    auto const file = boxes::file_of(movie);
    Reader reader{boxes::bytes_of(file)};
    return adapters::media::measure_mp4(reader);
}

Measured measured(TrackOf const& track) {
    return measured(MovieOf{.tracks = {track}});
}

// 1024 samples of delay, 175,217 of sound at 44.1 kHz: the last frame is short.
TrackOf trimmed(std::vector<boxes::Edit> edits) {
    return {.entry = boxes::audio_entry("mp4a", 44'100, boxes::esds("\x12\x08")),
            .timescale = 44'100,
            .runs = {{172, 1024}, {1, 113}},
            .edits = std::move(edits)};
}

std::string smpb(std::string const& text) {
    auto const tag = boxes::box(
        "----", {boxes::full("mean", 0, {"com.apple.iTunes"}), boxes::full("name", 0, {"iTunSMPB"}),
                 boxes::box("data", {be32(1), be32(0), text})});
    return boxes::box("udta", {boxes::full("meta", 0, {boxes::box("ilst", {tag})})});
}

TEST(Mp4Edits, AreExactThoughTheyAreCountedInMilliseconds) {
    for (auto const duration : {3973U, 3974U}) {
        auto const found = measured(trimmed({{duration, 1024}}));
        EXPECT_EQ(found.audio, (Length{175'217, 44'100}));
        EXPECT_EQ(found.basis, Basis::trimmed);
        EXPECT_TRUE(found.exact);
    }
}

TEST(Mp4Edits, CutOffTheEndExactlyInTheMoviesOwnTime) {
    MovieOf const movie{.tracks = {trimmed({{170'000, 1024}})}, .timescale = 44'100};
    auto const found = measured(movie);
    EXPECT_EQ(found.audio, (Length{170'000, 44'100}));
    EXPECT_TRUE(found.exact);
}

TEST(Mp4Edits, AreNotExactWhereTheyEndBeforeTheMediaInACoarseTime) {
    auto const found = measured(trimmed({{3'000, 1024}}));
    EXPECT_EQ(found.audio, (Length{132'300, 44'100}));
    EXPECT_FALSE(found.exact);
    EXPECT_NE(found.note.find("1/1000"), std::string::npos);
}

TEST(Mp4Edits, AddUpAndEmptyOnesDoNotCount) {
    MovieOf const movie{.tracks = {trimmed({{500, -1}, {44'100, 0}, {22'050, 88'200}})},
                        .timescale = 44'100};
    EXPECT_EQ(measured(movie).audio, (Length{66'150, 44'100}));
    auto wide = movie;
    wide.tracks[0].wide_edits = true;
    EXPECT_EQ(measured(wide).audio, (Length{66'150, 44'100}));
}

TEST(Mp4Edits, OfNoDurationReachToTheEnd) {
    EXPECT_EQ(measured(trimmed({{0, 1024}})).audio, (Length{175'217, 44'100}));
}

TEST(Mp4Edits, PresentNoMoreThanThereIs) {
    EXPECT_EQ(measured(trimmed({{3'600'000, 0}})).audio, (Length{176'241, 44'100}));
    EXPECT_EQ(measured(trimmed({{3'600'000, 0}, {3'600'000, 0}})).audio, (Length{176'241, 44'100}));
    EXPECT_EQ(measured(trimmed({{0xFFFFFFFF, 0x7FFFFFFF}})).audio, (Length{176'241, 44'100}));
}

TEST(Mp4Edits, PresentAllWhereTheyAreAllEmpty) {
    EXPECT_EQ(measured(trimmed({{500, -1}})).audio, (Length{176'241, 44'100}));
}

TEST(Mp4Edits, MeanNothingWhereTheMovieHasNoTime) {
    MovieOf const movie{.tracks = {trimmed({{3'000, 1024}})}, .timescale = 0};
    EXPECT_EQ(measured(movie).audio, (Length{175'217, 44'100}));
}

TEST(Mp4Edits, AreReplacedByITunSMPBWhereThereAreNone) {
    TrackOf track = trimmed({});
    track.runs = {{173, 1024}};
    MovieOf const movie{.tracks = {track},
                        .more = smpb(" 00000000 00000840 0000037C 000000000002A844 00000000")};
    auto const found = measured(movie);
    EXPECT_EQ(found.audio, (Length{0x2A844, 44'100}));
    EXPECT_EQ(found.basis, Basis::trimmed);
}

TEST(Mp4Edits, AreStrongerThanAnITunSMPBThatDoesNotAddUp) {
    MovieOf movie{.tracks = {trimmed({})},
                  .more = smpb(" 00000000 00000840 0000037C 00000000FFFFFFFF 00000000")};
    EXPECT_EQ(measured(movie).audio, (Length{176'241, 44'100}));
    movie.more = smpb(" 00000000 00000400 00000000 0000000000010000 00000000");
    EXPECT_EQ(measured(movie).audio, (Length{176'241, 44'100}));
    movie.more = smpb("nothing of the kind");
    EXPECT_EQ(measured(movie).audio, (Length{176'241, 44'100}));
}

TEST(Mp4Edits, TakeFromITunSMPBTheSamplesThatMillisecondsHaveLost) {
    TrackOf track = trimmed({{3'838, 2112}});
    track.runs = {{173, 1024}};
    MovieOf const movie{.tracks = {track},
                        .more = smpb(" 00000000 00000840 000015BC 000000000002954C 00000000")};
    auto const found = measured(movie);
    EXPECT_EQ(found.audio, (Length{0x2954C, 44'100}));
    EXPECT_TRUE(found.exact);
}

TEST(Mp4Edits, LeaveOutWhatAnOpusDecoderLeavesOut) {
    TrackOf track{
        .entry = boxes::opus_entry(312), .timescale = 48'000, .runs = {{182, 960}, {1, 809}}};
    EXPECT_EQ(measured(track).audio, (Length{175'217, 48'000}));
    EXPECT_EQ(measured(track).basis, Basis::trimmed);
    track.edits = {{3'651, 312}};
    EXPECT_EQ(measured(track).audio, (Length{175'217, 48'000}));
    track.edits = {{3'657, 0}};
    EXPECT_EQ(measured(track).audio, (Length{175'217, 48'000}));
}

TEST(Mp4Edits, LeaveNoAudioWhereADecoderLeavesOutEverySample) {
    TrackOf const track{.entry = boxes::opus_entry(312), .timescale = 48'000, .runs = {{1, 300}}};
    EXPECT_THROW(measured(track), adapters::media::Unmeasurable);
}

TEST(Mp4Clock, CountsFramesWhereTheTimeIsTooCoarse) {
    // 1024 samples at 44.1 kHz are 23.22 ms: 23, and sometimes 24.
    auto track = trimmed({});
    track.timescale = 1000;
    track.runs.clear();
    std::uint32_t last = 0;
    for (std::uint32_t frame = 1; frame <= 172; ++frame) {
        auto const end = static_cast<std::uint32_t>(std::uint64_t{frame} * 1024 * 1000 / 44'100);
        track.runs.emplace_back(1, end - last);
        last = end;
    }
    EXPECT_EQ(measured(track).audio, (Length{172 * 1024, 44'100}));
}

TEST(Mp4Clock, GoesByTheTimesWhereFramesWouldBeAnotherLength) {
    auto track = trimmed({});
    track.timescale = 1000;
    track.runs = {{100, 50}};
    auto const found = measured(track);
    EXPECT_EQ(found.audio, (Length{220'500, 44'100}));
    EXPECT_FALSE(found.exact);
}

TEST(Mp4Clock, IsTheDecodersRateForHeAac) {
    // SBR, told of in the configuration: 24 kHz of core, 48 kHz given out.
    auto const config = std::string{"\x2B\x09\x88\x00", 4};
    TrackOf track{.entry = boxes::audio_entry("mp4a", 24'000, boxes::esds(config)),
                  .timescale = 24'000,
                  .runs = {{10, 1024}}};
    EXPECT_EQ(measured(track).audio, (Length{20'480, 48'000}));
    track.timescale = 48'000;
    track.runs = {{10, 2048}};
    EXPECT_EQ(measured(track).audio, (Length{20'480, 48'000}));
}

TEST(Mp4Clock, CountsPacketsOfQuickTimesOldKind) {
    // 64 PCM frames in 34 bytes, and stsz says that each is one byte.
    auto const version = be32(64) + be32(34) + be32(34) + be32(2);
    TrackOf track{.entry = boxes::audio_entry("ima4", 44'100, "", version),
                  .timescale = 44'100,
                  .runs = {{6400, 1}},
                  .sample_size = 1,
                  .per_chunk = 640};
    auto file = boxes::file_of(track);
    Reader reader{boxes::bytes_of(file)};
    auto const found = adapters::media::measure_mp4(reader);
    EXPECT_EQ(found.codec, "adpcm_ima_qt");
    EXPECT_EQ(found.audio, (Length{6400, 44'100}));
}

}  // namespace
