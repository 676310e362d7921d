// Caps: whose they are, what counts, when they count anew.
#include <gtest/gtest.h>

#include "jobs/credits.h"
#include "jobs/freeze.h"
#include "tests/jobs/desk.h"

namespace jobs {

namespace {

using base::Millis;
using std::chrono::hours;
using tests::Desk;
using tests::request;

// As in Berlin, 2026: an hour is left out on 29 March, and one comes twice on 25 October.
base::Zone berlin() {
    return {.name = "Europe/Berlin",
            .first_offset = hours{1},
            .changes = {{base::parse_timestamp("2026-03-29T01:00:00Z").value(), hours{2}},
                        {base::parse_timestamp("2026-10-25T01:00:00Z").value(), hours{1}}}};
}

class Caps : public testing::Test {
protected:
    Moved consume(std::int64_t amount, std::string const& action = "poster",
                  std::string const& user = "u1", std::int64_t key = 0) {
        Consumption const what{
            .user = user, .amount = {amount}, .action = action, .description = "", .api_key = key};
        Moved moved;
        desk.store->transact(load_for(what, desk.rules),
                             [&](Batch& batch) { moved = jobs::consume(batch, what, desk.rules); });
        EXPECT_EQ(desk.audit(), "");
        return moved;
    }

    std::int64_t a_key(std::int64_t daily, std::int64_t monthly = 0) {
        adapters::ApiKey key;
        key.name = "pipeline";
        key.hash = "hash " + std::to_string(++keys);
        key.daily_cap = {daily};
        key.monthly_cap = {monthly};
        return desk.store->add_api_key(key).number;
    }

    Job started(std::string const& service, std::int64_t key = 0, std::string const& user = "u1") {
        auto one = request(service, user);
        one.api_key = key;
        one.queue_anyway = true;
        auto const id = desk.submit(one).job->id;
        auto const starts = desk.claim("w1", 1, {service});
        EXPECT_EQ(starts.size(), 1U);
        EXPECT_EQ(starts.at(0).job.id, id);
        return desk.job(id);
    }

    void fail(Job const& job) {
        desk.report({.job = job.id,
                     .attempt = job.attempt,
                     .said = Said::failed,
                     .error = Error{.code = "broken", .message = "broken"}});
        EXPECT_EQ(desk.job(job.id).state, State::failed);
    }

