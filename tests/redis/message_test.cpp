// From a message of the stream to a job, or to the reason why not.
#include <gtest/gtest.h>

#include "tests/redis/support.h"

using adapters::redis::Message;
using adapters::redis::Verdict;
using tests::Counter;

namespace {

Message message(std::string const& id, std::vector<std::pair<std::string, std::string>> fields) {
    return {.id = id, .fields = std::move(fields)};
}

Verdict only(Counter& counter, std::vector<std::pair<std::string, std::string>> fields) {
    return counter.desk.take({message("1-1", std::move(fields))}).at(0);
}

std::string detail(std::vector<std::pair<std::string, std::string>> fields) {
    Counter counter;
    auto const verdict = only(counter, std::move(fields));
    EXPECT_EQ(verdict.kind, Verdict::Kind::dead);
    EXPECT_EQ(verdict.code, "invalid_request");
    EXPECT_TRUE(counter.jobs().empty());
    return verdict.detail;
}

}  // namespace

constexpr auto a_trace = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01";

TEST(IntakeMessage, TakesAMessageWhoseTraceIsNotValid) {
    Counter counter;
    auto const verdicts = counter.desk.take(
        {message("1-1", {{"service", "script"}, {"user", "u1"}, {"traceparent", "00-0-0-0"}})});
    EXPECT_EQ(verdicts[0].kind, Verdict::Kind::taken);
    EXPECT_EQ(counter.jobs().at(0).trace, "");
}

TEST(IntakeMessage, MakesTheJobThatItDescribes) {
    Counter counter;
    auto const verdicts = counter.desk.take(
        {message("1-1", {{"service", "script"}, {"user", "u1"}, {"key", "first"}}),
         message("1-2", {{"service", "tts"},
                         {"user_id", "u1"},
                         {"input", R"({"text":"hello"})"},
                         {"priority", "-3"},
                         {"run_at", "4000000000000"},
                         {"after", "1"},
                         {"trace", a_trace},
                         {"queue_anyway", "true"}})});
    EXPECT_EQ(verdicts[0].kind, Verdict::Kind::taken);
    // A parent must have been there before, so this one is refused: each stands alone.
    EXPECT_EQ(verdicts[1].code, "unknown_parent");
    auto const again = counter.desk.take({message("1-3", {{"service", "tts"},
                                                          {"user_id", "u1"},
                                                          {"input", R"({"text":"hello"})"},
                                                          {"priority", "-3"},
                                                          {"run_at", "4000000000000"},
                                                          {"traceparent", a_trace},
                                                          {"after", "1"}})});
    EXPECT_EQ(again[0].kind, Verdict::Kind::taken) << again[0].detail;
    auto const jobs = counter.jobs();
    ASSERT_EQ(jobs.size(), 2U);
    EXPECT_EQ(jobs[0].service, "tts");
    EXPECT_EQ(jobs[0].priority, -3);
    EXPECT_EQ(jobs[0].trace, a_trace);
    EXPECT_EQ(base::to_ms(jobs[0].run_at), 4'000'000'000'000);
    EXPECT_EQ(jobs[0].after, std::vector{jobs[1].id});
    EXPECT_EQ(jobs[0].key, "intake:1-3");
    EXPECT_EQ(jobs[1].key, "first");
}

TEST(IntakeMessage, DeliveredTwiceIsOneJobWithAKeyOrWithout) {
    Counter counter;
    auto const plain = message("5-0", {{"service", "script"}, {"user", "u1"}});
    auto const keyed = message("5-1", {{"service", "script"}, {"user", "u1"}, {"key", "k"}});
    for (auto const& verdict : counter.desk.take({plain, keyed, plain, keyed})) {
        EXPECT_EQ(verdict.kind, Verdict::Kind::taken);
    }
    counter.desk.take({plain, keyed});
    EXPECT_EQ(counter.jobs().size(), 2U);
}

TEST(IntakeMessage, WhatIsWrongWithItIsNamed) {
    EXPECT_TRUE(detail({{"user", "u1"}}).contains("service is missing"));
    EXPECT_TRUE(detail({{"service", "script"}}).contains("user is missing"));
    EXPECT_TRUE(detail({{"service", "script"}, {"user", "u1"}, {"input", "[1"}}).contains("JSON"));
    EXPECT_TRUE(detail({{"service", "script"}, {"user", "u1"}, {"input", "[]"}}).contains("input"));
    EXPECT_TRUE(
        detail({{"service", "script"}, {"user", "u1"}, {"priority", "high"}}).contains("priority"));
    EXPECT_TRUE(
        detail({{"service", "script"}, {"user", "u1"}, {"run_at", "soon"}}).contains("run_at"));
    EXPECT_TRUE(
        detail({{"service", "script"}, {"user", "u1"}, {"after", "1,x"}}).contains("after"));
    EXPECT_TRUE(
        detail({{"service", "script"}, {"user", "u1"}, {"queue_anyway", "si"}}).contains("true"));
    EXPECT_TRUE(detail({{"service", "script"}, {"user", "u1"}, {"userid", "x"}})
                    .contains("userid is not a field"));
    EXPECT_TRUE(
        detail({{"service", "script"}, {"user", "u1"}, {"user_id", "u2"}}).contains("given twice"));
    EXPECT_TRUE(detail({{"service", "script"},
                        {"user", "u1"},
                        {"input", R"({"topic":")" + std::string(70'000, 'x') + "\"}"}})
                    .contains("larger than 65536"));
    EXPECT_TRUE(detail({{"service", "script"}, {"user", "u1"}, {"x", std::string(2 << 20, 'x')}})
                    .contains("larger than 1048576"));
}

TEST(IntakeMessage, RefusalsKeepTheirCode) {
    Counter counter;
    EXPECT_EQ(only(counter, {{"service", "nope"}, {"user", "u1"}}).code, "unknown_service");
    EXPECT_EQ(only(counter, {{"service", "voice_clone"}, {"user", "u1"}, {"key", "1"}}).code, "");
    counter.desk.take({message("1-2", {{"service", "voice_clone"}, {"user", "u1"}})});
    // Nothing is charged before the start, so only a job beyond the whole balance is refused.
    counter.settings.rules.guards.job_cap = {100};
    EXPECT_EQ(only(counter, {{"service", "voice_clone"}, {"user", "u1"}, {"key", "3"}}).code,
              "over_job_cap");
    EXPECT_EQ(only(counter, {{"service", "script"}, {"user", "u1"}, {"key", "1"}}).code,
              "idempotency_conflict");
}
