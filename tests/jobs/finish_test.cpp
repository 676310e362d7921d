// How an attempt ends: settled, refunded, or tried again.
#include <algorithm>

#include <gtest/gtest.h>

#include "jobs/backoff.h"
#include "tests/jobs/attempt_test.h"

namespace tests {
namespace {

using jobs::ReportOutcome;
using jobs::Said;
using jobs::State;
using jobs::Wait;

class Finish : public AttemptTest {};

TEST_F(Finish, CompletedKeepsTheResultAndTheQuotedPrice) {
    auto const id = started();
    desk.now += Millis{700};
    EXPECT_EQ(complete(id, Millis{7'400}), ReportOutcome::ended);
    auto const job = desk.job(id);
    EXPECT_EQ(job.state, State::completed);
    EXPECT_EQ(job.result, R"({"ok":true})");
    EXPECT_EQ(job.duration, Millis{7'400});
    EXPECT_EQ(job.finished_at, desk.now);
    EXPECT_EQ(job.lease_until, std::nullopt);
    EXPECT_EQ(job.worker, "");
    EXPECT_FALSE(job.bill.open);
    EXPECT_EQ(job.bill.settled.value, 5);
    EXPECT_EQ(job.bill.net.value, 5);
    EXPECT_EQ(desk.balance("u1"), 515);
    EXPECT_EQ(desk.entries("u1").size(), 2U);
}

TEST_F(Finish, CompletedSettlesOnTheMeasuredDuration) {
    auto const id = started_tts();
    EXPECT_EQ(desk.balance("u1"), 510);
    complete(id, Millis{7'400});
    EXPECT_EQ(desk.job(id).bill.settled.value, 8);
    EXPECT_EQ(desk.job(id).bill.debited.value, 10);
    EXPECT_EQ(desk.job(id).bill.refunded.value, 0);
    EXPECT_EQ(desk.balance("u1"), 512);
}

TEST_F(Finish, WithoutAMeasuredDurationTheQuoteStands) {
    auto const id = started_tts();
    EXPECT_EQ(desk.report({.job = id, .attempt = 1, .said = Said::completed}).outcome,
              ReportOutcome::ended);
    EXPECT_EQ(desk.job(id).bill.settled.value, 10);
    EXPECT_EQ(desk.balance("u1"), 510);
}

TEST_F(Finish, AnOverrunIsAbsorbedChargedOrOwed) {
    desk.rules.signup_gift = {12};
    auto const tts = started_tts("tts");
    complete(tts, Millis{20'000});
    EXPECT_EQ(desk.job(tts).bill.settled.value, 10);
    EXPECT_EQ(desk.job(tts).bill.absorbed.value, 10);
    EXPECT_EQ(desk.balance("u1"), 2);

    auto song = request("song", "u2");
    song.usage.characters = 30;
    auto const charged = started(song);
    complete(charged, Millis{20'000});
    EXPECT_EQ(desk.job(charged).bill.settled.value, 12);
    EXPECT_EQ(desk.job(charged).bill.absorbed.value, 8);
    EXPECT_EQ(desk.job(charged).bill.net.value, 12);
    EXPECT_EQ(desk.balance("u2"), 0);

    auto opera = request("opera", "u3");
    opera.usage.characters = 30;
    auto const owed = started(opera);
    complete(owed, Millis{20'000});
    EXPECT_EQ(desk.job(owed).bill.settled.value, 20);
    EXPECT_EQ(desk.job(owed).bill.absorbed.value, 0);
    EXPECT_EQ(desk.balance("u3"), -8);
}

TEST_F(Finish, AnAbsurdDurationLeavesTheQuote) {
    auto const id = started_tts("opera");
    complete(id, Millis{-5});
    EXPECT_EQ(desk.job(id).bill.settled.value, 10);
    EXPECT_EQ(desk.balance("u1"), 510);
}

TEST_F(Finish, TheSameFinishTwiceIsAnsweredAsTheFirstTime) {
    auto const id = started_tts();
    EXPECT_EQ(complete(id, Millis{7'400}), ReportOutcome::ended);
    EXPECT_EQ(complete(id, Millis{7'400}), ReportOutcome::ended);
    EXPECT_EQ(desk.entries("u1").size(), 3U);
    auto const failing = started();
    EXPECT_EQ(fail(failing, final_error), ReportOutcome::ended);
    EXPECT_EQ(fail(failing, final_error), ReportOutcome::ended);
    EXPECT_EQ(desk.balance("u1"), 512);
    auto const retried = started();
    EXPECT_EQ(fail(retried, retryable), ReportOutcome::requeued);
    EXPECT_EQ(fail(retried, retryable), ReportOutcome::requeued);
    EXPECT_EQ(desk.job(retried).failures, 1);
}

TEST_F(Finish, AFinalFailureRefundsAtOnce) {
    auto const id = started();
    EXPECT_EQ(fail(id, final_error), ReportOutcome::ended);
    auto const job = desk.job(id);
    EXPECT_EQ(job.state, State::failed);
    EXPECT_EQ(job.error, final_error);
    EXPECT_EQ(job.bill.refunded.value, 5);
    EXPECT_EQ(job.bill.net.value, 0);
    EXPECT_EQ(desk.balance("u1"), 520);
}

TEST_F(Finish, ARetryableFailureKeepsTheChargeAndBacksOff) {
    auto const id = started();
    EXPECT_EQ(fail(id, retryable), ReportOutcome::requeued);
    auto const job = desk.job(id);
    EXPECT_EQ(job.state, State::queued);
    EXPECT_EQ(job.wait, Wait::time);
    EXPECT_EQ(job.failures, 1);
    EXPECT_TRUE(job.bill.open);
    EXPECT_EQ(job.lease_until, std::nullopt);
    EXPECT_EQ(desk.balance("u1"), 515);
    EXPECT_TRUE(desk.claim("w1").empty());
    desk.now = job.run_at - Millis{1};
    EXPECT_EQ(desk.wake().ready, 0);
    next_attempt(id);
    EXPECT_EQ(desk.job(id).attempt, 2);
    EXPECT_EQ(desk.balance("u1"), 515);
}

TEST_F(Finish, TheLastTryFailsForGoodAndRefundsOnce) {
    desk.rules.defaults.max_attempts = 3;
    auto const id = started();
    EXPECT_EQ(fail(id, retryable), ReportOutcome::requeued);
    next_attempt(id);
    EXPECT_EQ(fail(id, retryable), ReportOutcome::requeued);
    next_attempt(id);
    EXPECT_EQ(fail(id, retryable), ReportOutcome::ended);
    EXPECT_EQ(desk.job(id).state, State::failed);
    EXPECT_EQ(desk.job(id).attempt, 3);
    EXPECT_EQ(desk.balance("u1"), 520);
    EXPECT_EQ(desk.entries("u1").size(), 3U);
}

TEST_F(Finish, AServiceHasItsOwnNumberOfTries) {
    desk.rules.services["script"].max_attempts = 1;
    auto const id = started();
    EXPECT_EQ(fail(id, retryable), ReportOutcome::ended);
}

TEST_F(Finish, BackoffDoublesWithinItsBoundsUpToItsCap) {
    jobs::ServiceRules const rules{.backoff = Millis{2'000}, .backoff_cap = Millis{10'000}};
    std::vector<std::int64_t> const longest = {2'000, 4'000, 8'000, 10'000, 10'000};
    bool jitters = false;
    for (std::int64_t id = 1; id <= 200; ++id) {
        for (int failures = 1; failures <= 5; ++failures) {
            auto const wait = jobs::backoff({.id = {id}, .failures = failures}, rules).count();
            auto const most = longest[static_cast<std::size_t>(failures) - 1];
            EXPECT_LE(wait, most);
            EXPECT_GE(wait, most - most / 4);
            jitters = jitters || wait != most;
            EXPECT_EQ(wait, jobs::backoff({.id = {id}, .failures = failures}, rules).count());
        }
    }
    EXPECT_TRUE(jitters);
}

TEST_F(Finish, BackoffSurvivesAnAbsurdNumberOfFailures) {
    jobs::ServiceRules const rules;
    auto const wait = jobs::backoff({.id = {1}, .failures = 1'000'000}, rules);
    EXPECT_LE(wait, rules.backoff_cap);
    EXPECT_GT(wait, Millis{0});
}

TEST_F(Finish, ALateResultIsRecordedAndNotCharged) {
    auto const id = started();
    desk.cancel(id);
    EXPECT_EQ(desk.balance("u1"), 520);
    EXPECT_EQ(complete(id, Millis{3'000}), ReportOutcome::stale);
    auto const job = desk.job(id);
    EXPECT_TRUE(job.late_result);
    EXPECT_EQ(job.state, State::cancelled);
    EXPECT_EQ(job.result, "");
    EXPECT_EQ(desk.balance("u1"), 520);
    complete(id, Millis{3'000});
    auto const story = desk.store->story_of(id);
    EXPECT_EQ(std::ranges::count(story->events, "late_result", &jobs::Event::kind), 1);
}

TEST_F(Finish, AVerdictInTimeCountsEvenAtTheDeadline) {
    desk.rules.defaults.deadline = Millis{60'000};
    auto const id = started();
    desk.now += Millis{60'000};
    EXPECT_EQ(complete(id, Millis{0}), ReportOutcome::ended);
    EXPECT_EQ(desk.job(id).state, State::completed);
}

TEST_F(Finish, PastTheDeadlineARetryableFailureIsFinal) {
    desk.rules.defaults.deadline = Millis{60'000};
    auto const id = started();
    desk.now += Millis{60'000};
    EXPECT_EQ(fail(id, retryable), ReportOutcome::ended);
    EXPECT_EQ(desk.balance("u1"), 520);
}

TEST_F(Finish, AFailureForgetsTheTask) {
    auto const id = started();
    desk.report({.job = id, .attempt = 1, .said = Said::submitted, .task = "t-1"});
    fail(id, retryable);
    EXPECT_EQ(desk.job(id).task, "");
}

}  // namespace
}  // namespace tests
