// Whether a provider has a task of ours: "no" is only believed where it is proven.
#include <fmt/format.h>

#include "adapters/providers/http/lookups.h"
#include "tests/http_provider/world.h"

namespace {

using tests::Fate;
using tests::json_answer;
using tests::World;

TEST(HttpLookUp, TheProvidersWordTellsThatThereIsNone) {
    World world{tests::video};
    world.answers(R"({"code":0,"data":[]})");
    EXPECT_EQ(world.look_up().verdict.fate, Fate::not_taken);
    world.answers(R"({"code":0,"data":[{"task_id":"t1"}]})");
    EXPECT_EQ(world.look_up().task, "t1");
}

TEST(HttpLookUp, NoOtherAnswerProvesAnything) {
    World world{tests::video};
    for (auto const& reply :
         {tests::lost(), tests::unreachable(), tests::Reply{json_answer(502, "<html>")},
          tests::Reply{json_answer(200, "{}")}, tests::Reply{json_answer(200, R"({"code":1})")},
          tests::Reply{json_answer(200, R"({"code":0,"data":[{"task_id":""}]})")}}) {
        world.answers(reply);
        EXPECT_EQ(world.look_up().verdict.fate, Fate::unknown);
    }
}

// Newest first, by pages; what was begun is told in seconds.
constexpr char const* listed = R"(
dialect: listed
submit: {url: "https://a.example/tasks", json: {seed: "{{job.key}}"}, task: /id}
lookup:
  url: "https://a.example/tasks?page={{page}}"
  list: /items
  match: {at: /key, is: "{{job.key}}"}
  id: /id
  pages: {from: 1, at_most: 4}
  begun_at: /created_at
  grace: 0s
poll:
  url: "https://a.example/tasks/{{task}}"
  status: /status
  words: {running: [running], completed: [done], failed: [failed]}
result: {fields: {a: /a}}
)";

constexpr std::int64_t enqueued = 1'763'700'000;  // seconds

World& page(World& world, std::vector<std::pair<std::string, std::int64_t>> const& items) {
    std::string text;
    for (auto const& [key, at] : items) {
        text += fmt::format(R"({}{{"id":"of-{}","key":"{}","created_at":{}}})",
                            text.empty() ? "" : ",", key, key, at);
    }
    return world.answers(fmt::format(R"({{"items":[{}]}})", text));
}

struct Listed : World {
    Listed() : World{listed} { call.since = base::Timestamp{base::Millis{enqueued * 1'000}}; }
};

TEST(HttpLookUp, LaterPagesAreReadUntilItIsFound) {
    Listed world;
    page(world, {{"a", enqueued + 9}, {"b", enqueued + 8}});
    page(world, {{"c", enqueued + 7}, {"job-7-1", enqueued + 6}});
    EXPECT_EQ(world.look_up().task, "of-job-7-1");
    EXPECT_EQ(world.last().url, "https://a.example/tasks?page=2");
}

TEST(HttpLookUp, ItIsInNoneWhereTheListEndsOrGetsOlderThanTheJob) {
    Listed ends;
    page(ends, {{"a", enqueued + 9}});
    page(ends, {});
    EXPECT_EQ(ends.look_up().verdict.fate, Fate::not_taken);
    Listed older;
    page(older, {{"a", enqueued + 9}, {"b", enqueued - 3'600}});
    EXPECT_EQ(older.look_up().verdict.fate, Fate::not_taken);
    EXPECT_EQ(older.web->asked.size(), 1U);
}

TEST(HttpLookUp, AListThatIsNotThereOrBreaksOffOrNeverEndsProvesNothing) {
    Listed missing;
    missing.answers("{}");
    EXPECT_EQ(missing.look_up().verdict.fate, Fate::unknown);
    Listed broken;
    page(broken, {{"a", enqueued + 9}}).answers(json_answer(500, "{}"));
    EXPECT_EQ(broken.look_up().verdict.fate, Fate::unknown);
    Listed endless;
    for (int i = 0; i < 4; ++i) {
        page(endless, {{"a", enqueued + 9}, {"b", enqueued - 60}});  // clocks differ by so much
    }
    auto const verdict = endless.look_up().verdict;
    EXPECT_EQ(verdict.fate, Fate::unknown);
    EXPECT_EQ(verdict.message, "it has more tasks than are looked through");
    Listed nameless;
    nameless.answers(R"({"items":[{"key":"job-7-1","id":null}]})");
    EXPECT_EQ(nameless.look_up().verdict.fate, Fate::unknown);
}

TEST(HttpLookUp, ThatThereIsNoneIsNotBelievedBeforeTheGraceIsOver) {
    std::string patient = listed;
    patient.replace(patient.find("grace: 0s"), 9, "grace: 1h");
    World world{patient};
    page(world, {});
    EXPECT_EQ(world.look_up().verdict.fate, Fate::unknown);
}

// Of every shipped dialect, by the rules alone: what its answer to a submit means.
adapters::Verdict meaning(dialect::Dialect const& dialect, tests::WebAnswer answer) {
    tests::http::Account const account{.dialect = dialect, .vars = {}, .key = "k", .secret = {}};
    adapters::Call const call{.input = "{}"};
    auto const values = tests::http::values_of(account, call);
    auto const heard = tests::http::heard(std::move(answer));
    auto const refusal =
        tests::http::refusal_in(heard, values, dialect::During::submit, base::Timestamp{});
    return tests::http::not_taken(refusal, heard);
}

constexpr char const* odd_error =
    R"({"error":{"code":"odd","type":"odd","message":"m"},"code":98765,"message":"m",)"
    R"("base_resp":{"status_code":98765},"detail":{"status":"odd"},"status":"odd"})";

TEST(ShippedDialects, NoAnswerThatProvesNothingCountsAsARefusal) {
    for (auto const& shipped : config::shipped_dialects()) {
        auto const dialect = tests::dialect_of(std::string{shipped.yaml});
        for (unsigned const status : {200U, 202U, 408U, 409U, 499U, 500U, 502U, 503U, 504U, 529U}) {
            for (auto const* body : {"{}", odd_error, "<html>"}) {
                EXPECT_EQ(meaning(dialect, json_answer(status, body)).fate, Fate::unknown)
                    << shipped.name << ' ' << status << ' ' << body;
            }
        }
    }
}

TEST(ShippedDialects, TooManyRequestsAreARefusal) {
    for (auto const& shipped : config::shipped_dialects()) {
        auto const dialect = tests::dialect_of(std::string{shipped.yaml});
        auto const verdict = meaning(dialect, json_answer(429, odd_error));
        EXPECT_EQ(verdict.fate, Fate::not_taken) << shipped.name;
        EXPECT_EQ(verdict.blame, tests::Blame::moment) << shipped.name;
    }
}

TEST(ShippedDialects, EachOfThemThatLooksUpReadsToTheEndOrHasAWordForIt) {
    for (auto const& shipped : config::shipped_dialects()) {
        auto const dialect = tests::dialect_of(std::string{shipped.yaml});
        if (!dialect.lookup) {
            continue;
        }
        World world{std::string{shipped.yaml}};
        for (auto const* body : {"{}", R"({"code":0})", R"({"items":null})"}) {
            world.answers(body);
            EXPECT_EQ(world.look_up().verdict.fate, Fate::unknown) << shipped.name << ' ' << body;
        }
    }
}

}  // namespace
