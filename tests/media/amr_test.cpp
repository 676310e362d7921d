// AMR, built byte for byte: Debian's ffmpeg can't write it.
#include "adapters/media/amr.h"

#include <array>

#include <gtest/gtest.h>

#include "tests/media/frames_builder.h"

namespace adapters::media {

namespace {

using frames::times;

std::string const narrow = "#!AMR\n";
std::string const wide = "#!AMR-WB\n";

std::string frame(unsigned type, std::size_t length) {
    return static_cast<char>(type << 3 | 4) + frames::zeros(length - 1);
}

Measured measured(std::string const& data) {
    return frames::measured(measure_amr, data);
}

std::string refusal(std::string const& data) {
    return frames::refusal(measure_amr, data);
}

TEST(Amr, CountsTwentyMillisecondsAFrame) {
    auto const found = measured(narrow + times(365, frame(7, 32)));
    EXPECT_EQ(found.audio, (Length{.samples = 58'400, .rate = 8'000}));
    EXPECT_EQ(to_millis(found.audio), base::Millis{7'300});
    EXPECT_EQ(found.container, "amr");
    EXPECT_EQ(found.codec, "amr_nb");
    EXPECT_EQ(found.basis, Basis::frames);
    EXPECT_FALSE(found.truncated);
}

TEST(Amr, WidebandHasTwiceTheSamples) {
    auto const found = measured(wide + times(50, frame(8, 61)));
    EXPECT_EQ(found.audio, (Length{.samples = 16'000, .rate = 16'000}));
    EXPECT_EQ(found.codec, "amr_wb");
}

TEST(Amr, EachTypeHasItsLength) {
    constexpr std::array<std::size_t, 9> of_narrow{13, 14, 16, 18, 20, 21, 27, 32, 6};
    constexpr std::array<std::size_t, 10> of_wide{18, 24, 33, 37, 41, 47, 51, 59, 61, 6};
    std::string one = narrow + frame(15, 1);
    for (unsigned type = 0; type < of_narrow.size(); ++type) {
        one += frame(type, of_narrow[type]);
    }
    std::string other = wide + frame(14, 1) + frame(15, 1);
    for (unsigned type = 0; type < of_wide.size(); ++type) {
        other += frame(type, of_wide[type]);
    }
    EXPECT_EQ(measured(one).audio.samples, 10U * 160);
    EXPECT_EQ(measured(other).audio.samples, 12U * 320);
}

TEST(Amr, ATypeThatIsNoneIsDamage) {
    EXPECT_EQ(refusal(narrow + frame(7, 32) + frame(9, 6)), "damaged");
    EXPECT_EQ(refusal(narrow + frame(14, 1)), "damaged");
    EXPECT_EQ(refusal(wide + frame(10, 6)), "damaged");
}

TEST(Amr, AFrameCutShortIsNotHeard) {
    auto const found = measured(narrow + times(9, frame(7, 32)) + frame(7, 31));
    EXPECT_EQ(found.audio.samples, 9U * 160);
    EXPECT_TRUE(found.truncated);
}

TEST(Amr, JoinedRecordingsAddUp) {
    auto const found = measured(narrow + times(25, frame(7, 32)) + narrow +
                                times(25, frame(0, 13)) + wide + times(50, frame(2, 33)));
    EXPECT_EQ(found.audio, (Length{.samples = 32'000, .rate = 16'000}));
    EXPECT_EQ(found.segments, 3);
    EXPECT_EQ(found.codec, "amr_nb");
}

TEST(Amr, ARecordingMayBeJoinedToOneThatWasCut) {
    auto const found =
        measured(narrow + times(25, frame(7, 32)) + frame(7, 9) + narrow + times(25, frame(7, 32)));
    EXPECT_EQ(found.audio.samples, 50U * 160);
    EXPECT_EQ(found.segments, 2);
    EXPECT_TRUE(found.truncated);
    EXPECT_EQ(found.skipped_bytes, 9U);
}

TEST(Amr, SeveralChannelsAreUnsupported) {
    EXPECT_EQ(refusal("#!AMR_MC1.0\n" + frames::zeros(100)), "unsupported");
    EXPECT_EQ(refusal("#!AMR-WB_MC1.0\n" + frames::zeros(100)), "unsupported");
}

TEST(Amr, WithoutAFrameThereIsNoAudio) {
    EXPECT_EQ(refusal(narrow), "no_audio");
    EXPECT_EQ(refusal(narrow + "\x3C"), "no_audio");
    EXPECT_EQ(refusal(""), "not_audio");
    EXPECT_EQ(refusal("#!AMR"), "not_audio");
}

TEST(Amr, IsToldByItsMagic) {
    EXPECT_TRUE(looks_like_amr(frames::in(narrow)));
    EXPECT_TRUE(looks_like_amr(frames::in(wide)));
    EXPECT_FALSE(looks_like_amr(frames::in("#!/bin/sh")));
}

}  // namespace

}  // namespace adapters::media
