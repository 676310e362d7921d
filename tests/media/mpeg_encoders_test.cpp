// MPEG audio as LAME and ffmpeg write it: of a recording of so many samples exactly so many are
// found again. Files by facts that are known to deceive other tools are made from these.
#include <array>

#include <gtest/gtest.h>

#include "adapters/media/mpeg.h"
#include "tests/media/frames_builder.h"

namespace adapters::media {

namespace {

using frames::made;
using frames::wav;

constexpr std::uint32_t length = 175'200;  // 7.3 s at 24 kHz

Measured measured(std::string const& data) {
    return frames::measured(measure_mpeg, data);
}

std::string lame(std::string const& options, std::string const& input) {
    return made("lame --quiet " + options + " in out", input);
}

std::string ffmpeg(std::string const& options, std::string const& input) {
    return made("ffmpeg -v error -i in " + options + " -f mp3 out", input);
}

// 7.3 s of speech, encoded once.
std::string const& speech(std::string const& options) {
    static std::map<std::string, std::string> made_already;
    auto const [found, is_new] = made_already.try_emplace(options);
    if (is_new) {
        found->second = lame(options, wav(24'000, 1, length));
    }
    return found->second;
}

void expect_speech(std::string const& data) {
    auto const found = measured(data);
    EXPECT_EQ(found.audio, (Length{.samples = length, .rate = 24'000}));
    EXPECT_EQ(found.basis, Basis::trimmed);
    EXPECT_FALSE(found.truncated);
}

void expect_all_frames(std::string const& data, std::uint64_t samples, std::uint64_t rate) {
    auto const found = measured(data);
    EXPECT_EQ(found.audio, (Length{.samples = samples, .rate = rate}));
    EXPECT_EQ(found.basis, Basis::frames);
    EXPECT_FALSE(found.truncated);
}

// Where the information stands in a file of mono speech at 24 kHz without a tag before it.
constexpr std::size_t info_at = 13;

class LameRates : public testing::TestWithParam<std::uint32_t> {};

TEST_P(LameRates, AreFoundToTheSample) {
    auto const rate = GetParam();
    constexpr std::array<char const*, 4> modes{"--cbr -b 64", "-V 4", "--abr 96", "-p -b 160"};
    std::uint32_t channels = 1;
    for (auto const* mode : modes) {
        auto const samples = 10'000 + rate / 7;
        auto const found =
            measured(lame(std::string{"--resample "} + std::to_string(rate) + " " + mode,
                          wav(rate, channels, samples)));
        EXPECT_EQ(found.audio, (Length{.samples = samples, .rate = rate})) << mode;
        EXPECT_EQ(found.basis, Basis::trimmed);
        channels = 3 - channels;
    }
}

INSTANTIATE_TEST_SUITE_P(All, LameRates,
                         testing::Values(8'000U, 11'025U, 12'000U, 16'000U, 22'050U, 24'000U,
                                         32'000U, 44'100U, 48'000U));

TEST(Lame, TinyRecordingsAreFoundToTheSample) {
    for (std::uint32_t const samples : {1U, 2U, 575U, 576U, 577U, 1'151U, 1'152U, 1'153U}) {
        EXPECT_EQ(measured(lame("-V 2", wav(44'100, 2, samples))).audio.samples, samples);
        EXPECT_EQ(measured(lame("-b 64", wav(16'000, 1, samples))).audio.samples, samples);
    }
}

TEST(Lame, FreeFormatIsFoundToTheSample) {
    for (auto const* rate : {"90", "333", "500"}) {
        auto const found = measured(
            lame(std::string{"--resample 44.1 --freeformat -b "} + rate, wav(44'100, 2, 50'000)));
        EXPECT_EQ(found.audio.samples, 50'000U) << rate;
        EXPECT_EQ(found.basis, Basis::trimmed);
    }
}

TEST(Lame, TagsOfItsOwnDoNotMatter) {
    expect_speech(lame("-b 64 --tt title --add-id3v2", wav(24'000, 1, length)));
}

TEST(Ffmpeg, RecordingsAreFoundToTheSample) {
    std::uint32_t channels = 1;
    for (std::uint32_t const rate : {8'000U, 16'000U, 24'000U, 44'100U, 48'000U}) {
        for (auto const* options : {"-b:a 64k", "-q:a 3 -write_id3v1 1 -metadata title=x"}) {
            auto const samples = 20'000 + rate / 9;
            auto const found = measured(ffmpeg(options, wav(rate, channels, samples)));
            EXPECT_EQ(found.audio, (Length{.samples = samples, .rate = rate})) << options;
            EXPECT_EQ(found.basis, Basis::trimmed);
            channels = 3 - channels;
        }
    }
}

TEST(Ffmpeg, LayerTwoIsAllFrames) {
    auto const data = made("ffmpeg -v error -i in -c:a mp2 -f mp2 out", wav(44'100, 2, 100'000));
    auto const found = measured(data);
    EXPECT_EQ(found.codec, "mp2");
    EXPECT_EQ(found.audio.samples % 1'152, 0U);
    EXPECT_NEAR(static_cast<double>(found.audio.samples), 100'000, 1'152);
}

TEST(Deceivers, ConstantBitRateWithItsInformationAndWithout) {
    expect_speech(speech("-b 64"));
    expect_all_frames(speech("-b 64 -t"), 176'832, 24'000);
}

TEST(Deceivers, VariableBitRateWithItsInformationAndWithout) {
    expect_speech(speech("-V 4"));
    expect_all_frames(speech("-V 4 -t"), 176'832, 24'000);
    auto const found = measured(lame("-V 4 -t", wav(44'100, 1, 321'930)));
    EXPECT_EQ(found.audio, (Length{.samples = 281 * 1'152, .rate = 44'100}));
}

TEST(Deceivers, AFrameCountOfNothingOrNoneAtAll) {
    auto data = speech("-b 64");
    expect_speech(data.replace(info_at + 8, 4, frames::zeros(4)));
    auto other = speech("-b 64");
    other[info_at + 7] = 14;  // what follows is now at another place, the trim as well
    expect_all_frames(other, 176'832, 24'000);
}

TEST(Deceivers, AFileCutInHalf) {
    auto const& whole = speech("-b 64");
    auto const found = measured(whole.substr(0, whole.size() / 2));
    auto const counted = (whole.size() / 2 - 192) / 192;
    EXPECT_EQ(found.audio.samples, counted * 576 - 576);
    EXPECT_TRUE(found.truncated);
}

TEST(Deceivers, JoinedFiles) {
    auto const found = measured(speech("-b 64") + speech("-V 4"));
    EXPECT_EQ(found.audio.samples, 2U * length);
    EXPECT_EQ(found.segments, 2);
    auto const other =
        measured(speech("-b 64") + lame("-b 32 --resample 8", wav(8'000, 1, 58'400)));
    EXPECT_EQ(to_millis(other.audio), base::Millis{14'600});
    EXPECT_EQ(other.segments, 2);
}

TEST(Deceivers, WhatStandsAroundTheFrames) {
    auto const& data = speech("-b 64");
    expect_speech(data + frames::zeros(65'536));
    expect_speech(data + frames::ape("items") + frames::id3v1());
    auto const artwork = frames::id3v2(std::string{data + data}.append(2 << 20, '\xFF'));
    expect_speech(frames::id3v2("first") + artwork + data);
}

}  // namespace

}  // namespace adapters::media
