// FLAC: frames count, the header's number does not.
#include "adapters/media/flac.h"

#include <gtest/gtest.h>

#include "adapters/media/flac_frame.h"
#include "tests/media/flac_files.h"

namespace {

using namespace media_test;
using adapters::Length;
using adapters::media::flac_frame;
using adapters::media::measure_flac;

Measured of(Flac const& flac) {
    return measured(measure_flac, flac.file());
}

TEST(FlacFrame, SaysWhatItsHeaderSays) {
    auto const bytes = Flac{.channels = 2, .variable = true}.frame(0xF'FFFF'FFFF, 4'097);
    auto const frame = flac_frame(bytes_of(bytes));
    ASSERT_TRUE(frame);
    EXPECT_TRUE(frame->variable);
    EXPECT_EQ(frame->number, 0xF'FFFF'FFFFU);
    EXPECT_EQ(frame->block, 4'097U);
    EXPECT_EQ(frame->channels, 2U);
    EXPECT_EQ(frame->bits, 16U);
    EXPECT_EQ(frame->rate, 0U);
    EXPECT_EQ(frame->header, 14U);
}

TEST(FlacFrame, IsNoneWhenAnyBitOfItsHeaderIsWrong) {
    auto const bytes = Flac{}.frame(77, 1'000).substr(0, 8);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        auto harmed = bytes;
        harmed[bit / 8] = static_cast<char>(harmed[bit / 8] ^ 1 << bit % 8);
        EXPECT_FALSE(flac_frame(bytes_of(harmed))) << bit;
    }
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        EXPECT_FALSE(flac_frame(bytes_of(bytes).first(length))) << length;
    }
}

TEST(FlacFrame, KeepsNumbersOfEveryLength) {
    for (auto const number : {0x7FULL, 0x80ULL, 0x7FFULL, 0x800ULL, 0xFFFFULL, 0x1F'FFFFULL,
                              0x3FF'FFFFULL, 0x400'0000ULL, 0x7FFF'FFFFULL, 0x8000'0000ULL}) {
        auto const frame = flac_frame(bytes_of(Flac{.variable = true}.frame(number, 16)));
        ASSERT_TRUE(frame) << number;
        EXPECT_EQ(frame->number, number);
    }
}

TEST(Flac, CountsItsFrames) {
    auto const found = of({});
    EXPECT_EQ(found.audio, (Length{.samples = 9'300, .rate = 24'000}));
    EXPECT_EQ(found.container, "flac");
    EXPECT_EQ(found.codec, "flac");
    EXPECT_EQ(found.segments, 1);
    EXPECT_FALSE(found.truncated);
    EXPECT_EQ(found.skipped_bytes, 0U);
    EXPECT_EQ(found.note, "");
}

TEST(Flac, CountsBlocksThatVary) {
    EXPECT_EQ(of({.variable = true}).audio.samples, 9'300U);
}

TEST(Flac, CountsASingleFrameOfASingleSample) {
    EXPECT_EQ(of({.frames = 1, .last_block = 1}).audio.samples, 1U);
}

TEST(Flac, CountsWhatWasWrittenIntoAPipe) {
    auto const found = of({.total = 0});
    EXPECT_EQ(found.audio.samples, 9'300U);
    EXPECT_FALSE(found.truncated);
}

TEST(Flac, BelievesNoTotal) {
    EXPECT_EQ(of({.total = 0xF'FFFF'FFFF}).audio.samples, 9'300U);
    EXPECT_EQ(of({.total = 1}).audio.samples, 9'300U);
    EXPECT_NE(of({.total = 1}).note, "");
}

TEST(Flac, DropsTheFrameThatWasCut) {
    for (auto const total : {std::optional<std::uint64_t>{}, std::optional<std::uint64_t>{0}}) {
        auto const whole = Flac{.total = total}.file();
        for (std::size_t const cut : {1U, 5U, 11U}) {
            auto const found = measured(measure_flac, whole.substr(0, whole.size() - cut));
            EXPECT_EQ(found.audio.samples, 9'000U) << cut;
            EXPECT_TRUE(found.truncated) << cut;
        }
    }
}

TEST(Flac, DropsALastFrameThatIsDamaged) {
    auto file = Flac{}.file();
    file[file.size() - 3] = static_cast<char>(file[file.size() - 3] ^ 1);
    EXPECT_EQ(measured(measure_flac, file).audio.samples, 9'000U);
}

TEST(Flac, PassesMetadataOfAnySizeUnread) {
    Flac const flac{.blocks = flac_block(6, Flac{}.file() + noise(3'000'000), false) +
                              flac_block(4, noise(40), true)};
    EXPECT_EQ(of(flac).audio.samples, 9'300U);
    EXPECT_EQ(measured_far(measure_flac, flac.file()).audio.samples, 9'300U);
}

TEST(Flac, TakesTagsAroundItForWhatTheyAre) {
    auto const id3 = std::string{"ID3\x04\0\0\0\0\x10\0", 10} + noise(2'048);
    auto const ape = "APETAGEX" + noise(300);
    for (auto const& tail : {"TAG" + noise(125), ape}) {
        auto const found = measured(measure_flac, id3 + id3 + Flac{}.file() + tail);
        EXPECT_EQ(found.audio.samples, 9'300U);
        EXPECT_EQ(found.skipped_bytes, 0U);
        EXPECT_FALSE(found.truncated);
    }
}

TEST(Flac, SaysHowMuchBehindItIsUnknown) {
    auto const found = measured(measure_flac, Flac{}.file() + zeros(5'000));
    EXPECT_EQ(found.audio.samples, 9'300U);
    EXPECT_EQ(found.skipped_bytes, 5'000U);
}

TEST(Flac, IsNotFooledByHeadersWithoutAFrame) {
    auto const fake = Flac{}.frame(900, 1'000).substr(0, 8);
    auto const found = measured(measure_flac, Flac{}.file() + fake + noise(50) + fake);
    EXPECT_EQ(found.audio.samples, 9'300U);
}

TEST(Flac, AddsRecordingsThatWereJoined) {
    auto const found = measured(
        measure_flac, Flac{}.file() + Flac{}.file() + Flac{.rate = 48'000, .channels = 2}.file());
    EXPECT_EQ(found.audio, (Length{.samples = 2 * 18'600 + 9'300, .rate = 48'000}));
    EXPECT_EQ(found.segments, 3);
    EXPECT_EQ(found.skipped_bytes, 0U);
}

TEST(Flac, AddsFramesThatBeginAgainWithoutAHeader) {
    auto const found = measured(measure_flac, Flac{}.file() + Flac{}.body());
    EXPECT_EQ(found.audio.samples, 18'600U);
    EXPECT_EQ(found.segments, 2);
}

TEST(Flac, CountsWhatIsThereOfALiveRecording) {
    EXPECT_EQ(of({.first_number = 500, .total = 0}).audio.samples, 9'300U);
    EXPECT_EQ(of({.variable = true, .first_number = 500, .total = 0}).audio.samples, 9'300U);
}

TEST(Flac, SaysThatFramesAreMissingInBetween) {
    Flac const flac{.total = 0};
    auto const found = measured(measure_flac, flac.file() + flac.frame(15, 1'000));
    EXPECT_EQ(found.audio.samples, 10'300U);
    EXPECT_NE(found.note, "");
}

TEST(Flac, TakesTheRateOfItsFramesWhereTheHeaderContradicts) {
    auto const command = std::string{
        "flac -s --force-raw-format --endian=little --sign=signed "
        "--channels=1 --bps=16 --sample-rate=16000 -o $out $in"};
    auto file = encoded(noise(20'000), command, "flac");
    file[20] = static_cast<char>(file[20] ^ 0x10);  // within the rate
    auto const found = measured(measure_flac, file);
    EXPECT_EQ(found.audio, (Length{.samples = 10'000, .rate = 16'000}));
    EXPECT_NE(found.note, "");
}

TEST(Flac, RefusesWhatHasNoWholeFrame) {
    EXPECT_EQ(error_of(measure_flac, Flac{}.head()), "incomplete");
    EXPECT_EQ(error_of(measure_flac, Flac{}.head() + noise(3'000)), "incomplete");
    EXPECT_EQ(error_of(measure_flac, Flac{.frames = 1}.file().substr(0, 50)), "incomplete");
    EXPECT_EQ(error_of(measure_flac, "fLaC"), "incomplete");
    EXPECT_EQ(error_of(measure_flac, "fLaC" + noise(100)), "damaged");
    EXPECT_EQ(error_of(measure_flac, Flac{.rate = 0}.file()), "damaged");
    EXPECT_EQ(error_of(measure_flac, "OggS"), "not_audio");
}

TEST(Flac, TakesTimeInProportionWhateverItHolds) {
    // Headers that promise a frame that goes on for ever, one after another.
    auto const fake = Flac{.block = 65'535}.frame(3, 65'535).substr(0, 8) + std::string{"\x02", 1};
    auto file = Flac{}.file();
    while (file.size() < 400'000) {
        file += fake;
    }
    expect_sense(measure_flac, file);
}

TEST(Flac, AnswersOrNamesAnErrorWhateverBefallsIt) {
    expect_sense_when_harmed(measure_flac, Flac{.blocks = flac_block(4, noise(40), true)}.file() +
                                               Flac{.rate = 8'000, .total = 0}.file());
}

TEST(FlacFar, CostsLittleForAnHour) {
    Flac const flac{
        .channels = 2, .block = 480, .frames = 400'000, .last_block = 33, .most_frame = 40};
    Far source{flac.file() + "TAG" + zeros(125)};
    Reader reader{source};
    auto const found = measure_flac(reader);
    EXPECT_EQ(found.audio.samples, flac.samples());
    EXPECT_FALSE(found.truncated);
    EXPECT_LT(reader.bytes_read(), 256U << 10U);
}

TEST(FlacFar, IsCutWhereItIsCut) {
    Flac const flac{.channels = 2, .block = 480, .frames = 100'000, .most_frame = 40};
    auto const whole = flac.file();
    auto const found = measured_far(measure_flac, whole.substr(0, whole.size() / 2));
    EXPECT_EQ(found.audio, measured(measure_flac, whole.substr(0, whole.size() / 2)).audio);
    EXPECT_TRUE(found.truncated);
}

TEST(FlacFar, FindsRecordingsOfTheSameLengthJoined) {
    auto const one = Flac{.frames = 50'000, .most_frame = 40}.file();
    auto const found = measured_far(measure_flac, one + one);
    EXPECT_EQ(found.audio.samples, 2 * 49'999'300U);
    EXPECT_EQ(found.segments, 2);
}

std::string flac_command(std::string const& more) {
    return "flac -s --force-raw-format --endian=little --sign=signed --channels=2 --bps=16 "
           "--sample-rate=44100 " +
           more;
}

TEST(FlacEncoders, GiveBackTheNumberOfSamplesThatTheyGot) {
    std::string const ffmpeg = "ffmpeg -v error -f s16le -ar 44100 -ac 2 -i $in -c:a flac ";
    for (std::size_t const samples : {1U, 16U, 4'608U, 4'609U, 100'001U}) {
        for (auto const& command :
             {ffmpeg + "-f flac $out", ffmpeg + "-f flac - > $out",
              ffmpeg + "-sample_fmt s32 -compression_level 12 $out", flac_command("-8 -o $out $in"),
              flac_command("-0 --lax -b 333 -o $out $in"), flac_command("-c - < $in > $out")}) {
            auto const raw = noise(samples * 2) + zeros(samples * 2);
            auto const file = encoded(raw, command, "flac");
            auto const found = measured(measure_flac, file);
            EXPECT_EQ(found.audio, (Length{.samples = samples, .rate = 44'100})) << command;
            EXPECT_FALSE(found.truncated) << command;
            EXPECT_EQ(measured_far(measure_flac, file).audio, found.audio) << command;
            EXPECT_EQ(measured(measure_flac, file + file).audio.samples, 2 * samples) << command;
        }
    }
}

TEST(FlacEncoders, AreCutToWholeFramesLikeAPlayerDoes) {
    auto const file = encoded(noise(400'000), flac_command("-b 4096 -o $out $in"), "flac");
    auto const found = measured(measure_flac, file.substr(0, file.size() / 2));
    EXPECT_TRUE(found.truncated);
    EXPECT_EQ(found.audio.samples % 4'096, 0U);
    auto const far = measured_far(measure_flac, file.substr(0, file.size() / 2));
    EXPECT_EQ(far.audio, found.audio);
}

}  // namespace
