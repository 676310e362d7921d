// Inputs whose length is the price: measured before anything is submitted, in nobody's way.
#include <atomic>
#include <chrono>
#include <thread>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "tests/face/counter.h"

namespace tests {

namespace {

// Measures as the test says; "bad" can't be.
worker::http::InputRule rule(std::atomic<int>& measured) {
    return {.asks = [](std::string const& service) { return service == "script"; },
            .measure = [&measured](jobs::Request& request) -> std::optional<wire::Refusal> {
                measured += 1;
                if (request.input.find("bad") == std::string::npos) {
                    return std::nullopt;
                }
                return wire::unmeasurable("input.audio",
                                          {.code = "unmeasurable_input", .message = "no audio"});
            }};
}

}  // namespace

TEST(Inputs, AreMeasuredBeforeAJobIsMade) {
    std::atomic<int> measured = 0;
    Counter counter{rule(measured)};
    auto const refused =
        counter.post(a_user(), "/api/jobs", R"({"service": "script", "input": {"audio": "bad"}})");
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(code_of(refused), "unmeasurable_input");
    EXPECT_EQ(body_of(refused).at("field").as_string(), "input.audio");
    EXPECT_TRUE(counter.desk.store->list_jobs({}).empty());
    auto const taken = counter.post(a_user(), "/api/jobs", R"({"service": "script"})");
    EXPECT_EQ(taken.status, 201);
    EXPECT_EQ(measured, 2);
}

TEST(Inputs, OfABatchStandEachForItself) {
    std::atomic<int> measured = 0;
    Counter counter{rule(measured)};
    auto const answer = counter.post(a_user(), "/api/jobs/batch", R"({"jobs": [
        {"service": "script"}, {"service": "script", "input": {"audio": "bad"}},
        {"service": "nothing"}, {"service": "script"}]})");
    auto const results = body_of(answer).at("results").as_array();
    ASSERT_EQ(results.size(), 4U);
    EXPECT_EQ(results[0].at("status").as_int64(), 201);
    EXPECT_EQ(results[1].at("status").as_int64(), 422);
    EXPECT_EQ(results[1].at("error").at("code").as_string(), "unmeasurable_input");
    EXPECT_EQ(results[2].at("status").as_int64(), 404);
    EXPECT_EQ(results[3].at("status").as_int64(), 201);
    EXPECT_EQ(measured, 3);
}

TEST(Inputs, ThatTakeLongKeepNobodyElseWaiting) {
    std::atomic<bool> hold = true;
    Counter counter{{.asks = [](std::string const& service) { return service == "script"; },
                     .measure = [&hold](jobs::Request&) -> std::optional<wire::Refusal> {
                         while (hold) {
                             std::this_thread::sleep_for(std::chrono::milliseconds{1});
                         }
                         return std::nullopt;
                     }}};
    int answered = 0;
    for (int i = 0; i < 8; ++i) {
        counter.begin(a_user(), "POST", "/api/jobs",
                      {.body = R"({"service": "script"})", .headers = {}},
                      [&](Response const& answer) { answered += answer.status == 201 ? 1 : 0; });
    }
    EXPECT_EQ(counter.get(a_user(), "/api/jobs").status, 200);
    EXPECT_EQ(answered, 0);
    hold = false;
    counter.until([&] { return answered == 8; });
}

}  // namespace tests
