// What a helper says, as a message and back; and that nothing impossible gets through.
#include "adapters/media/crew/answer.h"

#include <string>

#include <gtest/gtest.h>

namespace adapters::media::crew {
namespace {

Measured everything() {
    return {.container = "mp4",
            .codec = "aac",
            .audio = {.samples = 175'200, .rate = 24'000},
            .basis = Basis::trimmed,
            .exact = false,
            .truncated = true,
            .segments = 3,
            .skipped_bytes = 17,
            .video_codec = "h264",
            .video = {.samples = 250, .rate = 25},
            .taglib = base::Millis{7'301},
            .note = "two ID3v2 tags"};
}

Answer good() {
    return pack(everything());
}

TEST(Answers, KeepEveryField) {
    auto const result = unpack(good());
    ASSERT_TRUE(result && *result);
    auto const& [container, codec, audio, basis, exact, truncated, segments, skipped, video_codec,
                 video, taglib, note] = **result;
    EXPECT_EQ(container + " " + codec + " " + video_codec, "mp4 aac h264");
    EXPECT_EQ(audio, (Length{.samples = 175'200, .rate = 24'000}));
    EXPECT_EQ(video, (Length{.samples = 250, .rate = 25}));
    EXPECT_EQ(basis, Basis::trimmed);
    EXPECT_FALSE(exact);
    EXPECT_TRUE(truncated);
    EXPECT_EQ(segments, 3);
    EXPECT_EQ(skipped, 17U);
    EXPECT_EQ(taglib, base::Millis{7'301});
    EXPECT_EQ(note, "two ID3v2 tags");
}

TEST(Answers, TellNoOpinionFromAnOpinionOfZero) {
    auto plain = everything();
    plain.taglib.reset();
    EXPECT_FALSE(unpack(pack(plain)).value()->taglib);
}

TEST(Answers, KeepErrors) {
    auto const result =
        unpack(pack(std::unexpected{MediaError{.code = "not_audio", .message = "an HTML page"}}));
    ASSERT_TRUE(result && !*result);
    EXPECT_EQ(result->error().code, "not_audio");
    EXPECT_EQ(result->error().message, "an HTML page");
}

TEST(Answers, CutWhatIsTooLong) {
    auto const result = unpack(
        pack(std::unexpected{MediaError{.code = "not_audio", .message = std::string(5'000, 'x')}}));
    ASSERT_TRUE(result && !*result);
    EXPECT_EQ(result->error().message, std::string(255, 'x'));
}

TEST(Answers, ThatCannotBeAreNone) {
    auto const refused = [](auto const& spoil) {
        auto answer = good();
        spoil(answer);
        return !unpack(answer).has_value();
    };
    EXPECT_TRUE(refused([](Answer& a) { a.samples = 0; }));
    EXPECT_TRUE(refused([](Answer& a) { a.rate = 0; }));
    EXPECT_TRUE(refused([](Answer& a) { a.video_rate = 0; }));
    EXPECT_TRUE(refused([](Answer& a) { a.samples = ~0ULL, a.rate = 1; }));
    EXPECT_TRUE(refused([](Answer& a) { a.basis = 3; }));
    EXPECT_TRUE(refused([](Answer& a) { a.segments = 0; }));
    EXPECT_TRUE(refused([](Answer& a) { a.taglib_ms = -1; }));
    EXPECT_TRUE(refused([](Answer& a) { a.codec.fill('x'); }));
    EXPECT_TRUE(refused([](Answer& a) { a.message.fill('x'); }));
    EXPECT_TRUE(refused([](Answer& a) { put(a.codec, "a\x1b[2J"); }));
    EXPECT_TRUE(refused([](Answer& a) { put(a.container, "RIFF"); }));
    EXPECT_TRUE(refused([](Answer& a) { a.codec = {}, a.video_codec = {}; }));
    EXPECT_TRUE(refused([](Answer& a) { a.ok = 0, put(a.code, "no such \"code\""); }));
    EXPECT_TRUE(refused([](Answer& a) { a.ok = 0, put(a.code, ""); }));
    EXPECT_FALSE(refused([](Answer& a) { a.codec = {}, a.samples = 0; }));  // only video
}

std::string note_of(std::string_view text) {
    auto answer = good();
    put(answer.message, text);
    return unpack(answer).value()->note;
}

TEST(Answers, HoldNothingThatSteersATerminalOrBreaksJson) {
    EXPECT_EQ(note_of("tab\there \x1b[2J\x7f"), "tab?here ?[2J?");
    EXPECT_EQ(note_of("7 µs, 时长, 🎵"), "7 µs, 时长, 🎵");
    EXPECT_EQ(note_of("\xc0\xaf \xed\xa0\x80 \xf5\x80\x80\x80"), "?? ??? ????");
    EXPECT_EQ(note_of("\xc2\x9b"
                      "2J \xe4\xb8"),
              "??2J ??");
}

}  // namespace
}  // namespace adapters::media::crew
