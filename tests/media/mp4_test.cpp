// MP4 without fragments: tables, headers that lie, files that are cut.
#include "adapters/media/mp4.h"

#include <gtest/gtest.h>

#include "tests/media/mp4_builder.h"

namespace {

using adapters::Basis;
using adapters::Length;
using adapters::Measured;
using adapters::media::Reader;
using adapters::media::Unmeasurable;
using boxes::be32;
using boxes::file_of;
using boxes::MovieOf;
using boxes::TrackOf;

Measured measured(std::string_view bytes) {
    Reader reader{boxes::bytes_of(bytes)};
    return adapters::media::measure_mp4(reader);
}

std::string refused(std::string_view bytes) {
    try {
        measured(bytes);
    } catch (Unmeasurable const& error) {
        return error.error.code;
    }
    return "";
}

constexpr Length golden{.samples = 177'152, .rate = 24'000};

TEST(Mp4, CountsTheMediaWhereTheHeaderSaysThatItDoesNotKnow) {
    for (auto const& unknown : {be32(0), be32(0xFFFFFFFF)}) {
        auto const found = measured(file_of(TrackOf{.mdhd_duration = unknown}));
        EXPECT_EQ(found.audio, golden);
        EXPECT_EQ(found.codec, "aac");
        EXPECT_EQ(found.basis, Basis::frames);
        EXPECT_TRUE(found.exact);
        EXPECT_EQ(found.note, "");
    }
}

TEST(Mp4, NotesAHeaderThatLies) {
    auto const found = measured(file_of(TrackOf{.mdhd_duration = be32(9'999'999)}));
    EXPECT_EQ(found.audio, golden);
    EXPECT_NE(found.note.find("mdhd says 9999999"), std::string::npos);
}

TEST(Mp4, FindsItsHeaderAtTheEnd) {
    EXPECT_EQ(measured(boxes::file_with_moov_last({})).audio, golden);
}

TEST(Mp4, ReadsSizesOf64BitsAndSizesThatReachToTheEnd) {
    MovieOf const movie;
    auto const moov = boxes::moov(movie, 0);
    auto const wide = be32(1) + "moov" + boxes::be(moov.size() + 8, 8) + moov.substr(8);
    auto const data = boxes::ftyp().size() + wide.size() + 8;
    auto const at = boxes::moov(movie, data);
    auto const file = boxes::ftyp() + be32(1) + "moov" + boxes::be(at.size() + 8, 8) +
                      at.substr(8) + be32(0) + "mdat" + boxes::samples(movie);
    auto const found = measured(file);
    EXPECT_EQ(found.audio, golden);
    EXPECT_FALSE(found.truncated);
}

TEST(Mp4, CountsByTimesThatDiffer) {
    TrackOf const track{.runs = {{3, 1024}, {2, 512}, {1, 7}}, .per_chunk = 4};
    EXPECT_EQ(measured(file_of(track)).audio, (Length{3 * 1024 + 2 * 512 + 7, 24'000}));
}

TEST(Mp4, ReadsSizesOfEachSampleAndWideOffsets) {
    TrackOf const track{.runs = {{4, 1024}},
                        .sample_size = 0,
                        .sizes = {100, 1, 50, 7},
                        .per_chunk = 3,
                        .co64 = true};
    EXPECT_EQ(measured(file_of(track)).audio, (Length{4096, 24'000}));
}

TEST(Mp4, CountsOnlySamplesWhoseBytesAreThere) {
    TrackOf const track{.runs = {{10, 1024}}, .sample_size = 100, .per_chunk = 4};
    auto const file = file_of(track);
    auto const found = measured(std::string_view{file}.substr(0, file.size() - 250));
    EXPECT_EQ(found.audio, (Length{7 * 1024, 24'000}));
    EXPECT_TRUE(found.truncated);
    EXPECT_FALSE(measured(file).truncated);
}

TEST(Mp4, CountsOnlySamplesWhoseBytesAreThereInAFarFileToo) {
    TrackOf const track{.runs = {{10, 1024}}, .sample_size = 100, .per_chunk = 4};
    auto const file = file_of(track);
    boxes::FarSource source{std::string_view{file}.substr(0, file.size() - 250)};
    Reader reader{source};
    auto const found = adapters::media::measure_mp4(reader);
    EXPECT_EQ(found.audio, (Length{7 * 1024, 24'000}));
    EXPECT_TRUE(found.truncated);
}

TEST(Mp4, BelievesNoMoreTimesThanThereAreSamples) {
    TrackOf const track{.runs = {{1'000'000, 1024}}, .size_count = 5};
    EXPECT_EQ(measured(file_of(track)).audio, (Length{5 * 1024, 24'000}));
}

TEST(Mp4, LetsTheLastTimeGoOnWhereTheyEndEarly) {
    TrackOf const track{.runs = {{1, 512}, {1, 1024}}, .size_count = 5};
    EXPECT_EQ(measured(file_of(track)).audio, (Length{512 + 4 * 1024, 24'000}));
}

TEST(Mp4, SaysThatItIsNotExactWhereNothingTellsWhereSamplesAre) {
    auto const found = measured(file_of(TrackOf{.placed = false}));
    EXPECT_EQ(found.audio, golden);
    EXPECT_FALSE(found.exact);
    EXPECT_FALSE(found.note.empty());
}

TEST(Mp4, IsIncompleteWithoutItsHeader) {
    EXPECT_EQ(refused(boxes::ftyp() + boxes::box("mdat", {boxes::zeros(500)})), "incomplete");
    EXPECT_EQ(refused(boxes::ftyp()), "incomplete");
    auto const last = boxes::file_with_moov_last({});
    EXPECT_EQ(refused(std::string_view{last}.substr(0, last.size() - 1)), "incomplete");
}

TEST(Mp4, IsIncompleteWhereItEndsBeforeTheFirstSample) {
    auto const file = file_of(TrackOf{});
    EXPECT_EQ(refused(std::string_view{file}.substr(0, file.size() - 1730)), "incomplete");
}

TEST(Mp4, HasNoAudioWithoutASample) {
    EXPECT_EQ(refused(file_of(TrackOf{.runs = {}})), "no_audio");
    EXPECT_EQ(refused(file_of(MovieOf{.tracks = {}})), "no_audio");
}

TEST(Mp4, IsDamagedWhereItsTimeHasNoScaleOrNoEnd) {
    EXPECT_EQ(refused(file_of(TrackOf{.timescale = 0})), "damaged");
    TrackOf endless{.placed = false};
    endless.runs.assign(3, {0xFFFFFFFF, 0xFFFFFFFF});
    EXPECT_EQ(refused(file_of(endless)), "damaged");
}

TEST(Mp4, TakesTheFirstAudioTrackThatHasSamples) {
    MovieOf const movie{.tracks = {TrackOf{.runs = {}, .id = 1},
                                   TrackOf{.handler = "text", .id = 2},
                                   TrackOf{.runs = {{5, 1024}}, .id = 3}, TrackOf{.id = 4}}};
    EXPECT_EQ(measured(file_of(movie)).audio, (Length{5 * 1024, 24'000}));
}

TEST(Mp4, KeepsAudioAndVideoApart) {
    TrackOf const video{
        .handler = "vide", .timescale = 12'800, .runs = {{250, 512}}, .edits = {{10'000, 1024}}};
    auto const found = measured(file_of(MovieOf{.tracks = {video, TrackOf{.id = 2}}}));
    EXPECT_EQ(found.audio, golden);
    EXPECT_EQ(found.video, (Length{128'000, 12'800}));
    EXPECT_EQ(found.video_codec, "h264");
}

TEST(Mp4, MeasuresVideoWithoutAudio) {
    TrackOf const video{.handler = "vide", .timescale = 25, .runs = {{250, 1}}};
    auto const found = measured(file_of(video));
    EXPECT_EQ(found.codec, "");
    EXPECT_EQ(found.video, (Length{250, 25}));
}

TEST(Mp4, RefusesMoreTracksThanAnybodyHas) {
    MovieOf movie;
    movie.tracks.assign(65, TrackOf{.runs = {{1, 1}}});
    EXPECT_EQ(refused(file_of(movie)), "unsupported");
}

TEST(Mp4, IgnoresWhatStandsBehindTheLastBox) {
    auto const found = measured(file_of(TrackOf{}) + "junk that is no box at all");
    EXPECT_EQ(found.audio, golden);
    EXPECT_EQ(found.skipped_bytes, 26U);
}

TEST(Mp4, SaysThatAnImageIsNoAudio) {
    EXPECT_EQ(refused(boxes::box("ftyp", {"heic", be32(0), "mif1heic"})), "not_audio");
}

TEST(Mp4, ReadsLittleOfAFarFileOfAnHour) {
    TrackOf track{
        .timescale = 44'100, .runs = {{155'039, 1024}}, .sample_size = 0, .per_chunk = 22};
    track.sizes.assign(155'039, 186);
    auto const file = boxes::file_with_moov_last({.tracks = {track}});
    boxes::FarSource source{file};
    Reader reader{source};
    EXPECT_EQ(adapters::media::measure_mp4(reader).audio.samples, 155'039U * 1024);
    EXPECT_LT(reader.bytes_read(), 64U << 10);
}

TEST(Mp4, EndsInOrderHoweverItIsBroken) {
    TrackOf track{.edits = {{2300, 1024}}, .sample_size = 0, .per_chunk = 3};
    track.runs = {{20, 1024}, {1, 300}};
    track.sizes.assign(21, 40);
    boxes::torment(file_of(track), [](std::string_view bytes) {
        try {
            auto const found = measured(bytes);
            EXPECT_TRUE(found.audio.samples > 0 || found.video.samples > 0);
        } catch (Unmeasurable const& error) {
            EXPECT_FALSE(error.error.code.empty());
        }
    });
}

}  // namespace
