// WAV: what is there counts, not what the header hopes for.
#include "adapters/media/wav.h"

#include <gtest/gtest.h>

#include "tests/media/wav_files.h"

namespace {

using namespace media_test;
using adapters::Basis;
using adapters::Length;
using adapters::media::measure_wav;

constexpr std::size_t seven_seconds = 350'400;  // bytes of 7.3 s

Length seconds_7_3() {
    return {.samples = 175'200, .rate = 24'000};
}

Length length_of(Wav const& wav) {
    return measured(measure_wav, wav.file()).audio;
}

TEST(Wav, CountsWholeFramesOfSamples) {
    auto const found = measured(measure_wav, Wav{.data = noise(seven_seconds)}.file());
    EXPECT_EQ(found.audio, seconds_7_3());
    EXPECT_EQ(found.container, "wav");
    EXPECT_EQ(found.codec, "pcm_s16le");
    EXPECT_EQ(found.basis, Basis::frames);
    EXPECT_TRUE(found.exact);
    EXPECT_FALSE(found.truncated);
    EXPECT_EQ(found.segments, 1);
    EXPECT_EQ(found.skipped_bytes, 0U);
    EXPECT_EQ(found.note, "");
}

TEST(Wav, NamesWhatItsSamplesAre) {
    auto codec = [](Wav const& wav) { return measured(measure_wav, wav.file()).codec; };
    EXPECT_EQ(codec({.bits = 8}), "pcm_u8");
    EXPECT_EQ(codec({.bits = 24}), "pcm_s24le");
    EXPECT_EQ(codec({.bits = 32}), "pcm_s32le");
    EXPECT_EQ(codec({.bits = 64}), "pcm_s64le");
    EXPECT_EQ(codec({.tag = 3, .bits = 32}), "pcm_f32le");
    EXPECT_EQ(codec({.tag = 3, .bits = 64}), "pcm_f64le");
    EXPECT_EQ(codec({.tag = 6, .bits = 8}), "pcm_alaw");
    EXPECT_EQ(codec({.tag = 7, .bits = 8}), "pcm_mulaw");
}

TEST(Wav, TakesTheSubFormatOfAnExtensibleOne) {
    auto const more = little(22, 2) + little(16, 2) + little(4, 4) + little(3, 2) + zeros(14);
    auto const found =
        measured(measure_wav, Wav{.tag = 0xFFFE, .bits = 32, .format_more = more}.file());
    EXPECT_EQ(found.codec, "pcm_f32le");
    EXPECT_EQ(found.audio.samples, 500U);
}

TEST(Wav, GoesToTheEndWhereTheSizeWasNotKnown) {
    for (auto const said : {0U, 0xFFFF'FFFFU, 0x7FFF'FFFFU, 0x7FFF'F000U, 0x8000'0000U}) {
        auto const found =
            measured(measure_wav, Wav{.data = noise(seven_seconds), .said = said}.file());
        EXPECT_EQ(found.audio, seconds_7_3()) << said;
        EXPECT_FALSE(found.truncated) << said;
        EXPECT_NE(found.note, "") << said;
    }
}

TEST(Wav, IsCutWhereItSaysMoreThanIsThere) {
    for (auto const said : {350'402U, 700'800U, 2'000'000'000U}) {
        auto const found =
            measured(measure_wav, Wav{.data = noise(seven_seconds), .said = said}.file());
        EXPECT_EQ(found.audio, seconds_7_3()) << said;
        EXPECT_TRUE(found.truncated) << said;
    }
}

TEST(Wav, DropsAFrameThatWasCut) {
    auto const whole = Wav{.channels = 2, .data = noise(400)}.file();
    auto const found = measured(measure_wav, whole.substr(0, whole.size() - 3));
    EXPECT_EQ(found.audio.samples, 99U);
    EXPECT_TRUE(found.truncated);
}

TEST(Wav, LeavesChunksBehindAStreamOut) {
    auto const tail = list_chunk() + Wav::chunk("id3 ", noise(301)) + list_chunk();
    for (auto const said : {0U, 0xFFFF'FFFFU, 2'000'000'000U}) {
        Wav const wav{.data = noise(seven_seconds), .said = said, .after = tail};
        EXPECT_EQ(length_of(wav), seconds_7_3()) << said;
        EXPECT_EQ(measured_far(measure_wav, wav.file()).audio, seconds_7_3()) << said;
    }
}

TEST(Wav, KeepsSamplesThatOnlyLookLikeAChunk) {
    Wav const wav{.data = noise(1'000) + "LIST" + little(1'000, 4) + noise(992), .said = 0};
    EXPECT_EQ(length_of(wav).samples, 1'000U);
}

TEST(Wav, ReadsTheSizesOfRf64AndBw64) {
    for (auto const* magic : {"RF64", "BW64"}) {
        auto const ds64 = Wav::chunk(
            "ds64", little(seven_seconds + 100, 8) + little(seven_seconds, 8) + zeros(12));
        auto file = Wav{.magic = magic,
                        .data = noise(seven_seconds),
                        .said = 0xFFFF'FFFF,
                        .after = list_chunk()}
                        .file();
        file.insert(12, ds64);
        auto const found = measured(measure_wav, file);
        EXPECT_EQ(found.audio, seconds_7_3());
        EXPECT_EQ(found.note, "");
    }
}

TEST(Wav, DoesNotCountThePaddingThatRf64SizesInclude) {
    auto file =
        Wav{.magic = "RF64", .tag = 7, .bits = 8, .data = noise(18), .said = 0xFFFF'FFFF}.file();
    file.insert(12, Wav::chunk("ds64", little(200, 8) + little(18, 8) + little(17, 8) + zeros(4)));
    EXPECT_EQ(measured(measure_wav, file).audio.samples, 17U);
}

TEST(Wav, ReadsBigEndianOnes) {
    auto const format =
        big(1, 2) + big(1, 2) + big(24'000, 4) + big(48'000, 4) + big(2, 2) + big(16, 2);
    auto const file =
        "RIFX" + big(436, 4) + "WAVEfmt " + big(16, 4) + format + "data" + big(400, 4) + noise(400);
    auto const found = measured(measure_wav, file);
    EXPECT_EQ(found.codec, "pcm_s16be");
    EXPECT_EQ(found.audio, (Length{.samples = 200, .rate = 24'000}));
}

TEST(Wav, PassesChunksBeforeTheDataByTheirPaddedSizes) {
    EXPECT_EQ(length_of({.before = Wav::chunk("junk", noise(33)) + list_chunk()}).samples, 1'000U);
}

TEST(Wav, MissesAPadByteThatWasForgotten) {
    auto const odd = "bext" + little(33, 4) + noise(33);
    EXPECT_EQ(length_of({.before = odd}).samples, 1'000U);
}

TEST(Wav, CountsOddDataWithAndWithoutItsPadByte) {
    for (auto const* pad : {"", "\x80"}) {
        Wav const wav{.bits = 8, .data = noise(1'001), .pad = pad, .after = list_chunk()};
        EXPECT_EQ(length_of(wav).samples, 1'001U);
        EXPECT_EQ(measured(measure_wav, wav.file()).skipped_bytes, 0U);
    }
}

TEST(Wav, BelievesNeitherByteRateNorBlockAlign) {
    EXPECT_EQ(length_of({.byte_rate = 1}).samples, 1'000U);
    EXPECT_EQ(length_of({.align = 4}).samples, 1'000U);
    EXPECT_EQ(length_of({.align = 0}).samples, 1'000U);
}

TEST(Wav, Counts24BitsInFourBytesWhereTheBlockSaysSo) {
    EXPECT_EQ(length_of({.channels = 2, .bits = 24, .align = 8}).samples, 250U);
}

TEST(Wav, BelievesNoFactOfPlainSamples) {
    auto const fact = Wav::chunk("fact", little(48'000'000, 4));
    Wav const lying{.tag = 3, .rate = 8'000, .bits = 32, .before = fact, .data = noise(32'000)};
    EXPECT_EQ(length_of(lying), (Length{.samples = 8'000, .rate = 8'000}));
    auto const most = Wav::chunk("fact", little(0xFFFF'FFFF, 4));
    Wav const mulaw{.tag = 7, .rate = 8'000, .bits = 8, .before = most, .data = noise(8'000)};
    EXPECT_EQ(length_of(mulaw), (Length{.samples = 8'000, .rate = 8'000}));
    auto const less = Wav::chunk("fact", little(3, 4));
    EXPECT_EQ(length_of({.before = less}).samples, 1'000U);
}

TEST(Wav, CountsMuLawWithoutAFact) {
    EXPECT_EQ(length_of({.tag = 7, .channels = 2, .bits = 8}).samples, 1'000U);
}

TEST(Wav, CountsBlocksOfAdpcmAndWhatIsInTheCutOne) {
    Wav const ms{.tag = 2, .bits = 4, .align = 256, .data = noise(3 * 256 + 100)};
    EXPECT_EQ(length_of(ms).samples, 1'688U);  // 500 in each block, 188 in 100 bytes
    Wav const ima{
        .tag = 0x11, .channels = 2, .bits = 4, .align = 512, .data = noise(3 * 512 + 101)};
    EXPECT_EQ(length_of(ima).samples, 1'604U);  // 505 in each, 89 in 101 bytes
    Wav const gsm{.tag = 0x31, .rate = 8'000, .bits = 0, .align = 65, .data = noise(3 * 65 + 40)};
    EXPECT_EQ(length_of(gsm).samples, 960U);
}

TEST(Wav, TrimsTheLastBlockByFactAndNoMore) {
    auto with_fact = [](std::uint32_t fact) {
        return Wav{.tag = 2,
                   .bits = 4,
                   .align = 256,
                   .before = Wav::chunk("fact", little(fact, 4)),
                   .data = noise(3 * 256)};
    };
    EXPECT_EQ(length_of(with_fact(1'001)).samples, 1'001U);
    EXPECT_EQ(measured(measure_wav, with_fact(1'001).file()).basis, Basis::trimmed);
    EXPECT_EQ(length_of(with_fact(1'000)).samples, 1'500U);
    EXPECT_EQ(length_of(with_fact(1'501)).samples, 1'500U);
    EXPECT_EQ(length_of(with_fact(0)).samples, 1'500U);
}

TEST(Wav, AddsRecordingsThatWereJoined) {
    auto const one = Wav{.data = noise(seven_seconds), .after = list_chunk()}.file();
    auto const other = Wav{.rate = 8'000, .data = noise(16'000)}.file();
    auto const found = measured(measure_wav, one + one + other);
    EXPECT_EQ(found.audio, (Length{.samples = 175'200 * 2 + 24'000, .rate = 24'000}));
    EXPECT_EQ(found.segments, 3);
    EXPECT_EQ(found.skipped_bytes, 0U);
}

TEST(Wav, FindsWhatWasJoinedToAStream) {
    for (auto const said : {0U, 0xFFFF'FFFFU}) {
        auto const one = Wav{.data = noise(200'000), .said = said, .after = list_chunk()}.file();
        auto const found = measured(measure_wav, one + one + one);
        EXPECT_EQ(found.audio.samples, 300'000U);
        EXPECT_EQ(found.segments, 3);
    }
}

TEST(Wav, IsCutWhereARecordingJoinedIsCutInItsHeader) {
    auto const one = Wav{}.file();
    auto const found = measured(measure_wav, one + one.substr(0, 30));
    EXPECT_EQ(found.audio.samples, 1'000U);
    EXPECT_TRUE(found.truncated);
}

TEST(Wav, SaysHowMuchBehindItIsUnknown) {
    auto const found = measured(measure_wav, Wav{.after = zeros(65'536)}.file());
    EXPECT_EQ(found.audio.samples, 1'000U);
    EXPECT_EQ(found.skipped_bytes, 65'536U);
    EXPECT_FALSE(found.truncated);
}

TEST(Wav, TakesTagsAroundItForWhatTheyAre) {
    auto const id3 = std::string{"ID3\x04\0\0\0\0\0\x14", 10} + zeros(20);
    auto const found = measured(measure_wav, id3 + Wav{.after = "TAG" + zeros(125)}.file());
    EXPECT_EQ(found.audio.samples, 1'000U);
    EXPECT_EQ(found.skipped_bytes, 0U);
}

TEST(Wav, RefusesWhatCanNotBe) {
    EXPECT_EQ(error_of(measure_wav, Wav{.rate = 0}.file()), "damaged");
    EXPECT_EQ(error_of(measure_wav, Wav{.rate = 1}.file()), "damaged");
    EXPECT_EQ(error_of(measure_wav, Wav{.rate = 4'000'000}.file()), "damaged");
    EXPECT_EQ(error_of(measure_wav, Wav{.channels = 0}.file()), "damaged");
    EXPECT_EQ(error_of(measure_wav, Wav{.channels = 65}.file()), "damaged");
    EXPECT_EQ(error_of(measure_wav, Wav{.bits = 0}.file()), "damaged");
    EXPECT_EQ(error_of(measure_wav, Wav{.tag = 2, .bits = 4, .align = 0}.file()), "damaged");
    EXPECT_EQ(error_of(measure_wav, Wav{.tag = 0x55}.file()), "unsupported");
    EXPECT_EQ(error_of(measure_wav, Wav{.data = ""}.file()), "no_audio");
    EXPECT_EQ(error_of(measure_wav, Wav{.data = "", .after = list_chunk()}.file()), "no_audio");
    EXPECT_EQ(error_of(measure_wav, Wav{}.file().substr(0, 40)), "incomplete");
    EXPECT_EQ(error_of(measure_wav, "<html>"), "not_audio");
    EXPECT_EQ(error_of(measure_wav, ""), "not_audio");
}

TEST(Wav, LooksLikeOneByItsFirstBytes) {
    auto const file = Wav{}.file();
    EXPECT_TRUE(adapters::media::looks_like_wav(bytes_of(file)));
    EXPECT_FALSE(adapters::media::looks_like_wav(bytes_of(file).first(11)));
    EXPECT_FALSE(adapters::media::looks_like_wav(bytes_of("RIFF....AVI LIST")));
}

TEST(Wav, CostsLittleWhenItIsFar) {
    for (auto const said : {172'800'000U, 0xFFFF'FFFFU}) {
        Far source{Wav{.data = zeros(172'800'000), .said = said, .after = list_chunk()}.file()};
        Reader reader{source};
        auto const found = measure_wav(reader);
        EXPECT_EQ(found.audio.samples, 86'400'000U);
        EXPECT_LT(reader.bytes_read(), 256U << 10U);
    }
}

TEST(Wav, AnswersOrNamesAnErrorWhateverBefallsIt) {
    auto const joined = Wav{.data = noise(600), .after = list_chunk()}.file();
    expect_sense_when_harmed(measure_wav, joined + Wav{.data = noise(300), .said = 0}.file());
    expect_sense_when_harmed(measure_wav, Wav{.tag = 2,
                                              .bits = 4,
                                              .align = 256,
                                              .before = Wav::chunk("fact", little(1'001, 4)),
                                              .data = noise(3 * 256)}
                                              .file());
}

TEST(WavEncoders, GiveBackTheNumberOfSamplesThatTheyGot) {
    for (auto const* kind : {"pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_f32le", "pcm_mulaw"}) {
        for (std::size_t const samples : {1U, 1'151U, 50'001U}) {
            auto const ffmpeg = "ffmpeg -v error -f s16le -ar 22050 -ac 2 -i $in -c:a " +
                                std::string{kind} + " -f wav ";
            auto const raw = noise(samples * 4);
            for (auto const* rest : {"$out", "-rf64 always $out", "- > $out"}) {
                auto const found = measured(measure_wav, encoded(raw, ffmpeg + rest, "wav"));
                EXPECT_EQ(found.audio, (Length{.samples = samples, .rate = 22'050}))
                    << kind << rest;
                EXPECT_EQ(found.codec, kind);
            }
        }
    }
}

TEST(WavEncoders, SayInFactWhatTheyWereGiven) {
    for (auto const* kind : {"ms-adpcm", "ima-adpcm", "gsm-full-rate"}) {
        auto const sox =
            "sox -t raw -r 8000 -c 1 -e signed -b 16 $in -e " + std::string{kind} + " $out";
        auto const found = measured(measure_wav, encoded(noise(2 * 7'777), sox, "wav"));
        EXPECT_EQ(found.audio.samples, 7'777U) << kind;
        EXPECT_EQ(found.basis, Basis::trimmed) << kind;
    }
}

TEST(WavEncoders, WriteWave64) {
    auto const* command = "ffmpeg -v error -f s16le -ar 48000 -ac 2 -i $in -f w64 $out";
    auto const found = measured(measure_wav, encoded(noise(4 * 4'800), command, "w64"));
    EXPECT_EQ(found.container, "w64");
    EXPECT_EQ(found.audio, (Length{.samples = 4'800, .rate = 48'000}));
}

}  // namespace
