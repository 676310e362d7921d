// Sister products: whose call it is, whether it is of now, and one reference, one effect.
#include "jobs/sync.h"

#include <limits>

#include <gtest/gtest.h>

#include "jobs/credits.h"
#include "tests/jobs/desk.h"

namespace tests {
namespace {

using jobs::MoveOutcome;
using jobs::SyncOutcome;
using jobs::SyncRequest;

class Sync : public testing::Test {
protected:
    Sync() {
        desk.rules.signup_gift = {520};
        desk.store->sync().put(source);
    }

    SyncRequest signed_request(std::int64_t amount, std::string const& telegram_id = "7") {
        SyncRequest what{.source = "novel",
                         .telegram_id = telegram_id,
                         .amount = {amount},
                         .reason = "daily check-in",
                         .timestamp = std::to_string(base::to_ms(desk.now) / 1'000),
                         .signed_at = desk.now};
        what.token = jobs::token_of(what, source.secret);
        return what;
    }

    SyncRequest with_reference(std::int64_t amount, std::string const& reference) {
        auto what = signed_request(amount);
        what.reference = reference;
        return what;
    }

    std::vector<jobs::Synced> sync(std::vector<SyncRequest> const& all) {
        std::vector<jobs::Synced> answers;
        desk.store->transact(jobs::load_for(all), [&](jobs::Batch& batch) {
            answers = jobs::sync(batch, all, desk.rules);
        });
        EXPECT_EQ(desk.audit(), "");
        return answers;
    }

    jobs::Synced sync(SyncRequest const& what) { return sync(std::vector{what}).at(0); }

    bool has_account(std::string const& user) { return desk.store->find_wallet(user).has_value(); }

    Desk desk;
    jobs::SyncSource source{.name = "novel", .secret = "s3cret", .previous_secret = {}};
};

TEST_F(Sync, TheTokenIsTheHmacOfTheFourFields) {
    SyncRequest const what{.source = "novel",
                           .telegram_id = "123456",
                           .amount = {-50},
                           .reason = {},
                           .timestamp = "1700000000"};
    EXPECT_EQ(jobs::token_of(what, "secret"),
              "d6916855ea2889328c40233a25ee01ac2be5cab04884cec445e36a12dff57823");
}

TEST_F(Sync, TheFirstUseOpensTheAccountWithItsGift) {
    auto const answer = sync(signed_request(100));
    EXPECT_EQ(answer.outcome, SyncOutcome::moved);
    EXPECT_EQ(answer.moved.balance.value, 620);
    EXPECT_EQ(desk.balance("tg:7"), 620);
    auto const entry = desk.entries("tg:7").back();
    EXPECT_EQ(entry.kind, ledger::Kind::sync);
    EXPECT_EQ(entry.action, "novel");
    EXPECT_EQ(entry.note, "daily check-in");
}

TEST_F(Sync, WhatIsDeductedIsThereOrNothingIsDone) {
    EXPECT_EQ(sync(signed_request(-520)).moved.balance.value, 0);
    auto const answer = sync(signed_request(-1));
    EXPECT_EQ(answer.outcome, SyncOutcome::refused);
    EXPECT_EQ(answer.moved.outcome, MoveOutcome::insufficient_credits);
    EXPECT_EQ(desk.balance("tg:7"), 0);
    EXPECT_EQ(sync(signed_request(-521, "8")).moved.outcome, MoveOutcome::insufficient_credits);
    EXPECT_FALSE(has_account("tg:8"));
}

TEST_F(Sync, ATokenIsOfItsUserAmountSourceAndTime) {
    desk.store->sync().put({.name = "comic", .secret = "another", .previous_secret = {}});
    auto const good = signed_request(100);
    auto richer = good;
    richer.amount = {101};
    auto somebody = good;
    somebody.telegram_id = "8";
    auto elsewhere = good;
    elsewhere.source = "comic";
    auto nobody = good;
    nobody.source = "nobody";
    auto later = good;
    later.timestamp += "0";
    auto none = good;
    none.token = "";
    auto cut = good;
    cut.token.pop_back();
    for (auto const& what : {richer, somebody, elsewhere, nobody, later, none, cut}) {
        EXPECT_EQ(sync(what).outcome, SyncOutcome::bad_token);
    }
    EXPECT_FALSE(has_account("tg:7"));
    EXPECT_FALSE(has_account("tg:8"));
}

TEST_F(Sync, ATokenHoldsForFiveMinutesBeforeAndAfter) {
    auto const what = signed_request(1);
    auto const at = desk.now;
    for (auto const away : {Millis{300'001}, Millis{-300'001}}) {
        desk.now = at + away;
        EXPECT_EQ(sync(what).outcome, SyncOutcome::stale_token);
    }
    desk.now = at + Millis{300'000};
    EXPECT_EQ(sync(what).outcome, SyncOutcome::moved);
    desk.now = at - Millis{300'000};
    EXPECT_EQ(sync(what).outcome, SyncOutcome::repeated);
}

TEST_F(Sync, TwoSecretsLiveWhileOneIsRotated) {
    auto const by_old = signed_request(1);
    auto const old = source.secret;
    source.secret = "newer";
    source.previous_secret = old;
    desk.store->sync().put(source);
    EXPECT_EQ(sync(by_old).outcome, SyncOutcome::moved);
    // The same call under the new secret is the same call.
    EXPECT_EQ(sync(signed_request(1)).outcome, SyncOutcome::repeated);
    EXPECT_EQ(sync(signed_request(2)).outcome, SyncOutcome::moved);
    source.previous_secret = "";
    desk.store->sync().put(source);
    EXPECT_EQ(sync(by_old).outcome, SyncOutcome::bad_token);
    EXPECT_EQ(sync(signed_request(3)).outcome, SyncOutcome::moved);
}

TEST_F(Sync, AnEmptySecretOpensNothing) {
    auto what = signed_request(1);
    what.token = jobs::token_of(what, "");
    EXPECT_EQ(sync(what).outcome, SyncOutcome::bad_token);
}

TEST_F(Sync, AReplayHasNoSecondEffect) {
    auto const what = signed_request(100);
    EXPECT_EQ(sync(what).moved.balance.value, 620);
    desk.spend("tg:7", {.amount = {20}});
    auto const again = sync(what);
    EXPECT_EQ(again.outcome, SyncOutcome::repeated);
    EXPECT_EQ(again.moved.balance.value, 620);
    EXPECT_EQ(desk.balance("tg:7"), 600);
}

TEST_F(Sync, ARepeatedReferenceGivesTheFirstAnswerWheneverItComes) {
    EXPECT_EQ(sync(with_reference(100, "r1")).moved.balance.value, 620);
    desk.now += std::chrono::days{2};
    auto again = with_reference(100, "r1");
    again.reason = "in other words";
    EXPECT_EQ(sync(again).outcome, SyncOutcome::repeated);
    EXPECT_EQ(sync(again).moved.balance.value, 620);
    EXPECT_EQ(desk.balance("tg:7"), 620);
}

TEST_F(Sync, AReferenceWithAnotherAmountOrAccountIsAConflict) {
    sync(with_reference(100, "r1"));
    auto other = signed_request(100, "8");
    other.reference = "r1";
    for (auto const& what : {with_reference(101, "r1"), with_reference(-100, "r1"), other}) {
        auto const answer = sync(what);
        EXPECT_EQ(answer.outcome, SyncOutcome::refused);
        EXPECT_EQ(answer.moved.outcome, MoveOutcome::reference_conflict);
    }
    EXPECT_FALSE(has_account("tg:8"));
    EXPECT_EQ(desk.balance("tg:7"), 620);
}

TEST_F(Sync, ReferencesOfTwoSourcesAndOfOrdersDoNotMeet) {
    sync(with_reference(1, "r1"));
    source.name = "comic";
    desk.store->sync().put(source);
    auto other = with_reference(1, "r1");
    other.source = "comic";
    other.token = jobs::token_of(other, source.secret);
    EXPECT_EQ(sync(other).outcome, SyncOutcome::moved);
    EXPECT_EQ(desk.give("tg:7", {.amount = {1}, .reference = "r1"}).outcome, MoveOutcome::moved);
}

TEST_F(Sync, AReferenceIsShownAsItWasGiven) {
    sync(with_reference(1, "a:ref:b"));
    EXPECT_EQ(jobs::given_reference(desk.entries("tg:7").back().reference), "a:ref:b");
    sync(signed_request(2));
    EXPECT_EQ(jobs::given_reference(desk.entries("tg:7").back().reference), "");
}

TEST_F(Sync, ASourceMovesInTheDirectionsItMay) {
    source.may_deduct = false;
    desk.store->sync().put(source);
    EXPECT_EQ(sync(signed_request(-1)).outcome, SyncOutcome::direction_not_allowed);
    EXPECT_EQ(sync(signed_request(1)).outcome, SyncOutcome::moved);
    source.may_add = false;
    source.may_deduct = true;
    desk.store->sync().put(source);
    EXPECT_EQ(sync(signed_request(2)).outcome, SyncOutcome::direction_not_allowed);
    EXPECT_EQ(sync(signed_request(-1)).outcome, SyncOutcome::moved);
    // What was answered before is answered again, whatever is allowed by now.
    EXPECT_EQ(sync(signed_request(1)).outcome, SyncOutcome::repeated);
}

TEST_F(Sync, ADailyCapCountsWhatWasAddedAndSaysWhenItFrees) {
    source.daily_cap = Credits{100};
    desk.store->sync().put(source);
    auto const answers = sync({signed_request(60), signed_request(41), signed_request(40, "8"),
                               signed_request(1, "9"), signed_request(-5)});
    EXPECT_EQ(answers[0].outcome, SyncOutcome::moved);
    EXPECT_EQ(answers[1].outcome, SyncOutcome::daily_cap);
    EXPECT_EQ(answers[1].used.value, 60);
    EXPECT_EQ(answers[1].limit.value, 100);
    EXPECT_EQ(answers[1].free_at, desk_opens + std::chrono::days{1});
    EXPECT_EQ(answers[2].outcome, SyncOutcome::moved);
    EXPECT_EQ(answers[3].outcome, SyncOutcome::daily_cap);
    EXPECT_EQ(answers[4].outcome, SyncOutcome::moved);
    EXPECT_FALSE(has_account("tg:9"));
    EXPECT_EQ(sync(signed_request(1)).used.value, 100);
    desk.now = desk_opens + std::chrono::days{1};
    EXPECT_EQ(sync(signed_request(100)).outcome, SyncOutcome::moved);
}

TEST_F(Sync, TheEndOfSixtyFourBitsIsRefused) {
    auto const most = std::numeric_limits<std::int64_t>::max();
    EXPECT_EQ(sync(signed_request(most)).moved.outcome, MoveOutcome::overflow);
    EXPECT_FALSE(has_account("tg:7"));
    EXPECT_EQ(sync(signed_request(most - 520)).outcome, SyncOutcome::moved);
    EXPECT_EQ(sync(signed_request(1)).moved.outcome, MoveOutcome::overflow);
    source.daily_cap = Credits{most};
    desk.store->sync().put(source);
    EXPECT_EQ(sync(signed_request(600, "8")).outcome, SyncOutcome::daily_cap);
}

TEST_F(Sync, ItemsOfABatchStandAlone) {
    auto bad = signed_request(1, "3");
    bad.token[0] = bad.token[0] == 'a' ? 'b' : 'a';
    auto const answers = sync({signed_request(1, "1"), signed_request(-521, "2"), bad,
                               signed_request(-500, "1"), signed_request(1, "1")});
    EXPECT_EQ(answers[0].moved.balance.value, 521);
    EXPECT_EQ(answers[1].moved.outcome, MoveOutcome::insufficient_credits);
    EXPECT_EQ(answers[2].outcome, SyncOutcome::bad_token);
    EXPECT_EQ(answers[3].moved.balance.value, 21);
    EXPECT_EQ(answers[4].outcome, SyncOutcome::repeated);
    EXPECT_EQ(desk.balance("tg:1"), 21);
    EXPECT_FALSE(has_account("tg:2"));
}

TEST_F(Sync, ALinkedUserIsItsAccount) {
    desk.open_account("reader");
    desk.store->sync().link({"", "7"}, "reader");
    EXPECT_EQ(sync(signed_request(80)).moved.balance.value, 600);
    EXPECT_FALSE(has_account("tg:7"));
}

TEST_F(Sync, AFrozenAccountKeepsItsCreditsAndTakesNewOnes) {
    sync(signed_request(1));
    desk.change_account("tg:7", [](ledger::Account& account) { account.frozen = true; });
    EXPECT_EQ(sync(signed_request(-1)).moved.outcome, MoveOutcome::frozen);
    EXPECT_EQ(sync(signed_request(2)).outcome, SyncOutcome::moved);
}

}  // namespace
}  // namespace tests
