// The shapes that every face shows.
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "wire/json.h"

namespace wire {
namespace {

namespace json = boost::json;

jobs::Job a_job() {
    return {.id = {12},
            .account = {3},
            .user = "ann",
            .service = "tts",
            .state = jobs::State::queued,
            .created_at = base::from_ms(1'000),
            .run_at = base::from_ms(1'000),
            .terms = {.mode = pricing::Mode::duration, .per_second = {250'000}},
            .version = "abc",
            .quoted = {20}};
}

ledger::Wallet a_wallet() {
    ledger::Wallet wallet;
    wallet.account = {.id = {3},
                      .user = "ann",
                      .balance = {520},
                      .totals = {.recharged = {600}, .consumed = {90}, .refunded = {10}}};
    wallet.grants = {{.number = 1,
                      .kind = ledger::Kind::signup,
                      .amount = {520},
                      .remaining = {500},
                      .effective_at = base::from_ms(5)},
                     {.number = 2,
                      .kind = ledger::Kind::bonus,
                      .amount = {80},
                      .remaining = {20},
                      .effective_at = base::from_ms(5),
                      .expires_at = base::from_ms(900),
                      .service = "tts"}};
    return wallet;
}

TEST(JobJson, AQueuedJobHasItsPriceAndNoEnd) {
    auto const out = job_json(a_job()).as_object();
    EXPECT_EQ(out.at("id").as_string(), "12");
    EXPECT_EQ(out.at("state").as_string(), "queued");
    EXPECT_EQ(out.at("user_id").as_string(), "ann");
    EXPECT_EQ(out.at("created_at").as_int64(), 1'000);
    EXPECT_TRUE(out.at("started_at").is_null());
    EXPECT_TRUE(out.at("finished_at").is_null());
    auto const& price = out.at("price").as_object();
    EXPECT_EQ(price.at("mode").as_string(), "duration");
    EXPECT_EQ(price.at("version").as_string(), "abc");
    EXPECT_EQ(price.at("quoted").as_int64(), 20);
    EXPECT_EQ(price.at("per_second").as_double(), 0.25);
    for (auto const* const absent : {"duration_ms", "result", "error", "provider"}) {
        EXPECT_FALSE(out.contains(absent)) << absent;
    }
}

TEST(JobJson, AWholeRateIsAnInteger) {
    auto job = a_job();
    job.terms.per_second = {5'000'000};
    EXPECT_EQ(job_json(job).at("price").at("per_second").as_int64(), 5);
    job.terms.mode = pricing::Mode::fixed;
    EXPECT_FALSE(job_json(job).at("price").as_object().contains("per_second"));
}

TEST(JobJson, AnEndedJobHasItsBillAndItsResult) {
    auto job = a_job();
    job.state = jobs::State::completed;
    job.started_at = base::from_ms(1'100);
    job.finished_at = base::from_ms(1'200);
    job.bill = {.charge = 1, .debited = {20}, .settled = {17}, .net = {17}};
    job.duration = base::Millis{17'000};
    job.result = R"({"file":"a.wav"})";
    job.provider = "demo";
    auto const out = job_json(job).as_object();
    EXPECT_EQ(out.at("charge").at("debited").as_int64(), 20);
    EXPECT_EQ(out.at("charge").at("settled").as_int64(), 17);
    EXPECT_EQ(out.at("charge").at("refunded").as_int64(), 0);
    EXPECT_EQ(out.at("charge").at("waived").as_int64(), 0);
    EXPECT_EQ(out.at("charge").at("net").as_int64(), 17);
    EXPECT_EQ(out.at("duration_ms").as_int64(), 17'000);
    EXPECT_EQ(out.at("result").at("file").as_string(), "a.wav");
    EXPECT_EQ(out.at("provider").as_string(), "demo");
    EXPECT_EQ(out.at("finished_at").as_int64(), 1'200);
}

TEST(JobJson, AMeasuredJobSaysHow) {
    auto job = a_job();
    job.measurement = jobs::Measurement{.samples = 175'200,
                                        .rate = 24'000,
                                        .basis = jobs::Basis::trimmed,
                                        .codec = "mp3",
                                        .note = "2 segments"};
    job.duration = jobs::duration_of(*job.measurement);
    auto const out = job_json(job).as_object();
    EXPECT_EQ(out.at("duration_ms").as_int64(), 7'300);
    EXPECT_EQ(boost::json::serialize(out.at("measurement")),
              R"({"samples":175200,"rate":24000,"basis":"trimmed","codec":"mp3","of":"output",)"
              R"("exact":true,"truncated":false,"note":"2 segments"})");
    EXPECT_FALSE(job_json(a_job()).as_object().contains("measurement"));
}

TEST(JobJson, AJobOfATraceSaysWhich) {
    auto job = a_job();
    EXPECT_FALSE(job_json(job).as_object().contains("traceparent"));
    job.trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    EXPECT_EQ(job_json(job).at("traceparent").as_string(), job.trace);
}

TEST(JobJson, AFailedJobSaysWhy) {
    auto job = a_job();
    job.state = jobs::State::failed;
    job.error = jobs::Error{.code = "provider_failed", .message = "no voice", .retryable = true};
    auto const error = job_json(job).at("error");
    EXPECT_EQ(error.at("code").as_string(), "provider_failed");
    EXPECT_EQ(error.at("message").as_string(), "no voice");
    EXPECT_TRUE(error.at("retryable").as_bool());
}

TEST(JobJson, AResultThatIsNotJsonIsShownAsText) {
    auto job = a_job();
    job.result = "{broken";
    EXPECT_EQ(job_json(job).at("result").as_string(), "{broken");
}

TEST(AccountJson, ShowsWhatCanBeSpentNow) {
    auto const before = account_json(a_wallet(), base::from_ms(899)).as_object();
    EXPECT_EQ(before.at("balance").as_int64(), 520);
    auto const after = account_json(a_wallet(), base::from_ms(900)).as_object();
    EXPECT_EQ(after.at("balance").as_int64(), 500);
    EXPECT_EQ(after.at("totals").at("recharged").as_int64(), 600);
    EXPECT_EQ(after.at("totals").at("expired").as_int64(), 0);
    EXPECT_TRUE(after.contains("tier"));
    EXPECT_FALSE(after.contains("member_until"));
}

TEST(AccountJson, ListsItsGrants) {
    auto const out = account_json(a_wallet(), base::from_ms(10));
    auto const& grants = out.at("grants").as_array();
    ASSERT_EQ(grants.size(), 2U);
    EXPECT_EQ(grants[0].at("id").as_string(), "3-1");
    EXPECT_EQ(grants[0].at("kind").as_string(), "signup");
    EXPECT_EQ(grants[0].at("remaining").as_int64(), 500);
    EXPECT_FALSE(grants[0].as_object().contains("expires_at"));
    EXPECT_EQ(grants[1].at("expires_at").as_int64(), 900);
}

TEST(EntryJson, HasTheNamesOfTheHistory) {
    auto const out = entry_json({.account = {3},
                                 .seq = 4,
                                 .kind = ledger::Kind::consume,
                                 .amount = {-7},
                                 .balance_after = {93},
                                 .job = {12},
                                 .charge = 1,
                                 .note = "tts",
                                 .recorded_at = base::from_ms(50),
                                 .effective_at = base::from_ms(40),
                                 .draws = {{1, {-5}}, {0, {-2}}}})
                         .as_object();
    EXPECT_EQ(out.at("id").as_string(), "3-4");
    EXPECT_EQ(out.at("action").as_string(), "consume");
    EXPECT_EQ(out.at("amount").as_int64(), -7);
    EXPECT_EQ(out.at("balanceAfter").as_int64(), 93);
    EXPECT_EQ(out.at("description").as_string(), "tts");
    EXPECT_EQ(out.at("createdAt").as_int64(), 50);
    EXPECT_EQ(out.at("job").as_string(), "12");
    EXPECT_EQ(out.at("draws").at(0).at("grant").as_string(), "3-1");
    EXPECT_EQ(out.at("draws").at(1).at("grant").as_string(), "debt");
}

}  // namespace
}  // namespace wire
