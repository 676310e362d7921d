// Start = claim + debit.
#include <gtest/gtest.h>

#include "tests/jobs/desk.h"

namespace tests {
namespace {

using jobs::Said;
using jobs::StartOutcome;
using jobs::State;
using jobs::Wait;

TEST(Start, ClaimsAndDebitsInOneStep) {
    Desk desk;
    auto const id = desk.submit(request("script")).job->id;
    auto const starts = desk.claim("w1");
    ASSERT_EQ(starts.size(), 1U);
    EXPECT_EQ(starts[0].outcome, StartOutcome::started);
    auto const job = desk.job(id);
    EXPECT_EQ(job.state, State::processing);
    EXPECT_EQ(job.attempt, 1);
    EXPECT_EQ(job.worker, "w1");
    EXPECT_EQ(job.started_at, desk.now);
    EXPECT_EQ(job.lease_until, desk.now + desk.rules.lease);
    EXPECT_EQ(job.deadline_at, desk.now + desk.rules.defaults.deadline);
    EXPECT_TRUE(job.bill.open);
    EXPECT_EQ(job.bill.charge, 1);
    EXPECT_EQ(job.bill.debited.value, 5);
    EXPECT_EQ(job.bill.net.value, 5);
    EXPECT_EQ(desk.balance("u1"), 515);
    auto const entry = desk.entries("u1").back();
    EXPECT_EQ(entry.kind, ledger::Kind::consume);
    EXPECT_EQ(entry.job, id);
    EXPECT_EQ(entry.charge, 1);
}

TEST(Start, AnEmptyQueueStartsNothing) {
    Desk desk;
    EXPECT_TRUE(desk.claim("w1", 10).empty());
}

TEST(Start, WithoutFundsItFailsUncharged) {
    Desk desk;
    auto const id = desk.submit(request("script")).job->id;
    desk.spend("u1", {.amount = {516}});
    auto const starts = desk.claim("w1");
    ASSERT_EQ(starts.size(), 1U);
    EXPECT_EQ(starts[0].outcome, StartOutcome::insufficient_credits);
    auto const job = desk.job(id);
    EXPECT_EQ(job.state, State::failed);
    EXPECT_EQ(job.error->code, "insufficient_credits");
    EXPECT_FALSE(job.error->retryable);
    EXPECT_EQ(job.attempt, 0);
    EXPECT_EQ(job.finished_at, desk.now);
    EXPECT_EQ(job.bill, jobs::Bill{});
    EXPECT_EQ(desk.balance("u1"), 4);
}

TEST(Start, OneBatchSeesWhatItsEarlierJobsSpent) {
    Desk desk;
    desk.rules.signup_gift = {12};
    for (int i = 0; i < 3; ++i) {
        desk.submit(request("script"));
    }
    auto const starts = desk.claim("w1", 10);
    ASSERT_EQ(starts.size(), 3U);
    EXPECT_EQ(starts[0].outcome, StartOutcome::started);
    EXPECT_EQ(starts[1].outcome, StartOutcome::started);
    EXPECT_EQ(starts[2].outcome, StartOutcome::insufficient_credits);
    EXPECT_EQ(desk.balance("u1"), 2);
}

TEST(Start, AFreeJobHasNoEntry) {
    Desk desk;
    auto const id = desk.submit(request("caption")).job->id;
    EXPECT_EQ(desk.claim("w1").at(0).outcome, StartOutcome::started);
    EXPECT_EQ(desk.job(id).bill, jobs::Bill{});
    EXPECT_EQ(desk.entries("u1").size(), 1U);
}

TEST(Start, AMemberIsWaivedAtTheStartNotAtTheEnqueue) {
    Desk desk;
    auto const early = desk.submit(request("polish")).job->id;
    desk.change_account("u1", [&](auto& account) { account.member_until = desk.now + Millis{1}; });
    desk.claim("w1");
    EXPECT_EQ(desk.job(early).bill.waived.value, 1);
    EXPECT_EQ(desk.job(early).bill.net.value, 0);
    auto const late = desk.submit(request("polish")).job->id;
    desk.now += Millis{1};
    desk.claim("w1");
    EXPECT_EQ(desk.job(late).bill.waived.value, 0);
    EXPECT_EQ(desk.job(late).bill.debited.value, 1);
    EXPECT_EQ(desk.balance("u1"), 519);
}

TEST(Start, WhatWasWaivedStaysWaivedAcrossRetries) {
    Desk desk;
    desk.change_account("u1", [&](auto& account) { account.member_until = desk.now + Millis{1}; });
    auto const id = desk.submit(request("polish")).job->id;
    desk.claim("w1");
    desk.report({.job = id, .attempt = 1, .said = Said::released});
    desk.now += Millis{5};
    desk.claim("w1");
    EXPECT_EQ(desk.job(id).attempt, 2);
    EXPECT_EQ(desk.job(id).bill.waived.value, 1);
    EXPECT_EQ(desk.balance("u1"), 520);
}

TEST(Start, AMemberPaysForWhatIsNotInTheMembership) {
    Desk desk;
    desk.change_account("u1", [&](auto& account) { account.member_until = desk.now + Millis{1}; });
    desk.submit(request("script"));
    desk.claim("w1");
    EXPECT_EQ(desk.balance("u1"), 515);
}

TEST(Start, OverTheDailyCapItFailsUncharged) {
    Desk desk;
    desk.rules.guards.daily_cap = {7};
    desk.submit(request("script"));
    auto const second = desk.submit(request("script")).job->id;
    auto const starts = desk.claim("w1", 2);
    ASSERT_EQ(starts.size(), 2U);
    EXPECT_EQ(starts[0].outcome, StartOutcome::started);
    EXPECT_EQ(starts[1].outcome, StartOutcome::over_cap);
    EXPECT_EQ(desk.job(second).state, State::failed);
    EXPECT_EQ(desk.job(second).error->code, "daily_cap");
    EXPECT_EQ(desk.balance("u1"), 515);
}

TEST(Start, TheDayOfTheCapBeginsAtMidnightOfTheZone) {
    Desk desk;
    desk.rules.guards.daily_cap = {5};
    desk.rules.zone = {.name = "Asia/Shanghai", .first_offset = std::chrono::hours{8}};
    // The desk opens at 08:00 in Shanghai; the next midnight there is 16 hours away.
    desk.submit(request("script"));
    desk.claim("w1");
    auto anyway = request("script");
    anyway.queue_anyway = true;
    desk.now += std::chrono::hours{16} - Millis{1};
    desk.submit(anyway);
    EXPECT_EQ(desk.claim("w1").at(0).outcome, StartOutcome::over_cap);
    desk.submit(anyway);
    desk.now += Millis{1};
    EXPECT_EQ(desk.claim("w1").at(0).outcome, StartOutcome::started);
}

TEST(Start, WhatWasGivenBackTodayDoesNotCountForTheCap) {
    Desk desk;
    desk.rules.guards.daily_cap = {5};
    auto const id = desk.submit(request("script")).job->id;
    desk.claim("w1");
    desk.report({.job = id, .attempt = 1, .said = Said::failed, .error = jobs::Error{}});
    desk.submit(request("script"));
    EXPECT_EQ(desk.claim("w1").at(0).outcome, StartOutcome::started);
}

TEST(Start, OneMoreThanMayBeInFlightIsHeld) {
    Desk desk;
    desk.rules.guards.in_flight = 2;
    std::vector<base::JobId> ids;
    for (int i = 0; i < 3; ++i) {
        ids.push_back(desk.submit(request("script")).job->id);
    }
    desk.submit(request("script", "u2"));
    auto const starts = desk.claim("w1", 10);
    ASSERT_EQ(starts.size(), 4U);
    auto const held = desk.job(ids[2]);
    EXPECT_EQ(held.state, State::queued);
    EXPECT_EQ(held.wait, Wait::room);
    EXPECT_EQ(held.attempt, 0);
    EXPECT_EQ(held.bill, jobs::Bill{});
    EXPECT_EQ(desk.balance("u1"), 510);
    EXPECT_EQ(desk.balance("u2"), 515);
}

TEST(Start, TheJobsOfAFrozenAccountAreHeld) {
    Desk desk;
    desk.submit(request("script"));
    desk.change_account("u1", [](auto& account) { account.frozen = true; });
    EXPECT_EQ(desk.claim("w1").at(0).outcome, StartOutcome::held);
    EXPECT_EQ(desk.wake().ready, 0);
    desk.change_account("u1", [](auto& account) { account.frozen = false; });
    EXPECT_EQ(desk.wake().ready, 1);
    EXPECT_EQ(desk.claim("w1").at(0).outcome, StartOutcome::started);
}

TEST(Start, ALaterAttemptIsNotChargedAgain) {
    Desk desk;
    auto const id = desk.submit(request("script")).job->id;
    desk.claim("w1");
    auto const deadline = desk.job(id).deadline_at;
    desk.report({.job = id, .attempt = 1, .said = Said::released});
    desk.now += Millis{100};
    desk.claim("w2");
    auto const job = desk.job(id);
    EXPECT_EQ(job.attempt, 2);
    EXPECT_EQ(job.bill.charge, 1);
    EXPECT_EQ(job.deadline_at, deadline);  // the deadline is the charge's, not the attempt's
    EXPECT_EQ(desk.balance("u1"), 515);
}

TEST(Start, ClaimsOnlyTheNamedServicesAndNoMoreThanTheirSlots) {
    Desk desk;
    for (int i = 0; i < 3; ++i) {
        desk.submit(request("script"));
        desk.submit(request("caption"));
    }
    auto const starts = desk.claim("w1", 2, {"caption"});
    ASSERT_EQ(starts.size(), 2U);
    EXPECT_EQ(starts[0].job.service, "caption");
    EXPECT_EQ(starts[1].job.service, "caption");
    EXPECT_TRUE(desk.claim("w1", 5, {"poster"}).empty());
    EXPECT_EQ(desk.claim("w1", 10, {"script", "caption"}).size(), 4U);
}

TEST(Start, ARestrictedGrantPaysForItsService) {
    Desk desk;
    desk.give("u1", {.amount = {3}, .service = "script"});
    desk.submit(request("script"));
    desk.claim("w1");
    EXPECT_EQ(desk.entries("u1").back().draws, (std::vector<ledger::Draw>{{2, {-3}}, {1, {-2}}}));
}

}  // namespace
}  // namespace tests
