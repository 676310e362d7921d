// What becomes of a submit: taken, refused, or nobody knows.
#include <fstream>
#include <iterator>

#include "tests/http_provider/world.h"

namespace {

using tests::Blame;
using tests::Fate;
using tests::json_answer;
using tests::World;
namespace http = tests::http;

tests::Submitted after(tests::Reply reply) {
    World world{tests::video};
    world.answers(std::move(reply));
    return world.submit(R"({"prompt":"p"})");
}

void expect(tests::Submitted const& submitted, Fate fate, Blame blame, std::string const& code) {
    EXPECT_EQ(submitted.task, "");
    EXPECT_EQ(submitted.verdict.fate, fate) << submitted.verdict.message;
    EXPECT_EQ(submitted.verdict.blame, blame) << submitted.verdict.message;
    EXPECT_EQ(submitted.verdict.code, code) << submitted.verdict.message;
}

TEST(HttpSubmit, ATaskIsKeptAsItIsWritten) {
    auto const text = after(json_answer(200, R"({"code":0,"data":{"task_id":"abc-1"}})"));
    EXPECT_EQ(text.task, "abc-1");
    EXPECT_EQ(text.verdict.fate, Fate::running);
    EXPECT_EQ(text.verdict.ask_again, base::Millis{15'000});
    auto const number = after(
        json_answer(200, R"({"code":0,"data":{"task_id":12345678901234567890},"request_id":"r"})"));
    EXPECT_EQ(number.task, "12345678901234567890");
    EXPECT_EQ(number.verdict.request_id, "r");
}

TEST(HttpSubmit, ARefusalWithAnAnswerProvesThatNothingWasBegun) {
    expect(after(json_answer(200, R"({"code":1301,"message":"no"})")), Fate::not_taken,
           Blame::content, "moderation");
    expect(after(json_answer(429, R"({"code":1303})")), Fate::not_taken, Blame::moment,
           "rate_limited");
    expect(after(json_answer(401, R"({"code":1000})")), Fate::not_taken, Blame::provider,
           "channel_broken");
    expect(after(json_answer(400, R"({"code":1200,"message":"bad"})")), Fate::not_taken, Blame::job,
           "provider_refused");
}

TEST(HttpSubmit, WhatMayHaveBeenTakenIsUnknown) {
    for (auto const& reply :
         {tests::lost(), tests::lost("timeout"), tests::lost("cut"), tests::lost("bad_answer"),
          tests::Reply{json_answer(500, R"({"code":5000})")},
          tests::Reply{json_answer(200, R"({"code":1299,"message":"a code of next year"})")},
          tests::Reply{json_answer(408, R"({"code":1299})")},
          tests::Reply{json_answer(409, R"({"code":1299})")},
          tests::Reply{json_answer(503, R"({"code":1299})")},
          tests::Reply{json_answer(502, "<html>Bad Gateway</html>")},
          tests::Reply{json_answer(200, R"({"code":0,"data":{"task_id)")},
          tests::Reply{json_answer(200, R"({"code":0,"data":{}})")},
          tests::Reply{json_answer(200, R"({"code":0,"data":{"task_id":""}})")},
          tests::Reply{json_answer(200, R"({"code":0,"data":{"task_id":1.5}})")}}) {
        expect(after(reply), Fate::unknown, Blame::moment, "");
    }
}

TEST(HttpSubmit, WhatNeverWentOutWasNotTaken) {
    expect(after(tests::unreachable()), Fate::not_taken, Blame::moment, "provider_unavailable");
    expect(after(std::unexpected{tests::WebError{"forbidden_address", "private", false}}),
           Fate::not_taken, Blame::provider, "channel_broken");
}

TEST(HttpSubmit, TheProvidersOwnWaitIsObeyed) {
    auto const wait = [](adapters::WebHeaders headers) {
        return after(json_answer(429, "{}", std::move(headers))).verdict.ask_again;
    };
    EXPECT_EQ(wait({{"Retry-After", "7"}}), base::Millis{7'000});
    EXPECT_EQ(wait({{"Retry-After", "7"}, {"retry-after-ms", "250"}}), base::Millis{250});
    EXPECT_EQ(wait({{"Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"}}), base::Millis{0});
    EXPECT_EQ(wait({{"Retry-After", "999999999"}}), base::Millis{3'600'000});
    EXPECT_EQ(wait({{"Retry-After", "soon"}}), base::Millis{5'000});
}

TEST(HttpSubmit, AnEarlierTryThatWasTakenIsFoundByItsKey) {
    World world{tests::video};
    world.answers(json_answer(400, R"({"code":1201,"message":"external_task_id exists"})"))
        .answers(R"({"code":0,"data":[{"task_id":"t9"}]})");
    auto const submitted = world.submit(R"({"prompt":"p"})");
    EXPECT_EQ(submitted.task, "t9");
    EXPECT_EQ(world.last().url, "https://video.example.com/v1/videos?external_task_id=job-7-1");
    EXPECT_EQ(world.provider->in_doubt(), adapters::Doubt::look_up);
}

std::string const speech = R"(
dialect: speech
submit: {url: https://a.example/speech, json: {text: "{{input.text}}"}}
result: {made: [{role: audio, bytes: body, type: "{{input.format|mp3}}"}]}
)";

TEST(HttpSubmit, ABodyOfBytesLiesInTheResultFolder) {
    World world{speech};
    world.answers(tests::WebAnswer{
        .status = 200, .headers = {{"Content-Type", "audio/wav"}}, .body = "RIFFxxxx"});
    auto const verdict = world.submit(R"({"text":"a","format":"wav"})").verdict;
    ASSERT_EQ(verdict.fate, Fate::completed) << verdict.message;
    ASSERT_EQ(verdict.made.size(), 1U);
    EXPECT_EQ(verdict.made[0].role, "audio");
    EXPECT_EQ(verdict.made[0].file, "audio.wav");
    std::ifstream file{world.call.result_dir / "audio.wav"};
    EXPECT_EQ((std::string{std::istreambuf_iterator<char>{file}, {}}), "RIFFxxxx");
}

TEST(HttpSubmit, APageThatCallsItselfAudioIsNoResult) {
    for (auto const* body : {R"({"error":{"message":"quota"}})", "<html>", ""}) {
        World world{speech};
        world.answers(tests::WebAnswer{
            .status = 200, .headers = {{"Content-Type", "audio/mpeg"}}, .body = body});
        auto const verdict = world.submit(R"({"text":"a"})").verdict;
        EXPECT_EQ(verdict.fate, Fate::failed_final) << body;
        EXPECT_EQ(verdict.code, "bad_answer");
    }
}

TEST(HttpSubmit, HexAndBase64AreDecoded) {
    std::string const head = R"(
dialect: t2a
submit: {url: https://a.example/t2a, json: {}, success: [{at: /base_resp/status_code, is: 0}]}
result:
  duration: {at: /ms, unit: ms}
  made: [{role: audio, )";
    World hex{head + "hex: /audio, type: mp3}]\n"};
    hex.answers(R"({"audio":"fffb90","ms":2052,"base_resp":{"status_code":0}})");
    auto const verdict = hex.submit().verdict;
    EXPECT_EQ(verdict.fate, Fate::completed) << verdict.message;
    EXPECT_EQ(verdict.duration, base::Millis{2'052});
    EXPECT_EQ(std::filesystem::file_size(hex.call.result_dir / "audio.mp3"), 3U);

    World base64{head + "base64: /audio, type: mp3}]\n"};
    base64.answers(R"({"audio":"//uQ","base_resp":{"status_code":0}})");
    EXPECT_EQ(base64.submit().verdict.fate, Fate::completed);
    base64.answers(R"({"audio":"!!","base_resp":{"status_code":0}})");
    EXPECT_EQ(base64.submit().verdict.code, "bad_answer");
    base64.answers(R"({"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}})");
    auto const broke = base64.submit().verdict;
    EXPECT_EQ(broke.fate, Fate::unknown);  // no rule of this dialect says what 1008 is
    EXPECT_TRUE(broke.message.contains("insufficient balance")) << broke.message;
}

TEST(HttpSubmit, LargeBodiesAndAnswersAreTheSameAsSmallOnes) {
    constexpr std::size_t size = 3U << 20U;
    http::HttpOptions options;
    options.open_input = [](std::string const&) { return std::string(size, 's'); };
    World world{R"(
dialect: large
submit:
  url: https://a.example
  parts: [{name: sample, file: "{{input.file}}"}]
result:
  made: [{role: audio, hex: /audio, type: mp3}]
  fields: {kept: "{{answer:/name}}"}
)",
                std::move(options)};
    world.answers(R"({"name":"n-1","audio":")" + std::string(2 * size, 'a') + "\"}");
    auto const verdict = world.submit(R"({"file":"sample.wav"})").verdict;
    ASSERT_EQ(verdict.fate, Fate::completed) << verdict.message;
    EXPECT_GT(world.last().body.size(), size);
    EXPECT_EQ(verdict.result, R"({"kept":"n-1"})");
    EXPECT_EQ(std::filesystem::file_size(world.call.result_dir / "audio.mp3"), size);
}

TEST(HttpSubmit, AVoiceThatIsThereAlreadyIsTheOneThatWasAskedFor) {
    World world{R"(
dialect: clone
prepare:
  url: https://a.example/upload
  json: {purpose: voice_clone}
  success: [{at: /file/id, exists: true}]
submit:
  url: https://a.example/clone
  json: {file_id: "{{prepared:/file/id}}"}
  success: [{at: /code, is: 0}]
  client_key: {where: body, at: /voice_id, format: "voice-{{key}}"}
errors: [{codes: [2039], as: taken}]
result: {fields: {voice_id: "{{client_key}}"}}
)"};
    world.answers(R"({"file":{"id":9007199254740993}})").answers(R"({"code":2039})");
    auto const verdict = world.submit().verdict;
    EXPECT_EQ(verdict.fate, Fate::completed) << verdict.message;
    EXPECT_EQ(verdict.result, R"({"voice_id":"voice-job-7-1"})");
    EXPECT_EQ(world.last().body, R"({"file_id":9007199254740993,"voice_id":"voice-job-7-1"})");

    world.answers(tests::lost());  // of the upload: nothing is paid for
    EXPECT_EQ(world.submit().verdict.fate, Fate::not_taken);
}

}  // namespace
