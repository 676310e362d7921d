// What TagLib says where it is right and where it is wrong: it is noted, and never billed.
#include <gtest/gtest.h>

#include "adapters/media/measure.h"
#include "adapters/media/taglib_opinion.h"
#include "tests/media/mp4_builder.h"

namespace {

using adapters::Measured;
using adapters::media::measure;
using adapters::media::Reader;
using namespace std::string_literals;

Measured measured(std::string_view bytes, bool taglib = true) {
    Reader reader{boxes::bytes_of(bytes)};
    return measure(reader, {}, {.taglib = taglib}).value();
}

std::int64_t opinion(Measured const& found) {
    return found.taglib.value_or(base::Millis{-1}).count();
}

std::string frames(std::string const& header, std::size_t size, int count) {
    std::string all;
    for (int i = 0; i < count; ++i) {
        all += header + boxes::zeros(size - header.size());
    }
    return all;
}

TEST(TagLib, AgreesOnAConstantBitRate) {
    auto const found = measured(frames("\xFF\xF3\x84\xC4", 192, 307));
    EXPECT_EQ(adapters::to_millis(found.audio)->count(), 7'368);
    EXPECT_EQ(opinion(found), 7'368);
    EXPECT_EQ(found.note, "");
}

TEST(TagLib, IsWrongOnAVariableBitRateWithoutAHeaderAndThatIsNoted) {
    auto const found =
        measured(frames("\xFF\xF3\x14\xC4", 24, 10) + frames("\xFF\xF3\xE4\xC4", 480, 297));
    EXPECT_EQ(adapters::to_millis(found.audio)->count(), 7'368);
    EXPECT_EQ(opinion(found), 142'800);
    EXPECT_NE(found.note.find("TagLib says 142800 ms"), std::string::npos);
}

TEST(TagLib, IsWrongOnAnMp4ThatDoesNotKnowItsLengthAndThatIsNoted) {
    auto const found = measured(boxes::file_of(boxes::TrackOf{.mdhd_duration = boxes::be32(~0U)}));
    EXPECT_EQ(adapters::to_millis(found.audio)->count(), 7'382);
    EXPECT_EQ(opinion(found), 178'956'971);
    EXPECT_NE(found.note.find("TagLib says 178956971 ms"), std::string::npos);
}

TEST(TagLib, HasNoOpinionOfWhatItDoesNotKnow) {
    std::string amr = "#!AMR\n";
    for (int i = 0; i < 365; ++i) {
        amr += "\x3C" + boxes::zeros(31);
    }
    auto const found = measured(amr);
    EXPECT_EQ(adapters::to_millis(found.audio)->count(), 7'300);
    EXPECT_FALSE(found.taglib);
}

TEST(TagLib, IsNotAskedWhereThatIsSwitchedOff) {
    EXPECT_FALSE(measured(boxes::file_of(boxes::TrackOf{}), false).taglib);
    EXPECT_TRUE(measured(boxes::file_of(boxes::TrackOf{}), true).taglib);
}

TEST(TagLib, HasNoOpinionWhereThatWouldCostMuchReadingOfAFarFile) {
    boxes::TrackOf track{.sample_size = 0};
    track.sizes.assign(173, 5'000);
    auto const file = boxes::file_of(track) + boxes::box("free", {boxes::zeros(1'000'000)});
    boxes::FarSource source{file};
    Reader reader{source};
    ASSERT_TRUE(measure(reader, {}, {}));
    EXPECT_LT(reader.bytes_read(), 200U << 10);
}

struct Kind {
    char const* name;
    char const* options;
    std::int64_t ms;
};

class TagLibKinds : public testing::TestWithParam<Kind> {};

TEST_P(TagLibKinds, AreReadByTheClassForTheirContent) {
    auto const& [name, options, ms] = GetParam();
    support::TempDir const dir;
    auto const file = boxes::made_by(dir, name, boxes::tone(175'200, 24'000) + options);
    EXPECT_EQ(opinion(measured(file)), ms);
}

INSTANTIATE_TEST_SUITE_P(
    OfFfmpeg, TagLibKinds,
    testing::Values(Kind{"a.wav", "-c:a pcm_s16le", 7'300}, Kind{"a.aiff", "-c:a pcm_s16be", 7'300},
                    Kind{"a.flac", "-c:a flac", 7'300}, Kind{"a.opus", "-c:a libopus", 7'300},
                    Kind{"a.ogg", "-c:a libvorbis", 7'300}, Kind{"a.m4a", "-c:a aac", 7'343},
                    Kind{"a.mp3", "-c:a libmp3lame", 7'368}, Kind{"a.aac", "-c:a aac", -1},
                    Kind{"a.mka", "-c:a libopus", -1},
                    Kind{"a.mp4", "-c:a aac -movflags frag_keyframe+empty_moov", -1},
                    Kind{"a.ogg", "-c:a flac", -1},
                    Kind{"a.ogg", "-ar 16000 -c:a libspeex", 7'291}));

}  // namespace
