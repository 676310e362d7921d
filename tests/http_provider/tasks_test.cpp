// Questions about tasks: what is a verdict, and what is none.
#include <fmt/format.h>

#include "tests/http_provider/world.h"

namespace {

using tests::Blame;
using tests::Fate;
using tests::json_answer;
using tests::World;
namespace http = tests::http;

tests::Verdict after_poll(tests::Reply reply) {
    World world{tests::video};
    world.answers(std::move(reply));
    return world.poll();
}

tests::Verdict after_poll(std::string body) {
    return after_poll(tests::Reply{json_answer(200, std::move(body))});
}

TEST(HttpPoll, NoFailedQuestionIsAVerdict) {
    for (auto const& reply :
         {tests::lost(), tests::unreachable(), tests::Reply{json_answer(500, "{}")},
          tests::Reply{json_answer(502, "<html>")}, tests::Reply{json_answer(429, "{}")},
          tests::Reply{json_answer(401, "{}")}, tests::Reply{json_answer(404, "{}")},
          tests::Reply{json_answer(200, R"({"data":{"task_status":"succ)")},
          tests::Reply{json_answer(200, R"({"code":1303,"message":"busy"})")}}) {
        EXPECT_EQ(after_poll(reply).fate, Fate::unknown);
    }
}

TEST(HttpPoll, WordsAreComparedInWhateverLetters) {
    auto const running = after_poll(R"({"data":{"task_status":"Processing","progress":"40%"}})");
    EXPECT_EQ(running.fate, Fate::running);
    EXPECT_EQ(running.progress, 40);
    EXPECT_EQ(running.word, "Processing");
    auto const odd = after_poll(R"({"data":{"task_status":"SUSPENDED"}})");
    EXPECT_EQ(odd.fate, Fate::running);
    EXPECT_TRUE(odd.note.contains("SUSPENDED")) << odd.note;
}

TEST(HttpPoll, ACompletedTaskTellsWhatWasMadeAndWhatItCost) {
    auto const verdict =
        after_poll(R"({"data":{"task_status":"succeed","units":"3.5","cover":"c.png",)"
                   R"("videos":[{"url":"https://cdn.example/v.mp4?sig=1","duration":"5.041"}]},)"
                   R"("usage":{"seconds":5}})");
    ASSERT_EQ(verdict.fate, Fate::completed) << verdict.message;
    ASSERT_EQ(verdict.made.size(), 1U);
    EXPECT_EQ(verdict.made[0].url, "https://cdn.example/v.mp4?sig=1");
    EXPECT_EQ(verdict.made[0].type, "video/mp4");
    EXPECT_TRUE(verdict.made[0].headers.empty());
    EXPECT_EQ(verdict.duration, base::Millis{5'041});
    EXPECT_EQ(verdict.result, R"({"cover":"c.png"})");
    EXPECT_EQ(verdict.usage, R"({"seconds":5})");
    EXPECT_EQ(verdict.cost, (adapters::Cost{1'750'000, "units"}));
}

TEST(HttpPoll, ATaskThatIsDoneWithoutAResultIsAskedAboutForAWhile) {
    World world{tests::video};
    std::string const empty = R"({"data":{"task_status":"succeed","videos":[]}})";
    for (int i = 0; i < 4; ++i) {
        world.answers(empty);
        EXPECT_EQ(world.poll().fate, Fate::unknown);
    }
    world.answers(empty);
    auto const verdict = world.poll();
    EXPECT_EQ(verdict.fate, Fate::failed_final);
    EXPECT_EQ(verdict.code, "bad_answer");
}

TEST(HttpPoll, FailuresAreJudgedByTheRules) {
    auto const content = after_poll(R"({"data":{"task_status":"failed"},"code":1301})");
    EXPECT_EQ(content.fate, Fate::failed_final);
    EXPECT_EQ(content.blame, Blame::content);
    EXPECT_EQ(content.code, "moderation");
    auto const other = after_poll(R"({"data":{"task_status":"failed"},"message":"inner"})");
    EXPECT_EQ(other.fate, Fate::failed_retryable);
    EXPECT_EQ(other.code, "provider_failed");
    EXPECT_TRUE(other.message.contains("inner"));
    EXPECT_EQ(after_poll(R"({"data":{"task_status":"cancelled"}})").fate, Fate::failed_retryable);
}

TEST(HttpPoll, ATaskIsGoneOnlyAfterManyTimesOverALongTime) {
    http::HttpOptions impatient;
    impatient.lost_after = {.times = 3, .over = base::Millis{0}};
    World world{tests::video, std::move(impatient)};
    World patient{tests::video};
    for (int i = 0; i < 3; ++i) {
        auto const reply = i == 1 ? json_answer(200, R"({"data":{"task_status":"UNKNOWN"}})")
                                  : json_answer(404, "{}");
        world.answers(reply);
        patient.answers(reply);
        EXPECT_EQ(patient.poll().fate, Fate::unknown);
        EXPECT_EQ(world.poll().fate, i < 2 ? Fate::unknown : Fate::gone);
    }
    // Seen in between, it is not lost.
    for (auto const* body : {"UNKNOWN", "processing", "UNKNOWN", "UNKNOWN"}) {
        world.answers(fmt::format(R"({{"data":{{"task_status":"{}"}}}})", body));
        EXPECT_NE(world.poll().fate, Fate::gone);
    }
}

TEST(HttpPoll, QuestionsComeLessOftenWithTime) {
    World world{tests::video};
    std::vector<std::int64_t> waits;
    for (int i = 0; i < 60; ++i) {
        world.answers(R"({"data":{"task_status":"processing"}})");
        waits.push_back(world.poll().ask_again.count());
    }
    EXPECT_GE(waits.front(), 4'000);
    EXPECT_LE(waits.front(), 7'000);
    EXPECT_GE(waits.back(), 16'000);
    EXPECT_LE(*std::ranges::max_element(waits), 24'000);
    EXPECT_NE(waits[50], waits[51]);  // scattered
}

TEST(HttpPoll, AnErrorsRetryAfterIsTheNextQuestionsTime) {
    auto const verdict = after_poll(tests::Reply{json_answer(429, "{}", {{"Retry-After", "60"}})});
    EXPECT_GE(verdict.ask_again, base::Millis{48'000});
    EXPECT_LE(verdict.ask_again, base::Millis{72'000});
}

TEST(HttpPoll, TasksNamesAreEncodedIntoTheUrl) {
    World world{tests::video};
    world.answers(R"({"data":{"task_status":"processing"}})");
    world.poll("a/../b?c=1");
    EXPECT_EQ(world.last().url,
              "https://video.example.com/v1/videos/text2video/a%2F..%2Fb%3Fc%3D1");
}

TEST(HttpPoll, ASecondRequestFetchesTheResultsAddress) {
    std::string const files = R"(
dialect: files
vars: {base_url: https://a.example}
auth: {kind: bearer}
submit: {url: "{{base_url}}/go", json: {}, task: /task_id}
poll:
  url: "{{base_url}}/query?task_id={{task}}"
  status: /status
  words: {running: [Processing], completed: [Success], failed: [Fail]}
result:
  request: {url: "{{base_url}}/files?file_id={{answer:/file_id}}", success: [{at: /code, is: 0}]}
  made:
    - {role: video, url: /file/url}
    - {role: image, url: "{{base_url}}/cover/{{task}}", headers: auth}
  fields: {width: /file/width}
)";
    World world{files};
    world.answers(R"({"status":"Success","file_id":176844028768320123})")
        .answers(R"({"code":0,"file":{"url":"https://cdn.example/x.mp4","width":720}})");
    auto const verdict = world.poll();
    ASSERT_EQ(verdict.fate, Fate::completed) << verdict.message;
    EXPECT_EQ(world.last().url, "https://a.example/files?file_id=176844028768320123");
    EXPECT_EQ(verdict.result, R"({"width":720})");
    ASSERT_EQ(verdict.made.size(), 2U);
    EXPECT_TRUE(verdict.made[0].headers.empty());
    EXPECT_EQ(verdict.made[1].url, "https://a.example/cover/t1");
    ASSERT_EQ(verdict.made[1].headers.size(), 1U);

    world.answers(R"({"status":"Success","file_id":1})").answers(R"({"code":1002})");
    EXPECT_EQ(world.poll().fate, Fate::unknown);
}

TEST(HttpCancel, OnlyWhatCanBeStoppedIsTold) {
    World world{tests::video};
    auto const cancel = [&]() -> tests::asio::awaitable<int> {
        co_await world.provider->cancel(world.call, "t1");
        co_return 0;
    };
    world.answers(R"({"data":{"task_status":"processing"}})");
    world.run(cancel());
    EXPECT_EQ(world.web->asked.size(), 1U);
    world.answers(R"({"data":{"task_status":"submitted"}})").answers("{}");
    world.run(cancel());
    EXPECT_EQ(world.last().url, "https://video.example.com/v1/videos/t1/cancel");
    EXPECT_EQ(world.last().method, "POST");
}

}  // namespace
