// POST /api/jobs/batch.
#include <boost/json.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/face/counter.h"

namespace tests {
namespace {

boost::json::array results_of(Response const& response) {
    return body_of(response).at("results").as_array();
}

TEST(Batch, AnswersEachInOrderAndEachForItself) {
    Counter counter;
    auto const answer = counter.post(a_key(), "/api/jobs/batch", R"({"jobs":[
        {"service":"script","user_id":"u1","idempotency_key":"k"},
        {"service":"nope","user_id":"u1"},
        {"service":"script"},
        7,
        {"service":"script","user_id":"u1","idempotency_key":"k"},
        {"service":"polish","user_id":"u2"}]})");
    ASSERT_EQ(answer.status, 200);
    auto const results = results_of(answer);
    ASSERT_EQ(results.size(), 6U);
    std::vector<std::int64_t> statuses;
    for (auto const& result : results) {
        statuses.push_back(result.at("status").as_int64());
    }
    EXPECT_EQ(statuses, (std::vector<std::int64_t>{201, 404, 422, 400, 200, 201}));
    EXPECT_EQ(results[4].at("id"), results[0].at("id"));
    EXPECT_EQ(results[0].at("job").at("user_id").as_string(), "u1");
    EXPECT_EQ(results[1].at("error").at("code").as_string(), "unknown_service");
    EXPECT_EQ(results[2].at("error").at("field").as_string(), "user_id");
}

TEST(Batch, IsOneTransaction) {
    Counter counter;
    auto const before = counter.store.writes();
    std::string body = R"({"jobs":[)";
    for (int i = 0; i < 1'000; ++i) {
        body +=
            fmt::format(R"({}{{"service":"caption","input":{{"n":{}}}}})", i == 0 ? "" : ",", i);
    }
    auto const answer = counter.post(a_user(), "/api/jobs/batch", body + "]}");
    EXPECT_EQ(results_of(answer).size(), 1'000U);
    EXPECT_EQ(counter.store.writes() - before, 1);
}

TEST(Batch, HasFromOneToAThousandJobs) {
    Counter counter;
    std::string many = R"({"jobs":[{})";
    for (int i = 0; i < 1'000; ++i) {
        many += ",{}";
    }
    for (auto const& body : {std::string{"{}"}, std::string{R"({"jobs":[]})"},
                             std::string{R"({"jobs":{}})"}, many + "]}"}) {
        auto const answer = counter.post(a_user(), "/api/jobs/batch", body);
        EXPECT_EQ(answer.status, 422);
        EXPECT_EQ(body_of(answer).at("field").as_string(), "jobs");
    }
}

}  // namespace
}  // namespace tests
