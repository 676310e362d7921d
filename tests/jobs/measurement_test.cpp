// The line that a measurement is kept as, and the one rounding.
#include "jobs/measurement.h"

#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace jobs {
namespace {

Measurement speech() {
    return {.samples = 175'200, .rate = 24'000, .basis = Basis::trimmed, .codec = "mp3"};
}

TEST(Measurement, RoundsUpToAMillisecondOnce) {
    EXPECT_EQ(duration_of(speech()), base::Millis{7'300});
    auto longer = speech();
    longer.samples += 1;
    EXPECT_EQ(duration_of(longer), base::Millis{7'301});
    EXPECT_EQ(duration_of({.samples = 1, .rate = 44'100}), base::Millis{1});
    EXPECT_EQ(duration_of({.samples = 0, .rate = 44'100}), base::Millis{0});
}

TEST(Measurement, ALengthThatDoesNotFitIsNone) {
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    EXPECT_EQ(duration_of({.samples = most, .rate = 1}), std::nullopt);
    EXPECT_EQ(duration_of({.samples = most, .rate = most}), base::Millis{1'000});
    EXPECT_EQ(duration_of({.samples = 1, .rate = 0}), std::nullopt);
    EXPECT_EQ(parse_measurement("18446744073709551615/1 frames output -"), std::nullopt);
}

TEST(Measurement, ReadsLikeALine) {
    EXPECT_EQ(to_line(speech()), "175200/24000 trimmed output mp3");
    auto odd = speech();
    odd.of = Source::input;
    odd.exact = false;
    odd.truncated = true;
    odd.note = "2 segments";
    EXPECT_EQ(to_line(odd), "175200/24000 trimmed input mp3 inexact truncated: 2 segments");
    EXPECT_EQ(to_line(as_told(Source::provider, base::Millis{7'000})),
              "7000/1000 declared provider - inexact");
}

TEST(Measurement, SurvivesItsLine) {
    for (auto const basis : {Basis::trimmed, Basis::frames, Basis::declared}) {
        for (auto const source :
             {Source::input, Source::output, Source::provider, Source::declared}) {
            for (int flags = 0; flags < 8; ++flags) {
                Measurement const one{.samples = 123,
                                      .rate = 48'000,
                                      .basis = basis,
                                      .of = source,
                                      .codec = flags % 2 == 0 ? "" : "pcm_s16le",
                                      .exact = (flags & 2) != 0,
                                      .truncated = (flags & 4) != 0,
                                      .note = flags % 3 == 0 ? "" : "a: b/c - inexact: d"};
                EXPECT_EQ(parse_measurement(to_line(one)), one) << to_line(one);
            }
        }
    }
}

TEST(Measurement, WhatStrangersSayIsCleaned) {
    auto odd = speech();
    odd.codec = "m:p 3\n\xff";
    odd.note = std::string("line\nbreak \xe8\xae\xb2 \0 end", 20);
    auto const line = to_line(odd);
    EXPECT_EQ(line, "175200/24000 trimmed output m?p?3??: line?break ??? ? end");
    auto const again = parse_measurement(line);
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(to_line(*again), line);
    odd.codec.assign(1'000, 'c');
    odd.note.assign(10'000, 'n');
    EXPECT_LT(to_line(odd).size(), 500U);
    EXPECT_TRUE(parse_measurement(to_line(odd)).has_value());
}

TEST(Measurement, WhatIsNoLineIsNone) {
    for (auto const* line :
         {"", " ", "175200", "175200/", "/24000", "175200/24000", "175200/24000 trimmed",
          "175200/24000 trimmed output", "175200/24000 cut output mp3", "175200/0 frames output -",
          "175200/24000 trimmed nobody mp3", "-1/24000 trimmed output mp3",
          "175200/24000 trimmed output mp3 exact",
          "175200/24000 trimmed output mp3 truncated inexact", "175200/24000 trimmed output mp3: ",
          "1 75200/24000 trimmed output mp3", "99999999999999999999/1 frames output -",
          "1/1 frames  output -", "1/1 frames output \n"}) {
        EXPECT_EQ(parse_measurement(line), std::nullopt) << line;
    }
}

TEST(Measurement, AnyBytesAreALineOrNone) {
    std::mt19937 random{7};
    auto const whole = to_line(speech()) + " inexact truncated: a note";
    for (int round = 0; round < 20'000; ++round) {
        auto line = whole.substr(0, random() % (whole.size() + 1));
        if (!line.empty()) {
            line[random() % line.size()] = static_cast<char>(random());
        }
        if (auto const found = parse_measurement(line)) {
            EXPECT_EQ(parse_measurement(to_line(*found)), found) << line;
        }
    }
}

}  // namespace
}  // namespace jobs
