// Raw samples: division, and nothing guessed.
#include "adapters/media/pcm.h"

#include <gtest/gtest.h>

#include "tests/media/byte_files.h"

namespace {

using namespace media_test;
using adapters::Length;
using adapters::RawFormat;

Measured raw(std::string const& bytes, RawFormat const& format) {
    Reader reader{bytes_of(bytes)};
    return adapters::media::measure_raw(reader, format);
}

std::string refusal(std::string const& bytes, RawFormat const& format) {
    try {
        raw(bytes, format);
        return "none";
    } catch (Unmeasurable const& problem) {
        return problem.error.code;
    }
}

TEST(Raw, IsItsBytesByTheSizeOfAFrame) {
    auto const found = raw(zeros(350'400), {.codec = "pcm_s16le", .rate = 24'000});
    EXPECT_EQ(found.audio, (Length{.samples = 175'200, .rate = 24'000}));
    EXPECT_EQ(found.codec, "pcm_s16le");
    EXPECT_FALSE(found.truncated);
    EXPECT_EQ(raw(zeros(16), {.codec = "pcm_f32le", .rate = 8'000, .channels = 2}).audio.samples,
              2U);
    EXPECT_EQ(raw(zeros(9), {.codec = "pcm_s24be", .rate = 8'000}).audio.samples, 3U);
}

TEST(Raw, KnowsCodecsByTheirShortNamesToo) {
    EXPECT_EQ(raw(zeros(10), {.codec = "mulaw", .rate = 8'000}).codec, "pcm_mulaw");
    EXPECT_EQ(raw(zeros(10), {.codec = "alaw", .rate = 8'000}).audio.samples, 10U);
    EXPECT_EQ(raw(zeros(10), {.codec = "s16le", .rate = 8'000}).audio.samples, 5U);
}

TEST(Raw, IsCutWhereBytesRemain) {
    auto const found = raw(zeros(1'003), {.codec = "pcm_s16le", .rate = 8'000, .channels = 2});
    EXPECT_EQ(found.audio.samples, 250U);
    EXPECT_TRUE(found.truncated);
}

TEST(Raw, GuessesNothing) {
    EXPECT_EQ(refusal(zeros(100), {.codec = "", .rate = 8'000}), "unsupported");
    EXPECT_EQ(refusal(zeros(100), {.codec = "opus", .rate = 8'000}), "unsupported");
    EXPECT_EQ(refusal(zeros(100), {.codec = "pcm_s16le", .rate = 0}), "unsupported");
    EXPECT_EQ(refusal(zeros(100), {.codec = "pcm_s16le", .rate = 1, .channels = 0}), "unsupported");
    EXPECT_EQ(refusal(zeros(1), {.codec = "pcm_s16le", .rate = 8'000}), "no_audio");
    EXPECT_EQ(refusal("", {.codec = "pcm_s16le", .rate = 8'000}), "no_audio");
}

}  // namespace
