// Cancel and retry.
#include <gtest/gtest.h>

#include "tests/jobs/desk.h"

namespace tests {
namespace {

using jobs::Said;
using jobs::State;
using jobs::SteerOutcome;
using jobs::Wait;

class Steer : public testing::Test {
protected:
    base::JobId started(std::string const& service = "script") {
        auto const id = desk.submit(request(service)).job->id;
        EXPECT_EQ(desk.claim("w1").at(0).outcome, jobs::StartOutcome::started);
        return id;
    }

    base::JobId failed(std::string const& service = "script") {
        auto const id = started(service);
        finish(id, Said::failed);
        return id;
    }

    void finish(base::JobId id, Said said) {
        desk.report({.job = id,
                     .attempt = desk.job(id).attempt,
                     .said = said,
                     .error = jobs::Error{.code = "broken"}});
    }

    Desk desk;
};

TEST_F(Steer, OfAnUnknownJobIsToldSo) {
    EXPECT_EQ(desk.cancel({9}).outcome, SteerOutcome::missing);
    EXPECT_EQ(desk.retry({9}).outcome, SteerOutcome::missing);
}

TEST_F(Steer, CancellingAQueuedJobChargesNothing) {
    auto const id = desk.submit(request("script")).job->id;
    EXPECT_EQ(desk.cancel(id).outcome, SteerOutcome::done);
    EXPECT_EQ(desk.job(id).state, State::cancelled);
    EXPECT_EQ(desk.job(id).finished_at, desk.now);
    EXPECT_EQ(desk.job(id).bill, jobs::Bill{});
    EXPECT_TRUE(desk.claim("w1").empty());
    EXPECT_EQ(desk.entries("u1").size(), 1U);
}

TEST_F(Steer, CancellingARunningJobRefundsInFull) {
    auto const id = started();
    EXPECT_EQ(desk.cancel(id).outcome, SteerOutcome::done);
    EXPECT_EQ(desk.job(id).state, State::cancelled);
    EXPECT_EQ(desk.job(id).bill.refunded.value, 5);
    EXPECT_EQ(desk.balance("u1"), 520);
    EXPECT_EQ(desk.report({.job = id, .attempt = 1}).outcome, jobs::ReportOutcome::stale);
}

TEST_F(Steer, CancellingWhereTheRuleIsNoneRefundsNothing) {
    auto const id = started("poster");
    desk.cancel(id);
    auto const job = desk.job(id);
    EXPECT_EQ(job.state, State::cancelled);
    EXPECT_FALSE(job.bill.open);
    EXPECT_EQ(job.bill.refunded.value, 0);
    EXPECT_EQ(job.bill.net.value, 10);
    EXPECT_EQ(desk.balance("u1"), 510);
}

TEST_F(Steer, CancellingBetweenTwoTriesRefundsWhateverTheRule) {
    for (auto const* const service : {"script", "poster"}) {
        auto const id = started(service);
        desk.report({.job = id,
                     .attempt = 1,
                     .said = Said::failed,
                     .error = jobs::Error{.retryable = true}});
        desk.cancel(id);
        EXPECT_EQ(desk.job(id).bill.refunded, desk.job(id).bill.debited);
        EXPECT_EQ(desk.balance("u1"), 520);
    }
}

TEST_F(Steer, WhatHasEndedCanNotBeCancelled) {
    auto const done = started();
    finish(done, Said::completed);
    EXPECT_EQ(desk.cancel(done).outcome, SteerOutcome::wrong_state);
    auto const broken = failed();
    EXPECT_EQ(desk.cancel(broken).outcome, SteerOutcome::wrong_state);
    auto const cancelled = started();
    desk.cancel(cancelled);
    EXPECT_EQ(desk.cancel(cancelled).outcome, SteerOutcome::wrong_state);
    EXPECT_EQ(desk.balance("u1"), 515);
}

TEST_F(Steer, RetryOpensASecondChargeAndIsNeverFree) {
    auto const id = failed();
    EXPECT_EQ(desk.balance("u1"), 520);
    EXPECT_EQ(desk.retry(id).outcome, SteerOutcome::done);
    EXPECT_EQ(desk.job(id).state, State::queued);
    EXPECT_EQ(desk.balance("u1"), 520);  // nothing until it starts
    desk.claim("w1");
    auto job = desk.job(id);
    EXPECT_EQ(job.attempt, 2);
    EXPECT_EQ(job.bill.charge, 2);
    EXPECT_EQ(job.bill.refunded.value, 0);
    EXPECT_EQ(desk.balance("u1"), 515);
    finish(id, Said::completed);
    job = desk.job(id);
    EXPECT_EQ(job.bill.settled.value, 5);
    EXPECT_EQ(job.bill.net.value, 5);
    EXPECT_EQ(desk.balance("u1"), 515);
}

TEST_F(Steer, ARetryThatFailsIsRefundedToo) {
    auto const id = failed();
    desk.retry(id);
    desk.claim("w1");
    finish(id, Said::failed);
    EXPECT_EQ(desk.job(id).bill.net.value, 0);
    EXPECT_EQ(desk.balance("u1"), 520);
}

TEST_F(Steer, RetryKeepsTheFrozenPrice) {
    auto const id = failed();
    desk.book.services["script"][0].terms.credits = {50};
    desk.retry(id);
    desk.claim("w1");
    EXPECT_EQ(desk.job(id).bill.debited.value, 5);
}

TEST_F(Steer, RetryBeginsItsCountsAnew) {
    desk.rules.defaults.max_attempts = 1;
    auto const id = failed();
    EXPECT_EQ(desk.job(id).failures, 1);
    desk.retry(id);
    auto const job = desk.job(id);
    EXPECT_EQ(job.failures, 0);
    EXPECT_EQ(job.losses, 0);
    EXPECT_EQ(job.error, std::nullopt);
    EXPECT_EQ(job.finished_at, std::nullopt);
    EXPECT_EQ(job.task, "");
}

TEST_F(Steer, RetryNeedsTheFunds) {
    auto const id = failed();
    desk.spend("u1", {.amount = {516}});
    auto const answer = desk.retry(id);
    EXPECT_EQ(answer.outcome, SteerOutcome::insufficient_credits);
    EXPECT_EQ(answer.required.value, 5);
    EXPECT_EQ(answer.balance.value, 4);
    EXPECT_EQ(desk.job(id).state, State::failed);
}

TEST_F(Steer, ACancelledJobCanBeRetried) {
    auto const id = started();
    desk.cancel(id);
    EXPECT_EQ(desk.retry(id).outcome, SteerOutcome::done);
    desk.claim("w1");
    EXPECT_EQ(desk.job(id).bill.charge, 2);
}

TEST_F(Steer, AnotherRunAfterAKeptChargeIsCountedInWhatWasPaid) {
    auto const id = started("poster");
    desk.cancel(id);
    desk.retry(id);
    desk.claim("w1");
    finish(id, Said::completed);
    EXPECT_EQ(desk.job(id).bill.settled.value, 10);
    EXPECT_EQ(desk.job(id).bill.net.value, 20);
    EXPECT_EQ(desk.balance("u1"), 500);
}

TEST_F(Steer, RetryOfWhatNeverFailedIsRefused) {
    auto const queued = desk.submit(request("script")).job->id;
    EXPECT_EQ(desk.retry(queued).outcome, SteerOutcome::wrong_state);
    desk.claim("w1");
    EXPECT_EQ(desk.retry(queued).outcome, SteerOutcome::wrong_state);
    finish(queued, Said::completed);
    EXPECT_EQ(desk.retry(queued).outcome, SteerOutcome::wrong_state);
}

TEST_F(Steer, APrunedJobHasNoInputToRetryWith) {
    auto const id = failed();
    desk.now += Millis{1};
    EXPECT_EQ(desk.prune(desk.now), 1);
    EXPECT_EQ(desk.retry(id).outcome, SteerOutcome::wrong_state);
}

TEST_F(Steer, RetryOfAFreeJobIsAnotherRunForTheProvider) {
    auto const id = failed("caption");
    auto const before = desk.job(id).bill.charge;
    desk.retry(id);
    EXPECT_GT(desk.job(id).bill.charge, before);
    desk.claim("w1");
    finish(id, Said::completed);
    EXPECT_EQ(desk.entries("u1").size(), 1U);
}

TEST_F(Steer, ARetryThatIsWaivedIsAnotherRunForTheProvider) {
    auto const id = failed("polish");
    EXPECT_EQ(desk.job(id).bill.charge, 1);
    desk.change_account(
        "u1", [&](auto& account) { account.member_until = desk.now + std::chrono::days{1}; });
    desk.retry(id);
    desk.claim("w1");
    EXPECT_EQ(desk.job(id).bill.waived.value, 1);
    EXPECT_EQ(desk.job(id).bill.charge, 2);
    finish(id, Said::completed);
    EXPECT_EQ(desk.job(id).bill.net.value, 0);
    EXPECT_EQ(desk.balance("u1"), 520);
}

TEST_F(Steer, RetryOfAChildWaitsForItsParentsAgain) {
    auto const parent = started();
    auto child = request("script");
    child.after = {parent};
    auto const id = desk.submit(child).job->id;
    finish(parent, Said::failed);
    desk.wake();
    ASSERT_EQ(desk.job(id).state, State::cancelled);
    desk.retry(parent);
    desk.retry(id);
    EXPECT_EQ(desk.job(id).wait, Wait::parents);
    ASSERT_EQ(desk.claim("w1", 10).size(), 1U);
    finish(parent, Said::completed);
    desk.wake();
    ASSERT_EQ(desk.claim("w1", 10).size(), 1U);
    EXPECT_EQ(desk.job(id).state, State::processing);
}

class Doubt : public Steer {
protected:
    // A job that may have been submitted, and waits for somebody who knows.
    base::JobId parked(std::string const& task = "") {
        auto const id = started();
        if (!task.empty()) {
            desk.report({.job = id, .attempt = 1, .said = Said::submitted, .task = task});
        }
        desk.report({.job = id, .attempt = 1, .said = Said::parked, .note = "no answer"});
        return id;
    }