    Desk desk;
    int keys = 0;
};

TEST_F(Caps, AConsumeCountsAsAJobDoes) {
    desk.rules.guards.daily_cap = {20};
    started("script");
    EXPECT_EQ(consume(10).outcome, MoveOutcome::moved);
    auto const refused = consume(6);
    EXPECT_EQ(refused.outcome, MoveOutcome::over_cap);
    EXPECT_EQ(refused.hit->guard, Guard::daily_cap);
    EXPECT_EQ(refused.hit->limit.value, 20);
    EXPECT_EQ(refused.hit->used.value, 15);
    EXPECT_EQ(refused.hit->required.value, 6);
    EXPECT_EQ(refused.hit->frees_at, desk.now + hours{24});
    EXPECT_EQ(consume(5).outcome, MoveOutcome::moved);
    EXPECT_EQ(started("script").error->code, "daily_cap");
    EXPECT_EQ(desk.balance("u1"), 500);
}

TEST_F(Caps, ARefundMakesRoomOnTheDayOfItsCharge) {
    desk.rules.guards.daily_cap = {5};
    auto const first = started("script");
    EXPECT_EQ(consume(1).outcome, MoveOutcome::over_cap);
    fail(first);
    auto const second = started("script");
    EXPECT_EQ(second.state, State::processing);
    desk.now += hours{24};
    EXPECT_EQ(consume(5).outcome, MoveOutcome::moved);
    fail(second);  // it was yesterday's
    EXPECT_EQ(consume(1).outcome, MoveOutcome::over_cap);
}

TEST_F(Caps, AMonthIsThatOfTheZone) {
    desk.rules.guards.monthly_cap = {8};
    desk.rules.zone = {.name = "Asia/Shanghai", .first_offset = hours{8}};
    EXPECT_EQ(consume(8).outcome, MoveOutcome::moved);
    auto const refused = consume(1);
    EXPECT_EQ(refused.hit->guard, Guard::monthly_cap);
    EXPECT_EQ(refused.hit->frees_at, base::parse_timestamp("2026-03-31T16:00:00Z").value());
    desk.now = *refused.hit->frees_at - Millis{1};
    EXPECT_EQ(consume(1).outcome, MoveOutcome::over_cap);
    desk.now += Millis{1};
    EXPECT_EQ(consume(1).outcome, MoveOutcome::moved);
}

TEST_F(Caps, TheDayIsThatOfTheAccountsOwnZone) {
    auto const own = berlin();
    desk.rules.find_zone = [&](std::string const& name) {
        return name == own.name ? &own : nullptr;
    };
    desk.rules.guards.daily_cap = {10};
    desk.change_account("u1", [&](auto& account) { account.time_zone = own.name; });
    // 28 March, 22:30 in Berlin, the eve of a day of 23 hours.
    desk.now = base::parse_timestamp("2026-03-28T21:30:00Z").value();
    EXPECT_EQ(consume(10).outcome, MoveOutcome::moved);
    EXPECT_EQ(consume(1).hit->frees_at, base::parse_timestamp("2026-03-28T23:00:00Z").value());
    desk.now = base::parse_timestamp("2026-03-28T23:00:00Z").value();
    EXPECT_EQ(consume(10).outcome, MoveOutcome::moved);
    auto const spring = consume(1);
    EXPECT_EQ(spring.hit->frees_at, base::parse_timestamp("2026-03-29T22:00:00Z").value());
    EXPECT_EQ(spring.hit->frees_in, hours{23});
    desk.now = *spring.hit->frees_at;
    EXPECT_EQ(consume(10).outcome, MoveOutcome::moved);
    // A day of 25 hours.
    desk.now = base::parse_timestamp("2026-10-24T22:00:00Z").value();
    EXPECT_EQ(consume(10).outcome, MoveOutcome::moved);
    auto const autumn = consume(1);
    EXPECT_EQ(autumn.hit->frees_in, hours{25});
    desk.now = *autumn.hit->frees_at - Millis{1};
    EXPECT_EQ(consume(1).outcome, MoveOutcome::over_cap);
    desk.now += Millis{1};
    EXPECT_EQ(consume(1).outcome, MoveOutcome::moved);
}

TEST_F(Caps, AnUnknownZoneGoesByTheConfiguredOne) {
    desk.rules.find_zone = [](std::string const&) -> base::Zone const* { return nullptr; };
    desk.rules.guards.daily_cap = {10};
    desk.change_account("u1", [&](auto& account) { account.time_zone = "Nowhere/Else"; });
    EXPECT_EQ(consume(11).hit->frees_at, base::next_day(desk.rules.zone, desk.now));
}

TEST_F(Caps, AServiceHasItsOwn) {
    desk.rules.services["script"].daily_cap = {10};
    desk.rules.services["poster"].monthly_cap = {15};
    started("script");
    started("script");
    EXPECT_EQ(started("script").error->code, "service_daily_cap");
    EXPECT_EQ(started("poster").state, State::processing);
    EXPECT_EQ(started("poster").error->code, "service_monthly_cap");
    EXPECT_EQ(desk.submit(request("script")).hit->guard, Guard::service_daily_cap);
    EXPECT_EQ(consume(5, "poster").outcome, MoveOutcome::moved);
    EXPECT_EQ(consume(1, "poster").hit->guard, Guard::service_monthly_cap);
    EXPECT_EQ(consume(100, "other").outcome, MoveOutcome::moved);
    EXPECT_EQ(consume(1, "poster", "u2").outcome, MoveOutcome::moved);
}

TEST_F(Caps, AnApiKeyHasItsOwnOverAllAccounts) {
    auto const key = a_key(12);
    auto const other = a_key(0, 7);
    EXPECT_EQ(started("script", key).state, State::processing);
    EXPECT_EQ(consume(5, "x", "u2", key).outcome, MoveOutcome::moved);
    EXPECT_EQ(consume(3, "x", "u3", key).hit->guard, Guard::key_daily_cap);
    EXPECT_FALSE(desk.store->find_wallet("u3").has_value());
    EXPECT_EQ(consume(3, "x", "u2", other).outcome, MoveOutcome::moved);
    EXPECT_EQ(started("script", other).error->code, "key_monthly_cap");
    EXPECT_EQ(consume(100, "x", "u3").outcome, MoveOutcome::moved);  // without a key
    auto one = request("script");
    one.api_key = key;
    EXPECT_EQ(desk.submit(one).hit->used.value, 10);
    desk.now += hours{24};
    EXPECT_EQ(desk.submit(one).outcome, SubmitOutcome::created);
}

TEST_F(Caps, WhatAJobGivesBackMakesRoomForItsKey) {
    auto const key = a_key(5);
    auto const first = started("script", key);
    EXPECT_EQ(consume(1, "x", "u2", key).outcome, MoveOutcome::over_cap);
    fail(first);
    EXPECT_EQ(consume(2, "x", "u2", key).outcome, MoveOutcome::moved);
    auto song = request("song");
    song.api_key = key;
    song.usage.maximum = Millis{3'000};
    desk.submit(song);
    auto const started_song = desk.claim("w1").at(0).job;
    EXPECT_EQ(started_song.bill.debited.value, 3);
    desk.report({.job = started_song.id,
                 .attempt = started_song.attempt,
                 .said = Said::completed,
                 .result = "{}",
                 .duration = Millis{1'000}});
    EXPECT_EQ(consume(3, "x", "u2", key).hit->used.value, 3);
    EXPECT_EQ(consume(2, "x", "u2", key).outcome, MoveOutcome::moved);
}

TEST_F(Caps, AJobKeepsTheKeyThatItCameWithAndItsTrace) {
    auto const key = a_key(100);
    auto one = request("script");
    one.api_key = key;
    one.trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    auto const id = desk.submit(one).job->id;
    EXPECT_EQ(desk.job(id).api_key, key);
    EXPECT_EQ(desk.job(id).trace, one.trace);
}

TEST_F(Caps, ATierAndAnAccountHaveTheirOwn) {
    desk.rules.guards.daily_cap = {10};
    desk.rules.guards.tiers["gold"].caps.daily = base::Credits{30};
    desk.rules.guards.tiers["none"].caps.job = base::Credits{4};
    EXPECT_EQ(desk.submit(request("script")).outcome, SubmitOutcome::over_job_cap);
    desk.change_account("u1", [](auto& account) { account.tier = "gold"; });
    EXPECT_EQ(consume(31).hit->limit.value, 30);
    EXPECT_EQ(desk.submit(request("script")).outcome, SubmitOutcome::created);
    desk.change_account("u1", [](auto& account) {
        account.standing.caps.daily = base::Credits{0};
        account.standing.caps.job = base::Credits{2};
    });
    EXPECT_EQ(consume(31).outcome, MoveOutcome::moved);
    EXPECT_EQ(desk.submit(request("script")).hit->limit.value, 2);
}

TEST_F(Caps, PointsCountAndAreRefused) {
    desk.rules.guards.daily_cap = {9};
    auto const pay = [&] {
        PointsUse const use{.request = request("script"), .reference = ""};
        PointsPaid paid;
        desk.store->transact(load_for(use, desk.rules), [&](Batch& batch) {
            paid = jobs::pay(batch, use, desk.book, desk.rules);
        });
        return paid;
    };
    EXPECT_EQ(pay().moved.outcome, MoveOutcome::moved);
    auto const refused = pay();
    EXPECT_EQ(refused.judged.outcome, SubmitOutcome::over_cap);
    EXPECT_EQ(refused.judged.hit->used.value, 5);
}

TEST_F(Caps, NothingIsLookedAtWhereNoneIsInForce) {
    Load load;
    look_at_spending(load, desk.rules, {"script", "poster"});
    EXPECT_TRUE(load.looks(desk.now, {}).empty());
    desk.rules.guards.daily_cap = {1};
    desk.rules.services["script"].monthly_cap = {1};
    look_at_spending(load, desk.rules, {"script", "poster", "script"});
    EXPECT_EQ(load.looks(desk.now, {}).size(), 2U);
}

TEST_F(Caps, TheLargestAmountsAreRefusedAndNeverOverflow) {
    auto const most = std::numeric_limits<std::int64_t>::max();
    desk.rules.guards.daily_cap = {most};
    desk.rules.signup_gift = {0};
    desk.give("u1", {.amount = {most}});
    EXPECT_EQ(consume(most - 5).outcome, MoveOutcome::moved);
    EXPECT_EQ(consume(most).outcome, MoveOutcome::over_cap);
    EXPECT_EQ(consume(5).outcome, MoveOutcome::moved);
    auto const key = a_key(most, most);
    desk.give("u2", {.amount = {most}});
    EXPECT_EQ(consume(most, "x", "u2", key).outcome, MoveOutcome::moved);
    EXPECT_EQ(consume(1, "x", "u3", key).outcome, MoveOutcome::over_cap);
    EXPECT_EQ(desk.give("u1", {.amount = {1}}).outcome, MoveOutcome::overflow);
}

}  // namespace

}  // namespace jobs
