// MPEG frames in free format, which do not say how long they are; and what looks like MPEG at all.
#include <gtest/gtest.h>

#include "adapters/media/adts.h"
#include "adapters/media/mpeg.h"
#include "tests/media/frames_builder.h"

namespace adapters::media {

namespace {

using frames::frame;
using frames::times;

std::string free_frame(std::size_t length, bool padded = false) {
    return frame(padded ? 0xFFFB0264 : 0xFFFB0064, length + (padded ? 1 : 0));
}

Measured measured(std::string const& data) {
    return frames::measured(measure_mpeg, data);
}

TEST(MpegFree, LengthIsLearntFromTheNextFrame) {
    auto const found = measured(times(50, free_frame(700)));
    EXPECT_EQ(found.audio, (Length{.samples = 50 * 1'152, .rate = 44'100}));
    EXPECT_EQ(found.skipped_bytes, 0U);
    EXPECT_EQ(measured(times(2, free_frame(700))).audio.samples, 2 * 1'152U);
}

TEST(MpegFree, PaddingMakesSomeFramesLonger) {
    auto const three = free_frame(700) + free_frame(700, true) + free_frame(700, true);
    EXPECT_EQ(measured(times(20, three)).audio.samples, 60U * 1'152);
    EXPECT_EQ(measured(free_frame(700, true) + times(20, three)).audio.samples, 61U * 1'152);
}

TEST(MpegFree, WhatLooksLikeAHeaderWithinAFrameDoesNotDeceive) {
    auto false_sync = free_frame(700);
    false_sync.replace(300, 4, frames::number(0xFFFB0064, 4));
    EXPECT_EQ(measured(times(20, false_sync)).audio.samples, 20U * 1'152);
}

TEST(MpegFree, ACutFileEndsWithItsLastWholeFrame) {
    auto const found = measured(times(2, free_frame(700)) + free_frame(700).substr(0, 699));
    EXPECT_EQ(found.audio.samples, 2U * 1'152);
    EXPECT_TRUE(found.truncated);
}

TEST(MpegFree, RecordingsOfDifferentLengthsMayBeJoined) {
    auto const found =
        measured(times(20, free_frame(700)) + times(20, free_frame(999)) +
                 times(20, frames::stereo44) + frames::noise(500, 1) + times(20, free_frame(400)));
    EXPECT_EQ(found.audio.samples, 80U * 1'152);
    EXPECT_EQ(found.skipped_bytes, 500U);
}

TEST(MpegFree, ASingleFrameCanNotBeMeasured) {
    EXPECT_EQ(frames::refusal(measure_mpeg, free_frame(700)), "not_audio");
}

bool mpeg_at(std::string const& data, std::uint64_t at) {
    Reader reader{frames::in(data)};
    return looks_like_mpeg(reader, at);
}

TEST(LooksLikeMpeg, WhereAFrameIsFollowedByAnother) {
    auto const data = "junk" + times(2, frames::mono24) + "more junk";
    EXPECT_FALSE(mpeg_at(data, 0));
    EXPECT_TRUE(mpeg_at(data, 4));
    EXPECT_FALSE(mpeg_at(data, 4 + 192));
    EXPECT_FALSE(mpeg_at(data, data.size()));
    EXPECT_FALSE(mpeg_at(data, data.size() + 1));
}

TEST(LooksLikeMpeg, WhereTheOnlyFrameEndsTheFile) {
    EXPECT_TRUE(mpeg_at(frames::mono24, 0));
    EXPECT_TRUE(mpeg_at(frames::mono24 + frames::id3v1(), 0));
    EXPECT_FALSE(mpeg_at(frames::mono24 + "x", 0));
    EXPECT_TRUE(mpeg_at(times(2, free_frame(700)), 0));
}

TEST(LooksLikeMpeg, ButNotWhereAdtsIs) {
    auto const adts = std::string{"\xFF\xF1\x58\x40\x02\x00\xFC", 7} + frames::zeros(9);
    Reader reader{frames::in(adts)};
    EXPECT_TRUE(looks_like_adts(reader, 0));
    EXPECT_FALSE(looks_like_mpeg(reader, 0));
    Reader other{frames::in(frames::mono24)};
    EXPECT_FALSE(looks_like_adts(other, 0));
}

}  // namespace

}  // namespace adapters::media
