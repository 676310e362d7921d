// Templates: values go in as values, wherever they are put.
#include "tests/http_provider/world.h"

namespace {

using tests::Fate;
using tests::World;
namespace http = tests::http;

std::string const speech_call = R"(
dialect: speech_call
vars: {base_url: https://tts.example.com/v1, model: tts-1, group: ""}
auth: {kind: header, name: X-Key}
submit:
  url: "{{base_url}}/speak/{{input.voice|alloy}}?group={{group|none}}"
  headers: {X-Voice: "{{input.voice|alloy}}"}
  json:
    text: "{{input.text}}"
    title: "Say: {{input.text}}"
    speed: {$: input.speed, as: number}
    size: {$: input.size, map: {small: 1, large: {w: 2}}}
    tags: {$: input.tag, as: list}
    ids: [1, "2", {$: input.id}]
    nested: {only: {$: input.nothing}}
result:
  fields: {ok: /ok}
)";

std::string body_of(std::string const& input) {
    World world{speech_call};
    world.answers(R"({"ok":true})");
    auto const submitted = world.submit(input);
    EXPECT_EQ(submitted.verdict.fate, Fate::completed) << submitted.verdict.message;
    return world.last().body;
}

TEST(Templates, ValuesKeepTheirTypesAndCantBreakOutOfText) {
    EXPECT_EQ(body_of(R"({"text":"a\",\"x\":\"{{key}}","speed":"1.5","size":"large","tag":"t",)"
                      R"("id":9007199254740993})"),
              R"({"text":"a\",\"x\":\"{{key}}","title":"Say: a\",\"x\":\"{{key}}","speed":1.5,)"
              R"("size":{"w":2},"tags":["t"],"ids":[1,"2",9007199254740993]})");
}

TEST(Templates, WhatHasNoValueIsLeftOut) {
    EXPECT_EQ(body_of(R"({"text":"a","speed":null,"size":"odd"})"),
              R"({"text":"a","title":"Say: a","size":"odd","ids":[1,"2"]})");
}

TEST(Templates, UrlsAreEncodedAndHeadersHoldNoLineEnds) {
    World world{speech_call};
    world.answers(R"({"ok":true})");
    world.submit(R"({"text":"a","voice":"a/b?c d&é"})");
    EXPECT_EQ(world.last().url,
              "https://tts.example.com/v1/speak/a%2Fb%3Fc%20d%26%C3%A9?group=none");
    EXPECT_EQ(world.header("X-Key"), "the-key");

    auto const refused = world.submit(R"({"text":"a","voice":"x\r\nX-Evil: 1"})");
    EXPECT_EQ(refused.verdict.fate, Fate::not_taken);
    EXPECT_EQ(refused.verdict.blame, tests::Blame::job);
    auto const dots = world.submit(R"({"text":"a","voice":".."})");
    EXPECT_EQ(dots.verdict.fate, Fate::not_taken);
    EXPECT_EQ(world.web->asked.size(), 1U);
}

TEST(Templates, WhatIsMissingIsTheJobsFaultAndNamed) {
    World world{speech_call};
    auto const submitted = world.submit(R"({"text":"a","speed":"fast"})");
    EXPECT_EQ(submitted.verdict.fate, Fate::not_taken);
    EXPECT_EQ(submitted.verdict.blame, tests::Blame::job);
    EXPECT_EQ(submitted.verdict.message, "`input.speed` is not a number");
    EXPECT_TRUE(world.web->asked.empty());
}

TEST(Templates, ARoutesModelGoesBeforeTheSettings) {
    World world{tests::video};
    world.call.model = "v9";
    world.answers(R"({"code":0,"data":{"task_id":"t"}})");
    world.submit(R"({"prompt":"p"})");
    EXPECT_TRUE(world.last().body.starts_with(R"({"model":"v9")")) << world.last().body;
}

TEST(Templates, ChoicesFormUrlsAndBodies) {
    World world{tests::video};
    world.call.hint_url = "https://me.example/hook";
    world.answers(R"({"code":0,"data":{"task_id":"t"}})");
    world.submit(R"({"prompt":"p","image":"https://i.example/a.png"})");
    EXPECT_EQ(world.last().url, "https://video.example.com/v1/videos/image2video");
    EXPECT_EQ(world.last().body,
              R"({"model":"v1","prompt":"p","image":"https://i.example/a.png","duration":"5",)"
              R"("external_task_id":"job-7-1","callback_url":"https://me.example/hook"})");
    EXPECT_EQ(world.header("Authorization"), "Bearer the-key");
    EXPECT_EQ(world.header("X-Region"), "cn");
}

TEST(Templates, TokensAreMadeForEachRequest) {
    http::HttpOptions options;
    options.account.key = "ak";
    options.account.secret = "sk";
    World world{R"(
dialect: jwt
auth: {kind: jwt_hs256, ttl: 30m, skew: 5s}
submit: {url: https://a.example/x, json: {a: 1}}
result: {fields: {ok: /ok}}
)",
                std::move(options)};
    world.answers(R"({"ok":1})");
    world.submit();
    auto const token = world.header("Authorization");
    EXPECT_TRUE(token.starts_with("Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.")) << token;
    EXPECT_EQ(std::ranges::count(token, '.'), 2);
}

TEST(Templates, MultipartBodiesHaveValuesAndFiles) {
    http::HttpOptions options;
    options.open_input =
        [](std::string const& name) -> std::expected<std::string, http::NotOpened> {
        if (name == "a/b.mp3") {
            return "BYTES";
        }
        return std::unexpected{
            http::NotOpened{.message = "no such file", .passes = name == "slow"}};
    };
    World world{R"(
dialect: parts
submit:
  url: https://a.example/x
  parts:
    - {name: file, file: "{{input.audio}}", type: audio/mpeg}
    - {name: language, value: {$: input.language}}
    - {name: format, value: srt}
result: {fields: {ok: /ok}}
)",
                std::move(options)};
    world.answers(R"({"ok":1})");
    world.submit(R"({"audio":"a/b.mp3"})");
    auto const& body = world.last().body;
    EXPECT_TRUE(
        body.contains("name=\"file\"; filename=\"b.mp3\"\r\nContent-Type: audio/mpeg\r\n"
                      "\r\nBYTES\r\n"))
        << body;
    EXPECT_TRUE(body.contains("name=\"format\"\r\n\r\nsrt\r\n"));
    EXPECT_FALSE(body.contains("language"));
    auto const type = world.header("Content-Type");
    EXPECT_TRUE(body.ends_with("--" + type.substr(type.find('=') + 1) + "--\r\n"));

    auto const absent = world.submit(R"({"audio":"c"})").verdict;
    EXPECT_EQ(absent.message, "no such file");
    EXPECT_EQ(absent.blame, adapters::Blame::job);
    auto const slow = world.submit(R"({"audio":"slow"})").verdict;
    EXPECT_EQ(slow.fate, adapters::Fate::not_taken);
    EXPECT_EQ(slow.blame, adapters::Blame::moment);
    EXPECT_EQ(slow.code, "input_unavailable");
}

}  // namespace
