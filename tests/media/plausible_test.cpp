// Silence is lawful, and claims without bytes are not.
#include "adapters/media/plausible.h"

#include <gtest/gtest.h>

namespace {

using adapters::Length;
using adapters::Measured;
using adapters::media::disagreement;
using adapters::media::implausible;
using base::Millis;

constexpr Millis six_hours{6LL * 3'600 * 1'000};

Measured audio(std::string codec, std::uint64_t samples, std::uint64_t rate) {
    return {.codec = std::move(codec), .audio = {.samples = samples, .rate = rate}};
}

TEST(Implausible, IsWhatHasNoSamples) {
    EXPECT_TRUE(implausible(audio("mp3", 0, 24'000), 1'000, six_hours));
    EXPECT_TRUE(implausible(Measured{}, 1'000, six_hours));
    auto empty_video = audio("aac", 1024, 24'000);
    empty_video.video_codec = "h264";
    EXPECT_TRUE(implausible(empty_video, 1'000, six_hours));
}

TEST(Implausible, IsWhatIsLongerThanAllowed) {
    auto const most = 6ULL * 3'600 * 8'000;
    EXPECT_FALSE(implausible(audio("pcm_s16le", most, 8'000), most * 2, six_hours));
    auto const error = implausible(audio("pcm_s16le", most + 1, 8'000), most * 2, six_hours);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, "implausible");
    EXPECT_NE(error->message.find("6h"), std::string::npos);
    auto const long_video =
        Measured{.video_codec = "h264", .video = {.samples = 7 * 3'600, .rate = 1}};
    EXPECT_TRUE(implausible(long_video, 1 << 20, six_hours));
    EXPECT_TRUE(implausible(audio("flac", UINT64_MAX, 1), 1 << 20, six_hours));
}

TEST(Implausible, IsNotSilence) {
    EXPECT_FALSE(implausible(audio("opus", 48'000 * 60, 48'000), 60 * 17, six_hours));  // DTX
    EXPECT_FALSE(implausible(audio("flac", 44'100 * 60, 44'100), 4'096 + 646 * 14, six_hours));
    EXPECT_FALSE(implausible(audio("aac", 8'000 * 60, 8'000), 60 * 8 * 6, six_hours));
    EXPECT_FALSE(implausible(audio("mp3", 24'000 * 60, 24'000), 60 * 1'000, six_hours));  // 8 kb/s
}

TEST(Implausible, IsAClaimWithoutBytes) {
    EXPECT_TRUE(implausible(audio("mp3", 24'000 * 3'600, 24'000), 10'000, six_hours));
    EXPECT_TRUE(implausible(audio("aac", 24'000 * 3'600, 24'000), 10'000, six_hours));
    EXPECT_TRUE(implausible(audio("flac", 44'100 * 3'600, 44'100), 1'000, six_hours));
}

TEST(Implausible, IsNotAPictureInATag) {
    EXPECT_FALSE(implausible(audio("mp3", 576, 24'000), 20 << 20, six_hours));
    EXPECT_TRUE(implausible(audio("mp3", 576, 24'000), 60 << 20, six_hours));
    EXPECT_FALSE(implausible(audio("flac", 576, 24'000), 60 << 20, six_hours));
}

TEST(Disagreement, IsMoreThanAFewPerCentFromTheHint) {
    Length const ten_seconds{.samples = 240'000, .rate = 24'000};
    EXPECT_FALSE(disagreement(ten_seconds, Millis{10'000}, {}));
    EXPECT_FALSE(disagreement(ten_seconds, Millis{10'500}, {}));
    EXPECT_FALSE(disagreement(ten_seconds, Millis{9'500}, {}));
    auto const error = disagreement(ten_seconds, Millis{11'000}, {});
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, "hint_differs");
    EXPECT_TRUE(disagreement(ten_seconds, Millis{9'000}, {}));
    EXPECT_TRUE(disagreement(ten_seconds, Millis{-1}, {}));
    EXPECT_FALSE(disagreement(ten_seconds, {}, {}));
}

TEST(Disagreement, IsSpeechThatNobodySpeaks) {
    Length const ten_seconds{.samples = 240'000, .rate = 24'000};
    EXPECT_FALSE(disagreement(ten_seconds, {}, 30));
    EXPECT_FALSE(disagreement(ten_seconds, {}, 250));
    EXPECT_EQ(disagreement(ten_seconds, {}, 20)->code, "unlikely_speech");
    EXPECT_EQ(disagreement(ten_seconds, {}, 400)->code, "unlikely_speech");
    EXPECT_FALSE(disagreement({.samples = 24'000, .rate = 24'000}, {}, 1));  // "Yes."
    EXPECT_FALSE(disagreement(ten_seconds, {}, 0));
}

}  // namespace
