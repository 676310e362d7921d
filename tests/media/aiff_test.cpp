// AIFF and AIFF-C: the sound that is there counts.
#include "adapters/media/aiff.h"

#include <optional>

#include <gtest/gtest.h>

#include "tests/media/byte_files.h"

namespace {

using namespace media_test;
using adapters::Length;
using adapters::media::measure_aiff;

std::string chunk(std::string const& name, std::string const& content) {
    return name + big(content.size(), 4) + content + zeros(content.size() % 2);
}

// A whole number of at most 32 bits as an extended floating-point number.
std::string extended(std::uint64_t value) {
    int exponent = 16'383 + 63;
    while (value != 0 && (value >> 63U) == 0) {
        value <<= 1U;
        --exponent;
    }
    return big(static_cast<std::uint64_t>(exponent), 2) + big(value, 8);
}

struct Aiff {
    std::string compression;  // empty: AIFF
    std::uint32_t channels = 1;
    std::uint32_t bits = 16;
    std::string rate = extended(24'000);
    std::string data = noise(2'000);
    std::optional<std::uint32_t> frames;
    std::optional<std::uint32_t> said;
    bool format_last = false;
    std::string after;

    [[nodiscard]] std::string file() const {
        auto const declared = frames.value_or(
            static_cast<std::uint32_t>(data.size() / (channels * ((bits + 7) / 8))));
        auto const comm = chunk("COMM", big(channels, 2) + big(declared, 4) + big(bits, 2) + rate +
                                            (compression.empty() ? "" : compression + zeros(2)));
        auto const sound = "SSND" +
                           big(said.value_or(static_cast<std::uint32_t>(data.size() + 8)), 4) +
                           zeros(8) + data + zeros(data.size() % 2);
        auto const body = (compression.empty() ? "AIFF" : "AIFC") +
                          (format_last ? sound + comm : comm + sound) + after;
        return "FORM" + big(body.size(), 4) + body;
    }
};

TEST(Aiff, CountsTheFramesOfItsSound) {
    auto const found = measured(measure_aiff, Aiff{.channels = 2}.file());
    EXPECT_EQ(found.audio, (Length{.samples = 500, .rate = 24'000}));
    EXPECT_EQ(found.container, "aiff");
    EXPECT_EQ(found.codec, "pcm_s16be");
    EXPECT_FALSE(found.truncated);
    EXPECT_EQ(found.note, "");
}

TEST(Aiff, KnowsTheCompressionsOfAiffC) {
    auto expect = [](Aiff const& aiff, std::string const& codec, std::uint64_t samples) {
        auto const found = measured(measure_aiff, aiff.file());
        EXPECT_EQ(found.codec, codec);
        EXPECT_EQ(found.audio.samples, samples) << codec;
    };
    expect({.compression = "NONE"}, "pcm_s16be", 1'000);
    expect({.compression = "sowt"}, "pcm_s16le", 1'000);
    expect({.compression = "fl32", .bits = 32}, "pcm_f32be", 500);
    expect({.compression = "fl64", .bits = 64}, "pcm_f64be", 250);
    expect({.compression = "ulaw"}, "pcm_mulaw", 2'000);
    expect({.compression = "alaw"}, "pcm_alaw", 2'000);
    expect({.compression = "in24", .bits = 24}, "pcm_s24be", 666);
    expect({.compression = "ima4", .data = noise(340)}, "adpcm_ima_qt", 640);
    expect({.bits = 8}, "pcm_s8", 2'000);
    expect({.bits = 12}, "pcm_s16be", 1'000);
    EXPECT_EQ(error_of(measure_aiff, Aiff{.compression = "QDM2"}.file()), "unsupported");
}

TEST(Aiff, IsCutWhereItSaysMoreThanIsThere) {
    auto const whole = Aiff{}.file();
    auto const cut = measured(measure_aiff, whole.substr(0, whole.size() - 501));
    EXPECT_EQ(cut.audio.samples, 749U);
    EXPECT_TRUE(cut.truncated);
    auto const lying = measured(measure_aiff, Aiff{.frames = 5'000}.file());
    EXPECT_EQ(lying.audio.samples, 1'000U);
    EXPECT_TRUE(lying.truncated);
}

TEST(Aiff, CountsTheSoundWhereFewerFramesAreDeclared) {
    EXPECT_EQ(measured(measure_aiff, Aiff{.frames = 0}.file()).audio.samples, 1'000U);
    EXPECT_EQ(measured(measure_aiff, Aiff{.frames = 3}.file()).audio.samples, 1'000U);
}

TEST(Aiff, GoesToTheEndWhereTheSizeWasNotKnown) {
    for (auto const said : {0U, 8U, 0xFFFF'FFFFU}) {
        Aiff const aiff{.frames = 0, .said = said, .after = chunk("NAME", "seven")};
        auto const found = measured(measure_aiff, aiff.file());
        EXPECT_EQ(found.audio.samples, 1'000U) << said;
        EXPECT_NE(found.note, "") << said;
    }
}

TEST(Aiff, FindsItsFormatBehindTheSound) {
    auto const found = measured(measure_aiff, Aiff{.format_last = true}.file());
    EXPECT_EQ(found.audio, (Length{.samples = 1'000, .rate = 24'000}));
}

TEST(Aiff, KeepsAFractionalRateAsItIs) {
    // 22254.54545… Hz, of the first Macintosh: 0x56EE.8BA2E8BA in binary.
    auto const found =
        measured(measure_aiff, Aiff{.rate = big(0x400D, 2) + big(0xADDD'1745'D000'0000, 8)}.file());
    EXPECT_EQ(found.audio.rate, 0xADDD'1745'DU);
    EXPECT_EQ(found.audio.samples, 1'000U << 21U);
    EXPECT_NE(found.note, "");
}

TEST(Aiff, AddsRecordingsThatWereJoined) {
    auto const one = Aiff{.after = chunk("NAME", "seven")}.file();
    auto const found = measured(measure_aiff, one + one);
    EXPECT_EQ(found.audio.samples, 2'000U);
    EXPECT_EQ(found.segments, 2);
}

TEST(Aiff, RefusesWhatCanNotBe) {
    EXPECT_EQ(error_of(measure_aiff, Aiff{.rate = zeros(10)}.file()), "damaged");
    EXPECT_EQ(error_of(measure_aiff, Aiff{.rate = extended(1)}.file()), "damaged");
    EXPECT_EQ(error_of(measure_aiff, Aiff{.rate = "\xFF" + noise(9)}.file()), "damaged");
    EXPECT_EQ(error_of(measure_aiff, Aiff{.channels = 0, .frames = 1}.file()), "damaged");
    EXPECT_EQ(error_of(measure_aiff, Aiff{.bits = 0, .frames = 1}.file()), "damaged");
    EXPECT_EQ(error_of(measure_aiff, Aiff{.data = ""}.file()), "no_audio");
    EXPECT_EQ(error_of(measure_aiff, Aiff{}.file().substr(0, 40)), "incomplete");
    EXPECT_EQ(error_of(measure_aiff, "FORM....8SVX"), "not_audio");
}

TEST(Aiff, LooksLikeOneByItsFirstBytes) {
    EXPECT_TRUE(adapters::media::looks_like_aiff(bytes_of(Aiff{}.file())));
    EXPECT_FALSE(adapters::media::looks_like_aiff(bytes_of("FORM....8SVX")));
}

TEST(Aiff, CostsLittleWhenItIsFar) {
    Far source{Aiff{.data = zeros(172'800'000), .after = chunk("NAME", "hour")}.file()};
    Reader reader{source};
    EXPECT_EQ(measure_aiff(reader).audio.samples, 86'400'000U);
    EXPECT_LT(reader.bytes_read(), 256U << 10U);
}

TEST(Aiff, AnswersOrNamesAnErrorWhateverBefallsIt) {
    expect_sense_when_harmed(measure_aiff, Aiff{.after = chunk("NAME", "a")}.file() +
                                               Aiff{.compression = "ima4"}.file());
}

TEST(AiffEncoders, GiveBackTheNumberOfSamplesThatTheyGot) {
    for (auto const* kind : {"pcm_s8", "pcm_s16be", "pcm_s24be", "pcm_f32be", "pcm_alaw"}) {
        for (std::size_t const samples : {1U, 1'151U, 50'001U}) {
            auto const ffmpeg = "ffmpeg -v error -f s16le -ar 22050 -ac 2 -i $in -c:a " +
                                std::string{kind} + " -f aiff ";
            for (auto const* rest : {"$out", "- > $out"}) {
                auto const file = encoded(noise(samples * 4), ffmpeg + rest, "aiff");
                auto const found = measured(measure_aiff, file);
                EXPECT_EQ(found.audio, (Length{.samples = samples, .rate = 22'050}))
                    << kind << rest;
                EXPECT_EQ(found.codec, kind);
            }
        }
    }
}

}  // namespace
