// MPEG audio, with files built byte for byte.
#include "adapters/media/mpeg.h"

#include <gtest/gtest.h>

#include "tests/media/frames_builder.h"

namespace adapters::media {

namespace {

using frames::frame;
using frames::id3v1;
using frames::id3v2;
using frames::Info;
using frames::info_frame;
using frames::mono24;
using frames::number;
using frames::stereo44;
using frames::times;
using frames::zeros;

Measured measured(std::string const& data) {
    return frames::measured(measure_mpeg, data);
}

std::string refusal(std::string const& data) {
    return frames::refusal(measure_mpeg, data);
}

// What LAME would write before so many frames of mono24.
std::string lame(std::uint32_t count, std::uint32_t delay, std::uint32_t padding) {
    return info_frame({.mark = "Info",
                       .frames = count,
                       .bytes = (count + 1) * 192,
                       .encoder = "LAME3.100",
                       .delay = delay,
                       .padding = padding});
}

std::string recording(std::uint32_t count, std::uint32_t delay, std::uint32_t padding) {
    return lame(count, delay, padding) + times(count, mono24);
}

TEST(Mpeg, CountsEveryFrameOfAConstantBitRate) {
    auto const found = measured(times(307, mono24));
    EXPECT_EQ(found.audio, (Length{.samples = 176'832, .rate = 24'000}));
    EXPECT_EQ(to_millis(found.audio), base::Millis{7'368});
    EXPECT_EQ(found.container, "mp3");
    EXPECT_EQ(found.codec, "mp3");
    EXPECT_EQ(found.basis, Basis::frames);
    EXPECT_TRUE(found.exact);
    EXPECT_FALSE(found.truncated);
    EXPECT_EQ(found.segments, 1);
    EXPECT_EQ(found.skipped_bytes, 0U);
}

TEST(Mpeg, CountsEveryFrameOfAVariableBitRateWithoutAHeader) {
    auto const found =
        measured(times(10, frame(0xFFF314C4, 24)) + times(297, frame(0xFFF3E4C4, 480)));
    EXPECT_EQ(to_millis(found.audio), base::Millis{7'368});
}

struct Sort {
    std::uint32_t header;
    std::size_t length;
    std::uint64_t samples;
    std::uint64_t rate;
    char const* codec;
};

class MpegSorts : public testing::TestWithParam<Sort> {};

TEST_P(MpegSorts, HaveTheirOwnLengthAndSamples) {
    auto const& sort = GetParam();
    auto const found = measured(times(5, frame(sort.header, sort.length)));
    EXPECT_EQ(found.audio, (Length{.samples = 5 * sort.samples, .rate = sort.rate}));
    EXPECT_EQ(found.codec, sort.codec);
    EXPECT_EQ(found.skipped_bytes, 0U);
    EXPECT_FALSE(found.truncated);
}

INSTANTIATE_TEST_SUITE_P(
    All, MpegSorts,
    testing::Values(Sort{0xFFFB9064, 417, 1'152, 44'100, "mp3"},    // 1, III, 128
                    Sort{0xFFFB9264, 418, 1'152, 44'100, "mp3"},    // the same, padded
                    Sort{0xFFFA9064, 417, 1'152, 44'100, "mp3"},    // the same, with a CRC
                    Sort{0xFFFB1864, 144, 1'152, 32'000, "mp3"},    // 32 kbit/s
                    Sort{0xFFFBE464, 960, 1'152, 48'000, "mp3"},    // 320
                    Sort{0xFFF384C4, 192, 576, 24'000, "mp3"},      // 2, III, 64
                    Sort{0xFFE318C4, 72, 576, 8'000, "mp3"},        // 2.5, III, 8
                    Sort{0xFFE3E8C4, 1'440, 576, 8'000, "mp3"},     // 2.5, III, 160
                    Sort{0xFFFDA004, 626, 1'152, 44'100, "mp2"},    // 1, II, 192
                    Sort{0xFFFDE804, 1'728, 1'152, 32'000, "mp2"},  // 1, II, 384
                    Sort{0xFFF58804, 576, 1'152, 16'000, "mp2"},    // 2, II, 64
                    Sort{0xFFFFC004, 416, 384, 44'100, "mp1"},      // 1, I, 384: slots of 4 bytes
                    Sort{0xFFFFC204, 420, 384, 44'100, "mp1"},      // padded by a slot
                    Sort{0xFFF78004, 276, 384, 22'050, "mp1"}));    // 2, I, 128

TEST(Mpeg, AFrameWithInformationIsNotHeard) {
    auto const found = measured(info_frame({.flags = 3}) + times(307, mono24));
    EXPECT_EQ(to_millis(found.audio), base::Millis{7'368});
    EXPECT_FALSE(found.truncated);
    EXPECT_EQ(found.note, "");
}

TEST(Mpeg, InformationIsFoundWhereVersionAndChannelsPutIt) {
    auto const stereo24 = frame(0xFFF38464, 192);
    auto const mono44 = frame(0xFFFB90C4, 417);
    auto const guarded = frame(0xFFFA9064, 417);
    for (auto const& [like, at] : {std::pair{mono24, 13U},
                                   {stereo24, 21U},
                                   {mono44, 21U},
                                   {stereo44, 36U},
                                   {guarded, 36U},
                                   {guarded, 38U}}) {
        for (auto const* mark : {"Xing", "Info"}) {
            auto const info = info_frame({.like = like, .at = at, .mark = mark, .frames = 3});
            auto const found = measured(info + times(3, like));
            EXPECT_EQ(found.audio.samples, 3U * (found.audio.rate == 24'000 ? 576U : 1'152U)) << at;
        }
    }
}

TEST(Mpeg, VbriIsInformationToo) {
    auto info = stereo44;
    info.replace(36, 18, "VBRI" + number(1, 2) + zeros(4) + number(282 * 417, 4) + number(281, 4));
    auto const found = measured(info + times(281, stereo44));
    EXPECT_EQ(found.audio, (Length{.samples = 323'712, .rate = 44'100}));
    EXPECT_FALSE(found.truncated);
    EXPECT_TRUE(measured(info + times(200, stereo44)).truncated);
}

TEST(Mpeg, DelayAndPaddingAreTakenOff) {
    for (auto const* encoder : {"LAME3.100", "Lavf58.76", "Lavc59.37"}) {
        auto const found = measured(
            info_frame({.encoder = encoder, .delay = 576, .padding = 1'056}) + times(307, mono24));
        EXPECT_EQ(found.audio.samples, 175'200U) << encoder;
        EXPECT_EQ(found.basis, Basis::trimmed);
    }
}

TEST(Mpeg, ATrimByAnUnknownEncoderIsNotBelieved) {
    auto const found = measured(
        info_frame({.encoder = "GOGO3.100", .delay = 576, .padding = 1'056}) + times(307, mono24));
    EXPECT_EQ(found.audio.samples, 176'832U);
    EXPECT_EQ(found.basis, Basis::frames);
}

TEST(Mpeg, ATrimLongerThanTheRecordingIsIgnored) {
    auto const found = measured(recording(2, 1'000, 1'000));
    EXPECT_EQ(found.audio.samples, 1'152U);
    EXPECT_EQ(found.basis, Basis::frames);
}

TEST(Mpeg, ATrimOfAllThereIsLeavesNoSample) {
    EXPECT_EQ(refusal(recording(2, 576, 576)), "no_audio");
}

TEST(Mpeg, AFileThatTellsOfMoreFramesIsTruncated) {
    auto const found = measured(info_frame({.flags = 3}) + times(150, mono24));
    EXPECT_EQ(to_millis(found.audio), base::Millis{3'600});
    EXPECT_TRUE(found.truncated);
    EXPECT_EQ(found.note, "a header tells of 307 frames, there are 150");
}

TEST(Mpeg, ATruncatedFileHasItsDelayButNotItsPadding) {
    auto const found = measured(lame(307, 576, 1'056) + times(150, mono24) + mono24.substr(0, 99));
    EXPECT_EQ(found.audio.samples, 150U * 576 - 576);
    EXPECT_EQ(found.basis, Basis::trimmed);
    EXPECT_TRUE(found.truncated);
    EXPECT_EQ(found.skipped_bytes, 0U);
}

TEST(Mpeg, OneFrameLessThanLameToldIsTruncated) {
    EXPECT_TRUE(measured(lame(307, 576, 1'056) + times(306, mono24)).truncated);
    EXPECT_FALSE(measured(info_frame({.frames = 308}) + times(307, mono24)).truncated);
}

TEST(Mpeg, AFrameCountOfNothingIsNoCount) {
    auto const info = Info{.frames = 0, .encoder = "LAME3.100", .delay = 576, .padding = 1'056};
    EXPECT_EQ(measured(info_frame(info) + times(307, mono24)).audio.samples, 175'200U);
    EXPECT_EQ(measured(info_frame(info) + times(306, mono24)).audio.samples, 306U * 576 - 576);
    EXPECT_EQ(measured(info_frame({.frames = 0}) + times(307, mono24)).audio.samples, 176'832U);
    EXPECT_EQ(measured(info_frame({.flags = 14}) + times(307, mono24)).audio.samples, 176'832U);
}

TEST(Mpeg, AHostileFrameCountChangesNothing) {
    auto const found =
        measured(info_frame({.flags = 3, .frames = 0xFFFFFFFF}) + times(307, mono24));
    EXPECT_EQ(to_millis(found.audio), base::Millis{7'368});
    EXPECT_TRUE(found.truncated);
}

TEST(Mpeg, JoinedRecordingsAreTrimmedEach) {
    auto const found = measured(recording(307, 576, 1'056) + recording(100, 1'105, 600));
    EXPECT_EQ(found.audio.samples, 175'200U + 100 * 576 - 1'705);
    EXPECT_EQ(found.segments, 2);
    EXPECT_EQ(found.basis, Basis::trimmed);
    EXPECT_FALSE(found.truncated);
}

TEST(Mpeg, JoinedRecordingsWithoutATrimAreAllFrames) {
    auto const one = info_frame({.flags = 3}) + times(307, mono24);
    auto const found = measured(one + one);
    EXPECT_EQ(to_millis(found.audio), base::Millis{14'736});
    EXPECT_EQ(found.segments, 2);
    EXPECT_EQ(found.basis, Basis::frames);
}

TEST(Mpeg, OfJoinedRecordingsOnlyTheCutOneKeepsItsPadding) {
    auto const cut = lame(307, 576, 1'056) + times(50, mono24) + mono24.substr(0, 77);
    auto const found = measured(cut + recording(307, 576, 1'056));
    EXPECT_EQ(found.audio.samples, 50U * 576 - 576 + 175'200);
    EXPECT_EQ(found.segments, 2);
    EXPECT_TRUE(found.truncated);
    EXPECT_EQ(found.skipped_bytes, 77U);
}

TEST(Mpeg, ARecordingShorterThanTheCutFrameBeforeItIsHeard) {
    auto const big = frame(0xFFF3E4C4, 480);
    auto const small = frame(0xFFF314C4, 24);
    auto const found = measured(times(20, big) + big.substr(0, 50) + times(5, small));
    EXPECT_EQ(found.audio.samples, 25U * 576);
    EXPECT_TRUE(found.truncated);
    EXPECT_EQ(found.skipped_bytes, 50U);
}

TEST(Mpeg, AFrameCutWithinItsHeaderTakesNothingFromTheNextRecording) {
    auto const cut = lame(307, 576, 1'056) + times(50, mono24) + mono24.substr(0, 2);
    auto const found = measured(cut + id3v2("title") + recording(307, 576, 1'056));
    EXPECT_EQ(found.audio.samples, 50U * 576 - 576 + 175'200);
    EXPECT_EQ(found.segments, 2);
    EXPECT_EQ(found.skipped_bytes, 2U);
}

TEST(Mpeg, ARecordingIsOverWhereItsFramesAndBytesAre) {
    auto const found = measured(recording(307, 576, 1'056) + times(10, mono24));
    EXPECT_EQ(found.audio.samples, 175'200U + 5'760);
    EXPECT_EQ(found.segments, 2);
    EXPECT_EQ(found.basis, Basis::frames);
}

TEST(Mpeg, TagsBetweenRecordingsAreNotSkippedBytes) {
    auto const one = id3v2(times(3, mono24)) + recording(307, 576, 1'056) + id3v1();
    auto const found = measured(one + one + one);
    EXPECT_EQ(found.audio.samples, 3U * 175'200);
    EXPECT_EQ(found.segments, 3);
    EXPECT_EQ(found.skipped_bytes, 0U);
}

TEST(Mpeg, RatesMayChangeFromOneRecordingToTheNext) {
    auto const found = measured(times(307, mono24) + times(281, stereo44));
    EXPECT_EQ(found.audio.samples * 44'100 * 24'000,
              (176'832UL * 44'100 + 323'712UL * 24'000) * found.audio.rate);
    EXPECT_EQ(found.segments, 2);
}

TEST(Mpeg, GarbageBetweenFramesIsSkippedAndCounted) {
    auto const junk = frames::noise(1'000, 7);
    auto const found = measured(times(20, mono24) + junk + times(20, mono24));
    EXPECT_EQ(found.audio.samples, 40U * 576);
    EXPECT_EQ(found.skipped_bytes, 1'000U);
}

TEST(Mpeg, GarbageBeforeTheFirstFrameIsSkippedAndCounted) {
    auto const found = measured(frames::noise(5'000, 8) + times(20, mono24));
    EXPECT_EQ(found.audio.samples, 20U * 576);
    EXPECT_EQ(found.skipped_bytes, 5'000U);
}

TEST(Mpeg, FramesInATagAmongGarbageAreNotHeard) {
    auto const found = measured(times(20, mono24) + frames::noise(100, 9) +
                                id3v2(times(9, mono24)) + times(20, mono24));
    EXPECT_EQ(found.audio.samples, 40U * 576);
    EXPECT_EQ(found.skipped_bytes, 100U);
}

TEST(Mpeg, ATailOfZerosIsNotHeard) {
    auto const found = measured(times(307, mono24) + zeros(65'536));
    EXPECT_EQ(to_millis(found.audio), base::Millis{7'368});
    EXPECT_EQ(found.skipped_bytes, 65'536U);
    EXPECT_FALSE(found.truncated);
}

TEST(Mpeg, AFrameThatRunsPastTheEndIsNotHeard) {
    auto const found = measured(times(20, mono24) + mono24.substr(0, 191));
    EXPECT_EQ(found.audio.samples, 20U * 576);
    EXPECT_TRUE(found.truncated);
}

TEST(Mpeg, AFrameCutByATagIsNotHeard) {
    auto const found = measured(times(20, mono24) + mono24.substr(0, 100) + id3v1());
    EXPECT_EQ(found.audio.samples, 20U * 576);
    EXPECT_TRUE(found.truncated);
}

TEST(Mpeg, ASingleFrameIsAFile) {
    EXPECT_EQ(measured(mono24).audio.samples, 576U);
    EXPECT_EQ(measured(id3v2("x") + mono24 + id3v1()).audio.samples, 576U);
    EXPECT_EQ(measured(recording(1, 100, 400)).audio.samples, 76U);
}

TEST(Mpeg, AFileWithoutASampleIsAnError) {
    EXPECT_EQ(refusal(""), "not_audio");
    EXPECT_EQ(refusal(id3v2("only a tag")), "not_audio");
    EXPECT_EQ(refusal(mono24.substr(0, 191)), "not_audio");
    EXPECT_EQ(refusal(lame(1, 0, 0)), "no_audio");
    EXPECT_EQ(refusal(id3v2("x").substr(0, 9)), "not_audio");
    EXPECT_EQ(refusal("<html><body>502 Bad Gateway</body></html>"), "not_audio");
    EXPECT_EQ(refusal(zeros(100'000)), "not_audio");
}

TEST(Mpeg, ATagLongerThanTheFileIsAnError) {
    auto const tag = "ID3" + std::string{"\x03\x00\x00\x7F\x7F\x7F\x7F", 7};
    EXPECT_EQ(refusal(tag + times(307, mono24)), "incomplete");
}

TEST(Mpeg, NoiseIsNotAudio) {
    EXPECT_EQ(refusal(frames::noise(1'000'000, 3)), "not_audio");
}

}  // namespace

}  // namespace adapters::media
