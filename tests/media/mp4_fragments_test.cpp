// MP4 in fragments, as it is streamed.
#include <gtest/gtest.h>

#include "adapters/media/mp4.h"
#include "tests/media/mp4_builder.h"

namespace {

using adapters::Length;
using adapters::Measured;
using adapters::media::Reader;
using adapters::media::Unmeasurable;
using boxes::be32;
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

std::string trex(std::uint32_t id, std::uint32_t duration, std::uint32_t size) {
    return boxes::full("trex", 0, {be32(id), be32(1), be32(duration), be32(size), be32(0)});
}

// A header whose tracks have no samples of their own.
std::string header(std::string const& defaults, std::vector<boxes::Edit> edits = {}) {
    MovieOf movie{.tracks = {TrackOf{.runs = {}, .edits = std::move(edits)}}};
    movie.more = boxes::box("mvex", {defaults});
    return boxes::ftyp() + boxes::moov(movie, 0);
}

std::string moof(std::initializer_list<std::string> trafs) {
    return boxes::box("moof", {boxes::full("mfhd", 0, {be32(1)}), boxes::join(trafs)});
}

std::string traf(std::uint32_t tfhd_flags, std::string const& tfhd, std::string const& truns,
                 std::uint32_t id = 1) {
    return boxes::box("traf", {boxes::full("tfhd", tfhd_flags, {be32(id), tfhd}), truns});
}

constexpr std::uint32_t base_is_moof = 0x20000;

std::string mdat(std::size_t bytes) {
    return boxes::box("mdat", {boxes::zeros(bytes)});
}

TEST(Mp4Fragments, TakeDurationsFromTheTrackTheFragmentOrTheSample) {
    auto const by_track = moof({traf(base_is_moof, "", boxes::full("trun", 0, {be32(3)}))});
    auto const by_fragment =
        moof({traf(base_is_moof | 0x08, be32(960), boxes::full("trun", 0, {be32(2)}))});
    auto const by_sample =
        moof({traf(base_is_moof, "", boxes::full("trun", 0x100, {be32(2), be32(1024), be32(11)}))});
    auto const file = header(trex(1, 1024, 4)) + by_track + mdat(12) + by_fragment + mdat(8) +
                      by_sample + mdat(8);
    EXPECT_EQ(measured(file).audio, (Length{3 * 1024 + 2 * 960 + 1024 + 11, 24'000}));
}

TEST(Mp4Fragments, CountOnlySamplesWhoseBytesAreThere) {
    auto const trun =
        boxes::full("trun", 0x201, {be32(3), be32(0), be32(100), be32(100), be32(100)});
    auto const size = moof({traf(base_is_moof, "", trun)}).size();
    auto const placed =
        boxes::full("trun", 0x201, {be32(3), be32(size + 8), be32(100), be32(100), be32(100)});
    auto const file = header(trex(1, 1024, 0)) + moof({traf(base_is_moof, "", placed)}) + mdat(300);
    EXPECT_EQ(measured(file).audio, (Length{3 * 1024, 24'000}));
    EXPECT_FALSE(measured(file).truncated);
    auto const cut = measured(std::string_view{file}.substr(0, file.size() - 120));
    EXPECT_EQ(cut.audio, (Length{1024, 24'000}));
    EXPECT_TRUE(cut.truncated);
}

TEST(Mp4Fragments, CountNoMoreSamplesThanFitHoweverManyAreDeclared) {
    auto const many = boxes::full("trun", 0, {be32(0xFFFFFFFF)});
    auto const fragment = moof({traf(base_is_moof, "", many)});
    auto const file = header(trex(1, 1024, 100)) + fragment + mdat(92);
    EXPECT_EQ(measured(file).audio.samples, (fragment.size() + 100) / 100 * 1024);
    EXPECT_TRUE(measured(file).truncated);
}

TEST(Mp4Fragments, FollowOnWhereTheTrackBeforeHasEnded) {
    // The second track's samples lie behind the first one's, and there the file ends.
    MovieOf movie{
        .tracks = {TrackOf{.handler = "vide", .runs = {}, .id = 1}, TrackOf{.runs = {}, .id = 2}}};
    movie.more = boxes::box("mvex", {trex(1, 512, 400), trex(2, 1024, 50)});
    auto const fragment = moof({traf(0, "", boxes::full("trun", 0, {be32(1)}), 1),
                                traf(0, "", boxes::full("trun", 0, {be32(4)}), 2)});
    auto const begin = boxes::ftyp() + boxes::moov(movie, 0) + fragment;
    auto const file = begin + mdat(400 + 100 - 8 - fragment.size());
    auto const found = measured(file);
    EXPECT_EQ(found.video.samples, 512U);
    EXPECT_EQ(found.audio, (Length{2 * 1024, 24'000}));
}

TEST(Mp4Fragments, LeaveOutTheDelayThatAnOpenEditNames) {
    auto const fragment = moof({traf(base_is_moof, "", boxes::full("trun", 0, {be32(3)}))});
    auto const file = header(trex(1, 1024, 1), {{0, 1024}}) + fragment + mdat(3);
    EXPECT_EQ(measured(file).audio, (Length{2 * 1024, 24'000}));
}

TEST(Mp4Fragments, GoOnBehindAnEditThatWasWrittenBeforeThem) {
    TrackOf track{.runs = {{10, 1024}}, .edits = {{384, 1024}}};
    MovieOf movie{.tracks = {track}, .more = boxes::box("mvex", {trex(1, 1024, 1)})};
    auto const fragment = moof({traf(base_is_moof, "", boxes::full("trun", 0, {be32(5)}))});
    auto const file = boxes::file_of(movie) + fragment + mdat(5);
    EXPECT_EQ(measured(file).audio, (Length{14 * 1024, 24'000}));
}

TEST(Mp4Fragments, MayComeBeforeTheHeader) {
    auto const fragment = moof({traf(base_is_moof, "", boxes::full("trun", 0, {be32(3)}))});
    auto const file = fragment + mdat(3) + header(trex(1, 1024, 1));
    EXPECT_EQ(measured(file).audio, (Length{3 * 1024, 24'000}));
}

// Fragments of 40 samples of 10,000 bytes, whose last one is said by an index at the end to begin
// where it begins, or elsewhere.
std::string indexed(std::int64_t index_is_off, bool timed = true) {
    auto file = header(trex(1, 1024, 10'000));
    std::uint64_t begin = 0;
    for (std::uint64_t i = 0; i < 10; ++i) {
        begin = file.size();
        auto const tfdt = timed ? boxes::full("tfdt", 0, {be32(i * 40'960)}) : "";
        file += moof({traf(base_is_moof, "", tfdt + boxes::full("trun", 0, {be32(40)}))});
        file += mdat(400'000);
    }
    begin += static_cast<std::uint64_t>(index_is_off);
    auto const tfra =
        boxes::full("tfra", 0, {be32(1), be32(0), be32(1), be32(0), be32(begin), boxes::zeros(3)});
    auto const mfro = boxes::full("mfro", 0, {be32(8 + tfra.size() + 16)});
    return file + boxes::box("mfra", {tfra, mfro});
}

struct FarResult {
    Measured found;
    std::uint64_t read = 0;
};

FarResult measured_from_afar(std::string_view bytes) {
    boxes::FarSource source{bytes};
    Reader reader{source};
    auto found = adapters::media::measure_mp4(reader);
    return {.found = std::move(found), .read = reader.bytes_read()};
}

TEST(Mp4Fragments, OfAFarFileAreNotAllFetchedWhereAnIndexAndTheirTimesTell) {
    auto const file = indexed(0);
    auto const [found, read] = measured_from_afar(file);
    EXPECT_EQ(found.audio, (Length{400 * 1024, 24'000}));
    EXPECT_LT(read, 64U << 10);
    EXPECT_FALSE(found.exact);
    EXPECT_FALSE(found.note.empty());
    EXPECT_TRUE(measured(file).exact);
    EXPECT_EQ(measured(file).audio, found.audio);
}

TEST(Mp4Fragments, AreAllVisitedWhereTheIndexLiesOrTheyHaveNoTimes) {
    for (auto const& file : {indexed(-1), indexed(8), indexed(1 << 30), indexed(0, false)}) {
        auto const [found, read] = measured_from_afar(file);
        EXPECT_EQ(found.audio, (Length{400 * 1024, 24'000}));
        EXPECT_TRUE(found.exact);
    }
}

TEST(Mp4Fragments, AreIncompleteWithoutTheHeaderOrWithoutAny) {
    auto const fragment = moof({traf(base_is_moof, "", boxes::full("trun", 0, {be32(3)}))});
    EXPECT_EQ(refused(fragment + mdat(3)), "incomplete");
    EXPECT_EQ(refused(header(trex(1, 1024, 1))), "incomplete");
}

TEST(Mp4Fragments, AreDamagedWhereTheirSumIsTooLarge) {
    auto const endless = boxes::full("trun", 0, {be32(0xFFFFFFFF)});
    auto const fragment = moof({traf(base_is_moof, "", endless + endless + endless)});
    EXPECT_EQ(refused(header(trex(1, 0xFFFFFFFF, 0)) + fragment), "damaged");
}

TEST(Mp4Fragments, EndInOrderHoweverTheyAreBroken) {
    auto const trun =
        boxes::full("trun", 0x301, {be32(2), be32(120), be32(1024), be32(5), be32(1024), be32(6)});
    auto const fragment = moof({traf(base_is_moof | 0x18, be32(960) + be32(3), trun)});
    auto const file =
        header(trex(1, 1024, 4), {{0, 100}}) + fragment + mdat(30) + fragment + mdat(30);
    boxes::torment(file, [](std::string_view bytes) {
        try {
            EXPECT_GT(measured(bytes).audio.samples, 0U);
        } catch (Unmeasurable const& error) {
            EXPECT_FALSE(error.error.code.empty());
        }
    });
}

}  // namespace
