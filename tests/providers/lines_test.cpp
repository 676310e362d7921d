// The line protocol: what counts, what is ignored, what must not pass.
#include "adapters/providers/lines.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

using adapters::providers::Lines;
using adapters::providers::Said;

namespace {

Said said(std::string_view bytes) {
    Lines lines{1000};
    EXPECT_TRUE(lines.take(bytes));
    lines.finish();
    return lines.said();
}

}  // namespace

TEST(Lines, TakesProgressResultAndDuration) {
    auto const all = said(R"({"progress":40,"note":"half"}
{"result":{"file":"a.wav"},"duration_ms":1234}
)");
    EXPECT_EQ(all.progress, 40);
    EXPECT_EQ(all.note, "half");
    EXPECT_EQ(all.updates, 1);
    EXPECT_EQ(all.result.value().json, R"({"file":"a.wav"})");
    EXPECT_EQ(all.result.value().duration, base::Millis{1234});
}

TEST(Lines, MakesNoDifferenceHowTheBytesAreCut) {
    std::string_view const text = "noise\n{\"progress\":7}\r\n{\"result\":{\"text\":\"\xC3\xA9\"}}";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        Lines lines{1000};
        EXPECT_TRUE(lines.take(text.substr(0, cut)));
        EXPECT_TRUE(lines.take(text.substr(cut)));
        lines.finish();
        EXPECT_EQ(lines.said().progress, 7);
        ASSERT_TRUE(lines.said().result.has_value()) << cut;
    }
}

TEST(Lines, IgnoresWhatIsNoObject) {
    auto const all = said("hello\n\n[1]\n\"x\"\n42\n{nonsense}\n{\"other\":1}\n\xFF\xFE\n");
    EXPECT_EQ(all.updates, 0);
    EXPECT_FALSE(all.result.has_value());
    EXPECT_FALSE(all.error.has_value());
    EXPECT_FALSE(all.broken_result);
}

TEST(Lines, TakesALastLineWithoutANewline) {
    EXPECT_TRUE(said(R"({"result":{}})").result.has_value());
}

TEST(Lines, KnowsAResultThatWasCutShort) {
    EXPECT_TRUE(said(R"({"result":{"text":"ab)").broken_result);
}

TEST(Lines, KnowsAResultThatIsNotUtf8) {
    auto const all = said("{\"result\":{\"text\":\"\xFF\"}}\n");
    EXPECT_TRUE(all.broken_result);
    EXPECT_FALSE(all.result.has_value());
}

TEST(Lines, KnowsAnErrorThatCanNotBeRead) {
    EXPECT_TRUE(said("{\"error\":{\"message\":\"bad \351\"}}\n").broken_result);
    EXPECT_TRUE(said("{ \"error\": {\"mess\n").broken_result);
    EXPECT_FALSE(said("{\"progress\":4\n").broken_result);
}

TEST(Lines, RefusesAResultWithADurationNobodyCanBill) {
    for (auto const* duration : {"-1", "1e300", "\"5\"", "[]", "99999999999999"}) {
        auto const all = said(std::string{R"({"result":{},"duration_ms":)"} + duration + "}\n");
        EXPECT_TRUE(all.broken_result) << duration;
        EXPECT_FALSE(all.result.has_value()) << duration;
    }
}

TEST(Lines, RoundsADurationToMilliseconds) {
    EXPECT_EQ(said(R"({"result":{},"duration_ms":1234.6})").result.value().duration,
              base::Millis{1235});
    EXPECT_EQ(said(R"({"result":{},"duration_ms":null})").result.value().duration, std::nullopt);
}

TEST(Lines, TheLastOfResultAndErrorCounts) {
    auto const failed = said("{\"result\":{}}\n{\"error\":{\"code\":\"late\"}}\n");
    EXPECT_FALSE(failed.result.has_value());
    EXPECT_EQ(failed.error.value().code, "late");
    auto const recovered = said("{\"error\":{\"code\":\"early\"}}\n{\"result\":{}}\n");
    EXPECT_TRUE(recovered.result.has_value());
    EXPECT_FALSE(recovered.error.has_value());
}

TEST(Lines, AnErrorBesideAResultIsAnError) {
    auto const all = said(R"({"result":{},"error":{"message":"no"}})");
    EXPECT_FALSE(all.result.has_value());
    EXPECT_EQ(all.error.value().message, "no");
    EXPECT_EQ(all.error.value().retryable, std::nullopt);
}

TEST(Lines, KeepsCodesFitForProgramsAndMessagesOnOneLine) {
    auto const all =
        said(R"({"error":{"code":"Not A Code","message":"a\nb\u0000\tc","retryable":false}})");
    EXPECT_EQ(all.error.value().code, "");
    EXPECT_EQ(all.error.value().message, "a b c");
    EXPECT_EQ(all.error.value().retryable, false);
}

TEST(Lines, BoundsProgressAndNote) {
    EXPECT_EQ(said(R"({"progress":1e30})").progress, 100);
    EXPECT_EQ(said(R"({"progress":-5})").progress, 0);
    EXPECT_EQ(said(R"({"progress":99.9})").progress, 99);
    auto const long_note = said(R"({"note":")" + std::string(500, 'x') + R"("})");
    EXPECT_EQ(long_note.note, std::string(200, 'x'));
    EXPECT_EQ(long_note.progress, -1);
}

TEST(Lines, SayWhenALineIsTooLong) {
    Lines lines{10};
    EXPECT_TRUE(lines.take("1234567890\n1234567890"));
    EXPECT_FALSE(lines.take("1"));
}

TEST(Lines, TakesWhatWasMade) {
    auto const all = said(
        R"({"result":{},"made":[{"role":"audio","url":"https://a/b","headers":{"A":"b","C":1}},)"
        R"({"role":"words","file":"a.srt","type":"text/srt"}]})");
    auto const& made = all.result.value().made;
    ASSERT_EQ(made.size(), 2U);
    EXPECT_EQ(made[0].role, "audio");
    EXPECT_EQ(made[0].url, "https://a/b");
    ASSERT_EQ(made[0].headers.size(), 1U);
    EXPECT_EQ(made[0].headers[0].second, "b");
    EXPECT_EQ(made[1].file, "a.srt");
    EXPECT_EQ(made[1].type, "text/srt");
}

TEST(Lines, WhatWasMadeIsNotLostByAMistakeInIt) {
    for (auto const* made :
         {R"({"role":"audio"})", R"([3])", R"([{"url":"https://a"}])",
          R"([{"role":"Audio","url":"https://a"}])", R"([{"role":"../a","url":"https://a"}])",
          R"([{"role":"a","url":"https://a","file":"b"}])",
          R"([{"role":"a","url":"","file":""}])"}) {
        auto const all = said(std::string{R"({"result":{},"made":)"} + made + "}");
        EXPECT_TRUE(all.broken_result) << made;
    }
}
