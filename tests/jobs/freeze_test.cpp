// Accounts that must not spend: frozen by hand, or held by the brake.
#include "jobs/freeze.h"

#include <gtest/gtest.h>

#include "jobs/credits.h"
#include "tests/jobs/desk.h"

namespace jobs {

namespace {

using base::Millis;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using tests::Desk;
using tests::request;

class Stopped : public testing::Test {
protected:
    Frozen freeze(std::string const& reason = "chargeback") {
        Frozen frozen;
        desk.store->transact(load_for_freeze("u1"), [&](Batch& batch) {
            frozen = jobs::freeze(batch, "u1", reason, "ann");
        });
        return frozen;
    }

    template <auto release>
    Frozen let_go() {
        Frozen frozen;
        desk.store->transact(load_for_release("u1"),
                             [&](Batch& batch) { frozen = release(batch, "u1", desk.rules); });
        return frozen;
    }

    Moved consume(std::int64_t amount) {
        Consumption const what{
            .user = "u1", .amount = {amount}, .action = "poster", .description = ""};
        Moved moved;
        desk.store->transact(load_for(what, desk.rules),
                             [&](Batch& batch) { moved = jobs::consume(batch, what, desk.rules); });
        EXPECT_EQ(desk.audit(), "");
        return moved;
    }