    jobs::Steered rule(base::JobId id, jobs::Ruling const& what) {
        jobs::Steered steered;
        desk.store->transact(jobs::load_for_cancel(id), [&](jobs::Batch& batch) {
            steered = jobs::settle_doubt(batch, id, what, desk.rules);
        });
        EXPECT_EQ(desk.audit(), "");
        return steered;
    }

    std::string last_detail(base::JobId id) {
        return desk.store->story_of(id)->events.back().detail;
    }
};

using enum jobs::Ruling::Verdict;

TEST_F(Doubt, WhatWasNotSubmittedIsSubmitted) {
    auto const id = parked();
    EXPECT_EQ(rule(id, {.verdict = submit, .who = "ann"}).outcome, SteerOutcome::done);
    EXPECT_EQ(desk.job(id).state, State::queued);
    EXPECT_EQ(desk.job(id).failures, 0);
    EXPECT_FALSE(desk.job(id).parked);
    EXPECT_EQ(last_detail(id), "submit by ann");
}

TEST_F(Doubt, WhatWasSubmittedIsAskedAbout) {
    auto const id = parked();
    EXPECT_EQ(rule(id, {.verdict = task, .task = "t9"}).outcome, SteerOutcome::done);
    EXPECT_EQ(desk.job(id).task, "t9");
    EXPECT_TRUE(desk.job(id).bill.open);
    EXPECT_EQ(last_detail(id), "task t9");
}

TEST_F(Doubt, WhatIsGivenUpIsRefunded) {
    auto const id = parked();
    EXPECT_EQ(rule(id, {.verdict = fail}).outcome, SteerOutcome::done);
    EXPECT_EQ(desk.job(id).state, State::failed);
    EXPECT_EQ(desk.balance("u1"), 520);
    EXPECT_EQ(rule(id, {.verdict = fail}).outcome, SteerOutcome::wrong_state);
}

TEST_F(Doubt, ATaskThatItsProviderLostCountsAsATryAndIsWatched) {
    auto const id = parked("t1");
    EXPECT_EQ(rule(id, {.verdict = submit}).outcome, SteerOutcome::done);
    EXPECT_EQ(desk.job(id).failures, 1);
    EXPECT_EQ(desk.job(id).task, "");
}

TEST_F(Doubt, ATaskThatIsConfirmedIsNoTry) {
    auto const same = parked("t2");
    EXPECT_EQ(rule(same, {.verdict = task, .task = "t2"}).outcome, SteerOutcome::done);
    EXPECT_EQ(desk.job(same).failures, 0);
}

TEST_F(Doubt, OnlyAJobInDoubtIsDecidedAbout) {
    EXPECT_EQ(rule({99}, {}).outcome, SteerOutcome::missing);
    auto const id = started();
    EXPECT_EQ(rule(id, {.verdict = fail}).outcome, SteerOutcome::wrong_state);
    desk.report({.job = id, .attempt = 1, .said = Said::unknown});
    EXPECT_EQ(rule(id, {.verdict = submit}).outcome, SteerOutcome::wrong_state);  // just now
    EXPECT_EQ(rule(id, {.verdict = task, .task = "t1"}).outcome, SteerOutcome::done);
}

}  // namespace
}  // namespace tests
