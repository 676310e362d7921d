// POST /api/jobs.
#include <boost/json.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/face/counter.h"

namespace tests {
namespace {

std::string field_of(Response const& response) {
    return std::string{body_of(response).at("field").as_string()};
}

TEST(Enqueue, AnswersWithTheJobAndWhereItIs) {
    Counter counter;
    auto const answer = counter.post(a_user(), "/api/jobs",
                                     R"({"service":"script","input":{"topic":"x"},"priority":3})");
    ASSERT_EQ(answer.status, 201);
    auto const job = body_of(answer);
    EXPECT_EQ(header_of(answer, "Location"), "/api/jobs/" + std::string{job.at("id").as_string()});
    EXPECT_EQ(job.at("state").as_string(), "queued");
    EXPECT_EQ(job.at("user_id").as_string(), "u1");
    EXPECT_EQ(job.at("priority").as_int64(), 3);
    EXPECT_EQ(job.at("price").at("quoted").as_int64(), 5);
}

TEST(Enqueue, TakesAUserByItsTokenWhateverTheBodySays) {
    Counter counter;
    auto const answer =
        counter.post(a_user("u1"), "/api/jobs", R"({"service":"script","user_id":"u2"})");
    EXPECT_EQ(body_of(answer).at("user_id").as_string(), "u1");
}

TEST(Enqueue, WantsAServiceToNameTheUser) {
    Counter counter;
    auto const answer = counter.post(a_key(), "/api/jobs", R"({"service":"script"})");
    EXPECT_EQ(answer.status, 422);
    EXPECT_EQ(field_of(answer), "user_id");
    EXPECT_EQ(counter.post(a_key(), "/api/jobs", R"({"service":"script","user_id":"u9"})").status,
              201);
}

TEST(Enqueue, AnswersARepeatedKeyWithTheFirstJobAndAnotherBodyWithAConflict) {
    Counter counter;
    auto const* const body = R"({"service":"script","input":{"a":1.50},"idempotency_key":"k"})";
    auto const first = counter.post(a_user(), "/api/jobs", body);
    auto const again = counter.post(
        a_user(), "/api/jobs", R"({"idempotency_key":"k","input":{"a":1.50},"service":"script"})");
    EXPECT_EQ(first.status, 201);
    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(body_of(again).at("id"), body_of(first).at("id"));
    auto const other = counter.post(
        a_user(), "/api/jobs", R"({"service":"script","input":{"a":2},"idempotency_key":"k"})");
    EXPECT_EQ(other.status, 409);
    EXPECT_EQ(code_of(other), "idempotency_conflict");
    EXPECT_EQ(body_of(other).at("job"), body_of(first).at("id"));
}

TEST(Enqueue, TakesTheKeyFromTheHeaderThatIsUsedForIt) {
    Counter counter;
    Counter::More const more{.body = R"({"service":"script"})",
                             .headers = {{"idempotency-key", "h"}}};
    auto const first = counter.ask(a_user(), "POST", "/api/jobs", more);
    auto const again = counter.ask(a_user(), "POST", "/api/jobs", more);
    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(body_of(again).at("id"), body_of(first).at("id"));
}

TEST(Enqueue, SaysWhatIsMissingWhenFundsAre) {
    Counter counter;
    counter.desk.rules.signup_gift = {3};
    auto const answer = counter.post(a_user(), "/api/jobs", R"({"service":"script"})");
    EXPECT_EQ(answer.status, 402);
    EXPECT_EQ(code_of(answer), "insufficient_credits");
    EXPECT_EQ(body_of(answer).at("required").as_int64(), 5);
    EXPECT_EQ(body_of(answer).at("balance").as_int64(), 3);
    auto const anyway =
        counter.post(a_user(), "/api/jobs", R"({"service":"script","queue_anyway":true})");
    EXPECT_EQ(anyway.status, 201);
}

TEST(Enqueue, SaysWhenToComeAgainWhereADayOrAQueueIsClosed) {
    Counter counter;
    counter.desk.rules.guards.daily_cap = {4};
    auto const full = counter.post(a_user(), "/api/jobs", R"({"service":"script"})");
    EXPECT_EQ(full.status, 429);
    EXPECT_EQ(code_of(full), "over_daily_cap");
    auto const seconds = std::stoi(header_of(full, "Retry-After"));
    EXPECT_GT(seconds, 0);
    EXPECT_LE(seconds, 25 * 3600);
    counter.desk.rules.guards.daily_cap = {};
    counter.desk.store->set_queue_mode("script", adapters::QueueMode::draining);
    auto const closed = counter.post(a_user(), "/api/jobs", R"({"service":"script"})");
    EXPECT_EQ(closed.status, 503);
    EXPECT_EQ(code_of(closed), "queue_draining");
    EXPECT_EQ(header_of(closed, "Retry-After"), "60");
}

TEST(Enqueue, DoesNotKnowAServiceThatIsNotInTheBook) {
    Counter counter;
    auto const answer = counter.post(a_user(), "/api/jobs", R"({"service":"nope"})");
    EXPECT_EQ(answer.status, 404);
    EXPECT_EQ(code_of(answer), "unknown_service");
}

TEST(Enqueue, WaitsForParentsOfTheSameAccount) {
    Counter counter;
    auto const parent = base::to_text(counter.submit());
    auto const child = counter.post(
        a_user(), "/api/jobs", fmt::format(R"({{"service":"script","after":["{}"]}})", parent));
    EXPECT_EQ(child.status, 201);
    EXPECT_EQ(body_of(child).at("wait").as_string(), "parents");
    auto const other = counter.post(
        a_user("u2"), "/api/jobs", fmt::format(R"({{"service":"script","after":["{}"]}})", parent));
    EXPECT_EQ(other.status, 422);
    EXPECT_EQ(code_of(other), "unknown_parent");
}

TEST(Enqueue, KeepsWhatItDoesNotUnderstandOut) {
    Counter counter;
    for (auto const* body : {"{", "", "[]", "nope", R"({"service":"script")",
                             R"({"service":"a","service":"b"})", "{\"service\":\"\xff\"}"}) {
        auto const answer = counter.post(a_user(), "/api/jobs", body);
        EXPECT_GE(answer.status, 400) << body;
        EXPECT_LE(answer.status, 422) << body;
    }
    std::string deep(2'000, '[');
    EXPECT_EQ(code_of(counter.post(a_user(), "/api/jobs", R"({"service":)" + deep)),
              "invalid_json");
    EXPECT_TRUE(counter.desk.store->list_jobs({}).empty());
}

struct Mistake {
    std::string body;
    std::string field;
};

TEST(Enqueue, NamesTheFieldOfEachMistake) {
    Counter counter;
    for (auto const& [body, field] : {
             Mistake{R"({"service":7})", "service"},
             Mistake{R"({"service":"script","input":[1]})", "input"},
             Mistake{R"({"service":"script","priority":1.0})", "priority"},
             Mistake{R"({"service":"script","priority":1e3})", "priority"},
             Mistake{R"({"service":"script","priority":-0})", "priority"},
             Mistake{R"({"service":"script","priority":"1"})", "priority"},
             Mistake{R"({"service":"script","priority":99999999999999999999})", "priority"},
             Mistake{R"({"service":"script","priority":4294967297})", "priority"},
             Mistake{R"({"service":"script","run_at":"tomorrow"})", "run_at"},
             Mistake{R"({"service":"script","run_at":-5})", "run_at"},
             Mistake{R"({"service":"script","run_at":9223372036854775807})", "run_at"},
             Mistake{R"({"service":"script","after":"7"})", "after"},
             Mistake{R"({"service":"script","after":["x"]})", "after"},
             Mistake{R"({"service":"script","webhook":"ftp://x"})", "webhook"},
             Mistake{R"({"service":"script","queue_anyway":1})", "queue_anyway"},
             Mistake{R"({"service":"script","idempotency_key":7})", "idempotency_key"},
             Mistake{R"({"service":"script","idempotency_key":" k"})", "idempotency_key"},
         }) {
        auto const answer = counter.post(a_user(), "/api/jobs", body);
        EXPECT_EQ(answer.status, 422) << body;
        EXPECT_EQ(field_of(answer), field) << body;
    }
    EXPECT_TRUE(counter.desk.store->list_jobs({}).empty());
}

TEST(Enqueue, IsWrittenInOneTransactionWithWhatArrivesMeanwhile) {
    Counter counter;
    counter.get(a_user(), "/api/jobs");
    auto const before = counter.store.writes();
    int answered = 0;
    std::vector<jobs::Request> requests;
    for (int i = 0; i < 100; ++i) {
        boost::asio::co_spawn(
            counter.io,
            [](Counter& c) -> boost::asio::awaitable<std::size_t> {
                std::vector<jobs::Request> one{tests::request("script")};
                auto const answers = co_await c.collector.submit(std::move(one));
                co_return answers.size();
            }(counter),
            [&](std::exception_ptr const&, std::size_t count) {
                answered += static_cast<int>(count);
            });
    }
    counter.until([&] { return answered == 100; });
    EXPECT_LE(counter.store.writes() - before, 5);
    EXPECT_EQ(counter.desk.store->list_jobs({.limit = 200}).size(), 100U);
}

}  // namespace
}  // namespace tests
