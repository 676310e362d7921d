// AAC in ADTS: built byte for byte, and made by ffmpeg.
#include "adapters/media/adts.h"

#include <gtest/gtest.h>

#include "tests/media/frames_builder.h"

namespace adapters::media {

namespace {

using frames::number;
using frames::times;

struct Header {
    std::size_t length = 100;
    std::uint64_t second = 0xF1;  // MPEG-4, without CRC
    std::uint64_t rate = 6;       // 24 kHz
    std::uint64_t blocks = 0;     // one less than there are
};

std::string adts(Header const& header) {
    std::uint64_t const bits = std::uint64_t{0xFF} << 48 | header.second << 40 |
                               std::uint64_t{1} << 38 | header.rate << 34 | std::uint64_t{1} << 30 |
                               std::uint64_t{header.length} << 13 | std::uint64_t{0x7FF} << 2 |
                               header.blocks;
    return number(bits, 7) + frames::zeros(header.length - 7);
}

Measured measured(std::string const& data) {
    return frames::measured(measure_adts, data);
}

std::string varied(std::size_t count) {
    std::string data;
    for (std::size_t i = 0; i < count; ++i) {
        data += adts({.length = 60 + i * 37 % 300});
    }
    return data;
}

TEST(Adts, CountsEveryFrame) {
    auto const found = measured(varied(173));
    EXPECT_EQ(found.audio, (Length{.samples = 177'152, .rate = 24'000}));
    EXPECT_EQ(found.container, "adts");
    EXPECT_EQ(found.codec, "aac");
    EXPECT_EQ(found.basis, Basis::frames);
    EXPECT_EQ(found.segments, 1);
    EXPECT_EQ(found.skipped_bytes, 0U);
    EXPECT_FALSE(found.truncated);
}

TEST(Adts, AFrameMayHoldSeveralBlocks) {
    EXPECT_EQ(measured(times(10, adts({.blocks = 3}))).audio.samples, 40U * 1'024);
}

TEST(Adts, IsTheSameWithCrcAndAsMpeg2) {
    for (auto const second : {0xF0U, 0xF1U, 0xF8U, 0xF9U}) {
        EXPECT_EQ(measured(times(10, adts({.second = second}))).audio.samples, 10'240U);
    }
}

TEST(Adts, HasThirteenRates) {
    EXPECT_EQ(measured(times(2, adts({.rate = 0}))).audio.rate, 96'000U);
    EXPECT_EQ(measured(times(2, adts({.rate = 12}))).audio.rate, 7'350U);
    EXPECT_EQ(frames::refusal(measure_adts, times(2, adts({.rate = 13}))), "not_audio");
}

TEST(Adts, MayStandBetweenTags) {
    auto const found = measured(frames::id3v2(varied(3)) + varied(20) + frames::id3v1());
    EXPECT_EQ(found.audio.samples, 20U * 1'024);
    EXPECT_EQ(found.skipped_bytes, 0U);
}

TEST(Adts, JunkIsSkippedAndCounted) {
    auto const junk = frames::noise(777, 4);
    auto const found = measured(junk + varied(20) + junk + varied(20) + frames::zeros(99));
    EXPECT_EQ(found.audio.samples, 40U * 1'024);
    EXPECT_EQ(found.skipped_bytes, 2U * 777 + 99);
    EXPECT_FALSE(found.truncated);
}

TEST(Adts, AFrameCutShortIsNotHeard) {
    auto const whole = varied(20);
    auto const found = measured(whole.substr(0, whole.size() - 1));
    EXPECT_EQ(found.audio.samples, 19U * 1'024);
    EXPECT_TRUE(found.truncated);
}

TEST(Adts, RecordingsOfDifferentRatesMayBeJoined) {
    auto const found = measured(varied(24) + times(48, adts({.rate = 3})));
    EXPECT_EQ(found.audio, (Length{.samples = 2 * 24 * 1'024 + 48 * 1'024, .rate = 48'000}));
    EXPECT_EQ(found.segments, 2);
}

TEST(Adts, ASingleFrameIsAFile) {
    EXPECT_EQ(measured(adts({})).audio.samples, 1'024U);
}

TEST(Adts, WithoutAFrameThereIsNoAudio) {
    for (auto const* data : {"", "{\"error\":1}", "\xFF\xF1"}) {
        EXPECT_EQ(frames::refusal(measure_adts, data), "not_audio");
    }
    EXPECT_EQ(frames::refusal(measure_adts, times(4, adts({})).replace(3, 3, "\x40\x00\x80")),
              "measured: 3072");
    EXPECT_EQ(frames::refusal(measure_adts, frames::noise(1'000'000, 5)), "not_audio");
}

// The encoder puts 1,024 samples before the recording and fills the last frame.
TEST(Adts, OfFfmpegIsCountedAsItDecodesIt) {
    for (std::uint32_t const rate : {8'000U, 24'000U, 44'100U}) {
        for (std::uint32_t const samples : {1U, 50'000U}) {
            auto const data = frames::made("ffmpeg -v error -i in -c:a aac -f adts out",
                                           frames::wav(rate, 1, samples));
            auto const found = measured(data);
            auto const blocks = (samples + 1'023) / 1'024 + 1;
            EXPECT_EQ(found.audio, (Length{.samples = blocks * 1'024U, .rate = rate})) << samples;
            EXPECT_EQ(found.skipped_bytes, 0U);
        }
    }
}

}  // namespace

}  // namespace adapters::media
