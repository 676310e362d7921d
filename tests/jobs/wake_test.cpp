// Waiting jobs become claimable.
#include <algorithm>

#include <gtest/gtest.h>

#include "tests/jobs/desk.h"

namespace tests {
namespace {

using jobs::Said;
using jobs::State;
using jobs::Wait;

class Wake : public testing::Test {
protected:
    base::JobId submit(std::vector<base::JobId> after = {}, Millis delay = {}) {
        auto what = request("script");
        what.after = std::move(after);
        what.run_at = desk.now + delay;
        return desk.submit(what).job->id;
    }

    // Claims whatever can be claimed and completes it.
    void complete_all() {
        for (auto const& start : desk.claim("w1", 100)) {
            desk.report(
                {.job = start.job.id, .attempt = start.job.attempt, .said = Said::completed});
        }
    }

    void fail(base::JobId id) {
        desk.report({.job = id, .attempt = 1, .said = Said::failed, .error = jobs::Error{}});
    }

    Desk desk;
};

TEST_F(Wake, AJobIsClaimableFromItsTimeOn) {
    auto const id = submit({}, Millis{1'000});
    desk.now += Millis{999};
    EXPECT_EQ(desk.wake().ready, 0);
    EXPECT_TRUE(desk.claim("w1").empty());
    desk.now += Millis{1};
    EXPECT_EQ(desk.wake().ready, 1);
    EXPECT_EQ(desk.claim("w1").at(0).job.id, id);
}

TEST_F(Wake, AChildFollowsItsCompletedParent) {
    auto const parent = submit();
    auto const child = submit({parent});
    EXPECT_EQ(desk.wake().ready, 0);
    complete_all();
    EXPECT_EQ(desk.job(parent).state, State::completed);
    EXPECT_EQ(desk.wake().ready, 1);
    complete_all();
    EXPECT_EQ(desk.job(child).state, State::completed);
}

TEST_F(Wake, AChildStillWaitsForItsOwnTime) {
    auto const parent = submit();
    auto const child = submit({parent}, Millis{5'000});
    complete_all();
    EXPECT_EQ(desk.wake().ready, 0);
    EXPECT_EQ(desk.job(child).wait, Wait::time);
    desk.now += Millis{5'000};
    EXPECT_EQ(desk.wake().ready, 1);
    EXPECT_EQ(desk.job(parent).state, State::completed);
}

TEST_F(Wake, AFailedParentCancelsItsDescendantsUncharged) {
    auto const parent = submit();
    auto const child = submit({parent});
    auto const grandchild = submit({child});
    desk.claim("w1");
    fail(parent);
    EXPECT_EQ(desk.wake().cancelled, 1);
    EXPECT_EQ(desk.wake().cancelled, 1);
    for (auto const id : {child, grandchild}) {
        EXPECT_EQ(desk.job(id).state, State::cancelled);
        EXPECT_EQ(desk.job(id).error->code, "parent_failed");
        EXPECT_EQ(desk.job(id).bill, jobs::Bill{});
    }
    EXPECT_EQ(desk.balance("u1"), 520);
}

TEST_F(Wake, ACancelledParentCancelsItsChild) {
    auto const parent = submit();
    auto const child = submit({parent});
    desk.cancel(parent);
    desk.wake();
    EXPECT_EQ(desk.job(child).state, State::cancelled);
}

TEST_F(Wake, ADiamondWaitsForBothItsSides) {
    auto const top = submit();
    auto const left = submit({top});
    auto const right = submit({top}, Millis{9'000});
    auto const bottom = submit({left, right});
    complete_all();
    desk.wake();
    complete_all();
    EXPECT_EQ(desk.job(left).state, State::completed);
    desk.wake();
    EXPECT_EQ(desk.job(bottom).wait, Wait::parents);
    desk.now += Millis{9'000};
    desk.wake();
    complete_all();
    desk.wake();
    complete_all();
    EXPECT_EQ(desk.job(bottom).state, State::completed);
    EXPECT_EQ(desk.balance("u1"), 500);
}

TEST_F(Wake, OneFailedSideOfADiamondIsEnough) {
    auto const left = submit();
    auto const right = submit({}, Millis{9'000});
    auto const bottom = submit({left, right});
    desk.claim("w1");
    fail(left);
    EXPECT_EQ(desk.wake().cancelled, 1);
    EXPECT_EQ(desk.job(bottom).state, State::cancelled);
    EXPECT_EQ(desk.job(right).state, State::queued);
}

TEST_F(Wake, RoomIsGivenWhenAJobOfTheAccountEnds) {
    desk.rules.guards.in_flight = 1;
    auto const first = submit();
    auto const second = submit();
    auto const third = submit();
    desk.claim("w1", 10);
    EXPECT_EQ(desk.job(second).wait, Wait::room);
    EXPECT_EQ(desk.wake().ready, 0);
    desk.report({.job = first, .attempt = 1, .said = Said::completed});
    EXPECT_EQ(desk.wake().ready, 1);
    EXPECT_EQ(desk.job(second).wait, Wait::none);
    EXPECT_EQ(desk.job(third).wait, Wait::room);
    EXPECT_EQ(desk.claim("w1", 10).size(), 1U);
}

TEST_F(Wake, ALostAttemptGivesItsRoomBackOnce) {
    desk.rules.guards.in_flight = 1;
    submit();
    submit();
    desk.claim("w1", 10);
    desk.kill("w1");
    desk.rescue();
    desk.rescue();
    desk.wake();
    auto const starts = desk.claim("w2", 10);
    auto const running =
        std::ranges::count(starts, jobs::StartOutcome::started, &jobs::Start::outcome);
    EXPECT_EQ(running, 1);
}

TEST_F(Wake, OneRoomIsGivenToOneJobOnly) {
    // A hand-made batch: two jobs of an account wait for the one room that there is.
    desk.rules.guards.in_flight = 1;
    jobs::Batch batch{.now = desk.now};
    batch.wallets.push_back(ledger::open_account({1}, "u1", {}, desk.now));
    for (std::int64_t id = 1; id <= 2; ++id) {
        batch.jobs.push_back(
            {.job = {.id = {id}, .account = {1}, .user = "u1", .wait = Wait::room}});
    }
    EXPECT_EQ(jobs::wake(batch, desk.rules).ready, 1);
    EXPECT_EQ(batch.jobs[0].job.wait, Wait::none);
    EXPECT_EQ(batch.jobs[1].job.wait, Wait::room);
}

TEST_F(Wake, RunTwiceWakesNothingTwice) {
    submit({}, Millis{1});
    desk.now += Millis{1};
    EXPECT_EQ(desk.wake().ready, 1);
    EXPECT_EQ(desk.wake().ready, 0);
}

}  // namespace
}  // namespace tests
