// Answers that come in events, cut anywhere.
#include "adapters/providers/http/stream.h"

#include "tests/http_provider/world.h"

namespace {

using tests::Fate;
using tests::World;
namespace http = tests::http;

std::string const chat = R"(
dialect: chat
auth: {kind: bearer}
submit:
  url: https://a.example/chat
  json: {stream: true}
  stream: sse-chat
  success: [{at: /choices/0, exists: true}]
result:
  made: [{role: text, text: /choices/0/message/content}]
  fields: {finish: /choices/0/finish_reason, model: /model}
  usage: /usage
  finish: {at: /choices/0/finish_reason, truncated: [length], moderated: [content_filter]}
errors:
  - {codes: [overloaded], as: moment}
)";

tests::WebAnswer events(std::string body) {
    return {.status = 200,
            .headers = {{"Content-Type", "text/event-stream; charset=utf-8"}},
            .body = std::move(body)};
}

std::string const whole =
    ": keep-alive\r\n\r\n"
    "data: {\"model\":\"m\",\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"},"
    "\"finish_reason\":null}],\"usage\":null}\r\n\r\n"
    "data: {\"choices\":[{\"delta\":{\"content\":\"你好\"}}]}\n\n"
    "data:{\"choices\":[{\"delta\":{\"content\":\", 世界\"},\"finish_reason\":\"stop\"}]}\n\n"
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":5}}\n\n"
    "data: [DONE]\n\n";

TEST(HttpStream, DeltasAreJoinedHoweverTheBytesAreCut) {
    for (std::size_t piece : {1U, 2U, 3U, 11U, 4096U}) {
        http::HttpOptions options;
        options.prices = {.per_1k_input_tokens = {2'000'000},
                          .per_1k_output_tokens = {6'000'000},
                          .currency = "CNY"};
        World world{chat, std::move(options)};
        world.web->piece = piece;
        world.answers(events(whole));
        auto const verdict = world.submit().verdict;
        ASSERT_EQ(verdict.fate, Fate::completed) << verdict.message;
        EXPECT_EQ(verdict.result, R"({"finish":"stop","model":"m","text":"你好, 世界"})");
        EXPECT_EQ(verdict.usage, R"({"prompt_tokens":3,"completion_tokens":5})");
        EXPECT_EQ(verdict.cost, (adapters::Cost{36'000, "CNY"}));
    }
}

TEST(HttpStream, AStreamThatIsCutMayHaveBeenPaidFor) {
    World world{chat};
    world.answers(events(whole.substr(0, whole.find("data:{"))));
    EXPECT_EQ(world.submit().verdict.fate, Fate::unknown);
    world.answers(events("data: {\"choi"));
    EXPECT_EQ(world.submit().verdict.fate, Fate::unknown);
    world.answers(tests::lost("cut"));
    EXPECT_EQ(world.submit().verdict.fate, Fate::unknown);
}

TEST(HttpStream, AnErrorInTheMiddleIsAFailure) {
    World world{chat};
    world.answers(
        events("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"
               "data: {\"error\":{\"code\":\"overloaded\",\"message\":\"later\"}}\n\n"));
    auto const verdict = world.submit().verdict;
    EXPECT_EQ(verdict.fate, Fate::failed_retryable);
    EXPECT_TRUE(verdict.message.contains("later")) << verdict.message;
}

TEST(HttpStream, WhatFinishedWithoutItsEndMarkIsWhole) {
    World world{chat};
    world.answers(
        events("data: {\"choices\":[{\"delta\":{\"content\":\"a\"},"
               "\"finish_reason\":\"length\"}]}\n\n"));
    auto const verdict = world.submit().verdict;
    EXPECT_EQ(verdict.fate, Fate::completed) << verdict.message;
    EXPECT_EQ(verdict.result, R"({"truncated":true,"finish":"length","text":"a"})");
}

TEST(HttpStream, ModeratedTextIsFinal) {
    World world{chat};
    world.answers(R"({"choices":[{"message":{"content":"a"},"finish_reason":"content_filter"}]})");
    auto const verdict = world.submit().verdict;
    EXPECT_EQ(verdict.fate, Fate::failed_final);
    EXPECT_EQ(verdict.code, "moderation");
}

TEST(HttpStream, AServerThatDoesNotStreamIsReadAsAWhole) {
    World world{chat};
    world.answers(R"({"choices":[{"message":{"content":"a"},"finish_reason":"stop"}]})");
    EXPECT_EQ(world.submit().verdict.result, R"({"finish":"stop","text":"a"})");
    world.answers(tests::json_answer(429, R"({"error":{"code":"overloaded"}})"));
    EXPECT_EQ(world.submit().verdict.code, "rate_limited");
}

TEST(HttpStream, AudioComesInPieces) {
    World world{R"(
dialect: tts
submit: {url: https://a.example/tts, json: {}, stream: sse-audio}
result: {made: [{role: audio, bytes: stream, type: mp3}], usage: /usage}
)"};
    world.answers(
        events("data: {\"type\":\"speech.audio.delta\",\"audio\":\"//uQ\"}\n\n"
               "data: {\"type\":\"speech.audio.delta\",\"audio\":\"AAEC\"}\n\n"
               "data: {\"type\":\"speech.audio.done\",\"usage\":{\"n\":1}}\n\n"));
    auto const verdict = world.submit().verdict;
    ASSERT_EQ(verdict.fate, Fate::completed) << verdict.message;
    EXPECT_EQ(std::filesystem::file_size(world.call.result_dir / "audio.mp3"), 6U);
    EXPECT_EQ(verdict.usage, R"({"n":1})");
}

TEST(HttpStream, TextThatComesAgainAndAgainIsTakenOnce) {
    World world{R"(
dialect: native
submit:
  url: https://a.example/gen
  json: {}
  stream:
    kind: sse-chat
    delta: /output/choices/0/message/content
    into: /output/choices/0/message/content
    finish: /output/choices/0/done
    cumulative: true
result: {made: [{role: text, text: /output/choices/0/message/content}]}
)"};
    world.answers(
        events("data: {\"output\":{\"choices\":[{\"message\":{\"content\":\"a\"}}]}}\n\n"
               "data: {\"output\":{\"choices\":[{\"message\":{\"content\":\"ab\"},"
               "\"done\":1}]}}\n\n"));
    EXPECT_EQ(world.submit().verdict.result, R"({"text":"ab"})");
}

}  // namespace
