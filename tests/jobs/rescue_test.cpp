// Jobs whose worker was lost.
#include <gtest/gtest.h>

#include "tests/jobs/desk.h"

namespace tests {
namespace {

using jobs::Said;
using jobs::State;
using jobs::Wait;

class Rescue : public testing::Test {
protected:
    base::JobId started(std::string const& worker = "w1") {
        auto const id = desk.submit(request("script")).job->id;
        desk.claim(worker);
        return id;
    }

    // The worker that holds the job dies, and the next one takes it.
    void lose(base::JobId id) {
        auto const worker = desk.job(id).worker;
        desk.kill(worker);
        desk.rescue();
        if (desk.job(id).state == State::queued) {
            EXPECT_EQ(desk.claim("w" + std::to_string(desk.job(id).attempt + 1)).size(), 1U);
        }
    }

    Desk desk;
};

TEST_F(Rescue, LeavesALiveJobAlone) {
    auto const id = started();
    desk.now += desk.rules.lease - Millis{1};
    EXPECT_EQ(desk.rescue().requeued, 0);
    EXPECT_EQ(desk.job(id).state, State::processing);
}

TEST_F(Rescue, TakesAJobWhoseLeaseIsOver) {
    auto const id = started();
    desk.now += desk.rules.lease;
    EXPECT_EQ(desk.rescue().requeued, 1);
    auto const job = desk.job(id);
    EXPECT_EQ(job.state, State::queued);
    EXPECT_EQ(job.wait, Wait::none);
    EXPECT_EQ(job.worker, "");
    EXPECT_EQ(job.losses, 1);
    EXPECT_EQ(job.failures, 0);
    EXPECT_TRUE(job.bill.open);
    EXPECT_EQ(desk.balance("u1"), 515);
}

TEST_F(Rescue, TakesTheJobsOfADeadWorkerAtOnce) {
    auto const lost = started("w1");
    auto const kept = started("w2");
    desk.kill("w1");
    EXPECT_EQ(desk.rescue().requeued, 1);
    EXPECT_EQ(desk.job(lost).state, State::queued);
    EXPECT_EQ(desk.job(kept).state, State::processing);
}

TEST_F(Rescue, TakesALeaseThatIsAbsurdlyFarOff) {
    auto const id = started();
    desk.now -= std::chrono::days{2};  // the clock was set right after running ahead
    EXPECT_EQ(desk.rescue().requeued, 1);
    EXPECT_EQ(desk.job(id).state, State::queued);
}

TEST_F(Rescue, ResumesWithTheStoredTaskAndTheSameCharge) {
    auto const id = started("w1");
    desk.report({.job = id, .attempt = 1, .said = Said::submitted, .task = "t-1"});
    lose(id);
    auto const job = desk.job(id);
    EXPECT_EQ(job.attempt, 2);
    EXPECT_EQ(job.task, "t-1");
    EXPECT_FALSE(job.fate_unknown);
    EXPECT_EQ(job.bill.charge, 1);
    EXPECT_EQ(desk.balance("u1"), 515);
}

TEST_F(Rescue, WithoutATaskItIsUnknownWhetherTheProviderHasIt) {
    desk.rules.defaults.provider = "p";
    auto const id = started();
    lose(id);
    EXPECT_TRUE(desk.job(id).fate_unknown);
}

TEST_F(Rescue, WithoutAProviderNobodyHasIt) {
    auto const id = started();
    lose(id);
    EXPECT_FALSE(desk.job(id).fate_unknown);
}

TEST_F(Rescue, TheGhostOfALostWorkerChangesNothing) {
    auto const id = started("w1");
    lose(id);
    EXPECT_EQ(desk.report({.job = id, .attempt = 1, .said = Said::completed}).outcome,
              jobs::ReportOutcome::stale);
    EXPECT_EQ(desk.job(id).state, State::processing);
    EXPECT_EQ(desk.report({.job = id, .attempt = 2, .said = Said::completed}).outcome,
              jobs::ReportOutcome::ended);
    EXPECT_EQ(desk.balance("u1"), 515);
}

TEST_F(Rescue, TheThirdLossIsPoison) {
    auto const id = started("w1");
    lose(id);
    lose(id);
    EXPECT_EQ(desk.job(id).state, State::processing);
    lose(id);
    auto const job = desk.job(id);
    EXPECT_EQ(job.state, State::failed);
    EXPECT_TRUE(job.poison);
    EXPECT_EQ(job.error->code, "poison");
    EXPECT_EQ(job.losses, 3);
    EXPECT_EQ(job.bill.refunded.value, 5);
    EXPECT_EQ(desk.balance("u1"), 520);
}

TEST_F(Rescue, LossesUseUpNoTries) {
    desk.rules.defaults.max_attempts = 2;
    auto const id = started("w1");
    lose(id);
    lose(id);
    desk.report(
        {.job = id, .attempt = 3, .said = Said::failed, .error = jobs::Error{.retryable = true}});
    EXPECT_EQ(desk.job(id).state, State::queued);
    EXPECT_EQ(desk.job(id).failures, 1);
    EXPECT_EQ(desk.job(id).losses, 2);
}

TEST_F(Rescue, PastTheDeadlineALostJobEnds) {
    desk.rules.defaults.deadline = Millis{10'000};
    auto const id = started();
    desk.now += desk.rules.lease;
    EXPECT_EQ(desk.rescue().past_deadline, 1);
    EXPECT_EQ(desk.job(id).state, State::failed);
    EXPECT_EQ(desk.job(id).error->code, "deadline_exceeded");
    EXPECT_EQ(desk.balance("u1"), 520);
}

TEST_F(Rescue, RunTwiceTakesNothingTwice) {
    started();
    desk.now += desk.rules.lease;
    EXPECT_EQ(desk.rescue().requeued, 1);
    EXPECT_EQ(desk.rescue().requeued, 0);
}

TEST_F(Rescue, SeesAJobThatWasHeartenedSinceItWasFound) {
    // A hand-made batch: the store found the job, its lease was renewed before it could be locked.
    jobs::Batch batch{.now = desk.now};
    batch.jobs.push_back({.job = {.id = {1},
                                  .state = State::processing,
                                  .attempt = 1,
                                  .lease_until = desk.now + Millis{1},
                                  .worker = "w1"}});
    EXPECT_EQ(jobs::rescue(batch, desk.rules).requeued, 0);
    EXPECT_FALSE(batch.jobs[0].changed);
    batch.jobs[0].holder_gone = true;
    EXPECT_EQ(jobs::rescue(batch, desk.rules).requeued, 1);
    EXPECT_TRUE(batch.jobs[0].changed);
}

}  // namespace
}  // namespace tests