    // A week in which the account spends ten credits an hour by day.
    void live_a_week() {
        desk.give("u1", {.amount = {100'000}});
        for (int hour = 0; hour < 7 * 24; ++hour) {
            desk.now += hours{1};
            EXPECT_EQ(consume(10).outcome, MoveOutcome::moved);
        }
        desk.now += hours{2};
    }

    std::vector<adapters::StoppedAccount> stopped() { return desk.store->overview().stopped; }

    Desk desk;
};

TEST_F(Stopped, AFrozenAccountKeepsItsMoneyAndTellsWhy) {
    desk.open_account("u1");
    EXPECT_EQ(freeze("order 17").outcome, FreezeOutcome::done);
    EXPECT_EQ(consume(1).outcome, MoveOutcome::frozen);
    EXPECT_EQ(desk.submit(request("script")).outcome, SubmitOutcome::frozen);
    EXPECT_EQ(desk.give("u1", {.amount = {30}}).outcome, MoveOutcome::moved);
    EXPECT_EQ(desk.balance("u1"), 550);
    auto const account = desk.store->find_wallet("u1")->account;
    EXPECT_TRUE(account.frozen);
    EXPECT_EQ(account.standing.freeze->reason, "order 17");
    EXPECT_EQ(account.standing.freeze->by, "ann");
    EXPECT_EQ(account.standing.freeze->since, desk.now);
    ASSERT_EQ(stopped().size(), 1U);
    EXPECT_EQ(stopped()[0].user, "u1");
    EXPECT_TRUE(stopped()[0].frozen);
}

TEST_F(Stopped, TheFirstReasonOfAFreezeStays) {
    desk.open_account("u1");
    freeze("first");
    EXPECT_EQ(freeze("second").outcome, FreezeOutcome::unchanged);
    EXPECT_EQ(desk.store->find_wallet("u1")->account.standing.freeze->reason, "first");
}

TEST_F(Stopped, AMembershipSetByHandIsInForceUntilItIsTakenAway) {
    desk.open_account("u1");
    auto const set = [&](std::string const& user, std::optional<base::Timestamp> until) {
        FreezeOutcome outcome{};
        desk.store->transact(load_for_freeze(user), [&](Batch& batch) {
            outcome = set_member_until(batch, user, until).outcome;
        });
        return outcome;
    };
    auto const until = desk.now + hours{48};
    EXPECT_EQ(set("u1", std::nullopt), FreezeOutcome::unchanged);
    EXPECT_EQ(set("u1", until), FreezeOutcome::done);
    EXPECT_EQ(set("u1", until), FreezeOutcome::unchanged);
    EXPECT_EQ(desk.store->find_wallet("u1")->account.member_until, until);
    EXPECT_EQ(set("u1", std::nullopt), FreezeOutcome::done);
    EXPECT_EQ(desk.store->find_wallet("u1")->account.member_until, desk.now);
    EXPECT_EQ(set("nobody", until), FreezeOutcome::missing);
}

TEST_F(Stopped, NobodyFreezesWhatIsNotThere) {
    EXPECT_EQ(freeze().outcome, FreezeOutcome::missing);
    EXPECT_EQ(let_go<unfreeze>().outcome, FreezeOutcome::missing);
    EXPECT_FALSE(desk.store->find_wallet("u1").has_value());
}

TEST_F(Stopped, CapsAndMembershipsAreSetWhereThereIsAnAccountAndSomethingNew) {
    ledger::Caps const caps{.daily = base::Credits{5}};
    auto const set = [&](std::string const& user) {
        FreezeOutcome outcome{};
        desk.store->transact(load_for_freeze(user),
                             [&](Batch& batch) { outcome = set_caps(batch, user, caps).outcome; });
        return outcome;
    };
    EXPECT_EQ(set("u1"), FreezeOutcome::missing);
    desk.store->transact(load_for_freeze("u1"), [&](Batch& batch) {
        EXPECT_EQ(set_member_until(batch, "u1", desk.now).outcome, FreezeOutcome::missing);
    });
    desk.open_account("u1");
    EXPECT_EQ(set("u1"), FreezeOutcome::done);
    EXPECT_EQ(set("u1"), FreezeOutcome::unchanged);
    EXPECT_EQ(desk.store->find_wallet("u1")->account.standing.caps, caps);
    desk.store->transact(load_for_freeze("u1"), [&](Batch& batch) {
        EXPECT_EQ(set_member_until(batch, "u1", desk.now - Millis{1}).outcome, FreezeOutcome::done);
        EXPECT_EQ(set_member_until(batch, "u1", {}).outcome, FreezeOutcome::unchanged);  // it ended
    });
}

TEST_F(Stopped, WhatIsStoppedTwiceWaitsForBothToBeLifted) {
    desk.open_account("u1");
    auto const id = desk.submit(request("script")).job->id;
    freeze();
    desk.change_account("u1", [&](ledger::Account& account) {
        account.standing.brake =
            ledger::Stop{.reason = "", .by = "", .since = desk.now, .until = {}};
    });
    auto const unfrozen = let_go<unfreeze>();
    EXPECT_EQ(unfrozen.outcome, FreezeOutcome::done);
    EXPECT_EQ(unfrozen.freed, 0);
    EXPECT_TRUE(desk.claim("w1").empty() || desk.job(id).state == State::queued);
    freeze("again");
    EXPECT_EQ(let_go<lift_brake>().freed, 0);
    EXPECT_TRUE(desk.store->find_wallet("u1")->account.frozen);
    EXPECT_EQ(let_go<unfreeze>().outcome, FreezeOutcome::done);
}

TEST_F(Stopped, WhatRunsFinishesAndWhatWaitsGoesOnAtOnce) {
    desk.submit(request("script"));
    auto const runs = desk.claim("w1").at(0).job;
    desk.submit(request("script"));
    desk.submit(request("poster"));
    freeze();
    auto const held = desk.claim("w1", 5);
    ASSERT_EQ(held.size(), 2U);
    for (auto const& each : held) {
        EXPECT_EQ(each.outcome, StartOutcome::held);
        EXPECT_EQ(each.job.wait, Wait::room);
    }
    EXPECT_EQ(desk.wake().ready, 0);
    desk.report({.job = runs.id, .attempt = runs.attempt, .said = Said::completed, .result = "{}"});
    EXPECT_EQ(desk.job(runs.id).state, State::completed);
    EXPECT_EQ(desk.balance("u1"), 515);

    auto const released = let_go<unfreeze>();
    EXPECT_EQ(released.outcome, FreezeOutcome::done);
    EXPECT_EQ(released.freed, 2);
    EXPECT_FALSE(released.wallet.account.frozen);
    EXPECT_TRUE(stopped().empty());
    EXPECT_EQ(desk.claim("w1", 5).size(), 2U);
    EXPECT_EQ(desk.balance("u1"), 500);
    EXPECT_EQ(let_go<unfreeze>().outcome, FreezeOutcome::unchanged);
}

TEST_F(Stopped, AFailureOfAFrozenAccountIsRefunded) {
    desk.submit(request("script"));
    auto const runs = desk.claim("w1").at(0).job;
    freeze();
    desk.report({.job = runs.id,
                 .attempt = runs.attempt,
                 .said = Said::failed,
                 .error = Error{.code = "broken", .message = ""}});
    EXPECT_EQ(desk.balance("u1"), 520);
}

TEST_F(Stopped, UnfreezingSetsGoingOnlyAsManyAsThereIsRoomFor) {
    desk.rules.guards.in_flight = 2;
    for (int i = 0; i < 4; ++i) {
        desk.submit(request("script"));
    }
    freeze();
    desk.claim("w1", 5);
    EXPECT_EQ(let_go<unfreeze>().freed, 2);
    EXPECT_EQ(desk.claim("w1", 5).size(), 2U);
}

TEST_F(Stopped, WithoutABrakeNothingBrakes) {
    live_a_week();
    EXPECT_EQ(consume(50'000).outcome, MoveOutcome::moved);
}

TEST_F(Stopped, TheBrakeIsPulledByALeapOfSpending) {
    desk.rules.guards.brake = {.multiple = 10, .at_least = {50}, .holds = {}};
    live_a_week();
    EXPECT_EQ(consume(60).outcome, MoveOutcome::moved);
    // The usual hour is the mean of what is seven days and an hour to an hour old: ten credits.
    EXPECT_EQ(consume(40).outcome, MoveOutcome::moved);
    auto const braked = consume(1);
    EXPECT_EQ(braked.outcome, MoveOutcome::braked);
    EXPECT_NE(braked.why.find("101"), std::string::npos) << braked.why;
    EXPECT_EQ(braked.braked_until, std::nullopt);
    auto const again = consume(1);
    EXPECT_EQ(again.outcome, MoveOutcome::braked);
    EXPECT_EQ(again.why, "");  // told once
    EXPECT_EQ(desk.submit(request("script")).outcome, SubmitOutcome::braked);
    auto const standing = desk.store->find_wallet("u1")->account.standing;
    EXPECT_EQ(standing.brake->reason, braked.why);
    EXPECT_EQ(standing.brake->since, desk.now);
    ASSERT_EQ(stopped().size(), 1U);
    EXPECT_FALSE(stopped()[0].frozen);
    EXPECT_EQ(desk.give("u1", {.amount = {1}}).outcome, MoveOutcome::moved);
}

TEST_F(Stopped, LiftedByHandItForgetsWhatWasBefore) {
    desk.rules.guards.brake = {.multiple = 10, .at_least = {50}, .holds = {}};
    live_a_week();
    consume(95);
    EXPECT_EQ(consume(10).outcome, MoveOutcome::braked);
    EXPECT_EQ(let_go<lift_brake>().outcome, FreezeOutcome::done);
    EXPECT_TRUE(stopped().empty());
    desk.now += Millis{1};
    EXPECT_EQ(consume(90).outcome, MoveOutcome::moved);
    EXPECT_EQ(consume(90).outcome, MoveOutcome::moved);
    EXPECT_EQ(consume(90).outcome, MoveOutcome::braked);  // by what was taken since
    EXPECT_EQ(let_go<lift_brake>().outcome, FreezeOutcome::done);
    EXPECT_EQ(let_go<lift_brake>().outcome, FreezeOutcome::unchanged);
}

TEST_F(Stopped, LiftedByTimeItGoesOnToo) {
    desk.rules.guards.brake = {.multiple = 10, .at_least = {50}, .holds = minutes{10}};
    live_a_week();
    consume(95);
    auto const braked = consume(10);
    EXPECT_EQ(braked.braked_until, desk.now + minutes{10});
    EXPECT_EQ(braked.frees_in, minutes{10});
    desk.now += minutes{10} - Millis{1};
    EXPECT_EQ(consume(10).outcome, MoveOutcome::braked);
    desk.now += Millis{1};
    EXPECT_TRUE(stopped().empty());
    EXPECT_EQ(consume(10).outcome, MoveOutcome::moved);
    EXPECT_FALSE(desk.store->find_wallet("u1")->account.standing.brake.has_value());
}

TEST_F(Stopped, AJobThatPullsTheBrakeWaitsAndGoesOnLater) {
    desk.rules.guards.brake = {.multiple = 3, .at_least = {50}, .holds = {}};
    live_a_week();
    desk.rules.guards.brake.multiple = 3;
    auto big = request("video");
    big.usage.duration = Millis{20'000};  // 100 credits
    auto const id = desk.submit(big).job->id;
    auto const start = desk.claim("w1").at(0);
    EXPECT_EQ(start.outcome, StartOutcome::braked);
    EXPECT_NE(start.why, "");
    EXPECT_EQ(desk.job(id).state, State::queued);
    EXPECT_EQ(desk.job(id).wait, Wait::room);
    EXPECT_EQ(desk.wake().ready, 0);
    EXPECT_EQ(let_go<lift_brake>().freed, 1);
    EXPECT_EQ(desk.claim("w1").at(0).outcome, StartOutcome::started);
}

TEST_F(Stopped, ALeapOfRefundsPullsIt) {
    desk.rules.guards.brake = {.multiple = 10, .at_least = {20}, .holds = {}};
    desk.give("u1", {.amount = {100'000}});
    desk.now += days{2};
    desk.rules.guards.brake.multiple = 1'000'000;  // spending alone shall not
    consume(1);
    desk.now += hours{2};
    for (int i = 0; i < 4; ++i) {
        desk.submit(request("script"));
        auto const start = desk.claim("w1").at(0);
        ASSERT_EQ(start.outcome, StartOutcome::started) << i;
        desk.report({.job = start.job.id,
                     .attempt = start.job.attempt,
                     .said = Said::failed,
                     .error = Error{.code = "broken", .message = ""}});
    }
    auto const braked = consume(1);
    EXPECT_EQ(braked.outcome, MoveOutcome::braked);
    EXPECT_NE(braked.why.find("given back 20"), std::string::npos) << braked.why;
}

TEST_F(Stopped, AYoungAccountIsNotJudged) {
    desk.rules.guards.brake = {.multiple = 2, .at_least = {1}, .holds = {}};
    EXPECT_EQ(consume(500).outcome, MoveOutcome::moved);
    desk.now += hours{25} - Millis{1};
    EXPECT_EQ(consume(10).outcome, MoveOutcome::moved);
}

TEST_F(Stopped, SpendingTheLargestAmountsIsCompared) {
    desk.rules.guards.brake = {.multiple = 1'000'000, .at_least = {1}, .holds = {}};
    auto const most = std::numeric_limits<std::int64_t>::max();
    desk.rules.signup_gift = {0};
    desk.give("u1", {.amount = {most}});
    desk.now += days{3};
    EXPECT_EQ(consume(most).outcome, MoveOutcome::braked);
}

}  // namespace

}  // namespace jobs
