// Opus: how long a packet plays, by its first two bytes; and files of an encoder.
#include "adapters/media/opus.h"

#include <gtest/gtest.h>

#include "adapters/media/ogg.h"
#include "tests/media/ogg_pages.h"

namespace media_tests {
namespace {

using adapters::media::opus_samples;

std::uint64_t samples(unsigned config, unsigned code, unsigned count = 0) {
    Data const packet{static_cast<std::byte>(config << 3U | code), static_cast<std::byte>(count)};
    return opus_samples(packet, packet.size());
}

TEST(OpusPacket, PlaysAsLongAsItsConfigurationSays) {
    std::vector<std::uint64_t> const silk{480, 960, 1'920, 2'880};
    std::vector<std::uint64_t> const celt{120, 240, 480, 960};
    for (unsigned config = 0; config < 32; ++config) {
        auto const expected = config < 12   ? silk[config % 4]
                              : config < 16 ? silk[config % 2]
                                            : celt[config % 4];
        EXPECT_EQ(samples(config, 0), expected) << config;
        EXPECT_EQ(samples(config, 1), 2 * expected) << config;
        EXPECT_EQ(samples(config, 2), 2 * expected) << config;
    }
}

TEST(OpusPacket, SaysHowManyFramesItHas) {
    EXPECT_EQ(samples(16, 3, 48), 48U * 120);
    EXPECT_EQ(samples(16, 3, 0x80 | 48), 48U * 120);
    EXPECT_EQ(samples(3, 3, 2), 5'760U);
}

TEST(OpusPacket, IsNotPlayedIfNoDecoderTakesIt) {
    EXPECT_EQ(samples(3, 3, 3), 0U) << "longer than 120 ms";
    EXPECT_EQ(samples(16, 3, 0), 0U) << "no frames";
    EXPECT_EQ(opus_samples({}, 0), 0U);
    EXPECT_EQ(opus_samples(Data{std::byte{3}}, 1), 0U) << "the number of frames is missing";
}

TEST(OpusHead, IsRefusedWhereItIsNotWholeOrTooNew) {
    using adapters::media::parse_opus_head;
    auto head = opus_head(500);
    ASSERT_TRUE(parse_opus_head(head));
    EXPECT_EQ(parse_opus_head(head)->pre_skip, 500U);
    EXPECT_FALSE(parse_opus_head(Bytes{head}.first(18)));
    head[8] = std::byte{16};
    EXPECT_FALSE(parse_opus_head(head));
    head[8] = std::byte{1};
    head[9] = std::byte{0};
    EXPECT_FALSE(parse_opus_head(head));
}

TEST(OpusFile, OfAnEncoderHasTheSamplesThatWereEncoded) {
    for (std::uint64_t const samples : {1U, 960U, 24'000U, 175'200U}) {
        for (std::string const frame : {"2.5", "20", "60"}) {
            Encoded const file{samples, 24'000, "opusenc --quiet --framesize " + frame + " IN OUT",
                               "a.opus"};
            ASSERT_TRUE(file.made());
            auto const found = measured(adapters::media::measure_ogg, file.data());
            // The encoder's resampler may round the end up by a sample.
            EXPECT_GE(found.audio.samples, samples * 2) << frame;
            EXPECT_LE(found.audio.samples, samples * 2 + 1) << frame;
        }
    }
}

TEST(OpusFile, OfFfmpegHasTheSamplesThatWereEncoded) {
    Encoded const file{350'400, 48'000, "ffmpeg -v error -y -i IN -c:a libopus OUT", "a.opus"};
    ASSERT_TRUE(file.made());
    EXPECT_EQ(measured(adapters::media::measure_ogg, file.data()).audio.samples, 350'400U);
}

}  // namespace
}  // namespace media_tests
