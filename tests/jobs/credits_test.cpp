// Credits moved by hand: consumed, recharged, paid as points; facts of accounts.
#include "jobs/credits.h"

#include <gtest/gtest.h>

#include "tests/jobs/desk.h"

namespace tests {
namespace {

using jobs::MoveOutcome;
using jobs::SubmitOutcome;

class ByHand : public testing::Test {
protected:
    jobs::Moved consume(jobs::Consumption const& what) {
        jobs::Moved moved;
        desk.store->transact(jobs::load_for(what, desk.rules), [&](jobs::Batch& batch) {
            moved = jobs::consume(batch, what, desk.rules);
        });
        EXPECT_EQ(desk.audit(), "");
        return moved;
    }

    jobs::Moved recharge(jobs::Recharge const& what) {
        jobs::Moved moved;
        desk.store->transact(jobs::load_for(what), [&](jobs::Batch& batch) {
            moved = jobs::recharge(batch, what, desk.rules);
        });
        EXPECT_EQ(desk.audit(), "");
        return moved;
    }

    jobs::PointsPaid pay(jobs::PointsUse const& use) {
        jobs::PointsPaid paid;
        desk.store->transact(jobs::load_for(use, desk.rules), [&](jobs::Batch& batch) {
            paid = jobs::pay(batch, use, desk.book, desk.rules);
        });
        EXPECT_EQ(desk.audit(), "");
        return paid;
    }

    jobs::AccountPut put(std::string const& user, jobs::AccountFacts const& facts) {
        jobs::AccountPut answer;
        desk.store->transact(jobs::load_for_account(user), [&](jobs::Batch& batch) {
            answer = jobs::put_account(batch, user, facts, desk.rules);
        });
        EXPECT_EQ(desk.audit(), "");
        return answer;
    }

    jobs::Submission cost_of(jobs::PointsUse const& use) {
        jobs::Submission answer;
        desk.store->transact(jobs::load_for(use, desk.rules), [&](jobs::Batch& batch) {
            answer = jobs::cost_of(batch, use, desk.book, desk.rules);
        });
        return answer;
    }

    jobs::Consumption const poster{.user = "u1",
                                   .amount = {50},
                                   .action = "poster",
                                   .description = "a poster",
                                   .reference = "r1"};
    jobs::Recharge const order{
        .user = "u1", .credits = {100}, .paid = 990, .method = "wechat", .order = "o1"};
    Desk desk;
};

TEST_F(ByHand, ConsumingOpensTheAccountWithItsGift) {
    auto const moved = consume(poster);
    EXPECT_EQ(moved.outcome, MoveOutcome::moved);
    EXPECT_EQ(moved.balance.value, 470);
    auto const entry = desk.entries("u1").back();
    EXPECT_EQ(entry.action, "poster");
    EXPECT_EQ(entry.note, "a poster");
    EXPECT_EQ(entry.amount.value, -50);
}

TEST_F(ByHand, ARepeatIsAnsweredAsTheFirstTime) {
    consume(poster);
    desk.give("u1", {.amount = {7}});
    desk.now += Millis{1000};
    auto const again = consume(poster);
    EXPECT_EQ(again.outcome, MoveOutcome::repeated);
    EXPECT_EQ(again.balance.value, 470);
    EXPECT_EQ(desk.balance("u1"), 477);
}

TEST_F(ByHand, ARepeatIsAnsweredAsTheFirstTimeWhateverExpiredOrIsYetToCome) {
    desk.give("u1", {.amount = {30}, .expires_at = desk.now + Millis{5}});
    desk.give("u1", {.amount = {40}, .effective_at = desk.now + Millis{90}});
    desk.now += Millis{10};
    auto const first = consume(poster);
    EXPECT_EQ(first.balance.value, 470);
    EXPECT_EQ(desk.balance("u1"), 470);
    EXPECT_EQ(consume(poster).balance.value, 470);
}

TEST_F(ByHand, SomethingElseUnderAReferenceIsAConflict) {
    consume(poster);
    auto other = poster;
    other.amount = {51};
    EXPECT_EQ(consume(other).outcome, MoveOutcome::reference_conflict);
    other = poster;
    other.action = "banner";
    EXPECT_EQ(consume(other).outcome, MoveOutcome::reference_conflict);
    other = poster;
    other.description = "another poster";
    EXPECT_EQ(consume(other).outcome, MoveOutcome::reference_conflict);
    EXPECT_EQ(desk.balance("u1"), 470);
}

TEST_F(ByHand, ReferencesOfUsersDoNotMeet) {
    consume(poster);
    auto other = poster;
    other.user = "u2";
    EXPECT_EQ(consume(other).outcome, MoveOutcome::moved);
    auto sly = poster;
    sly.user = "u1:r";
    sly.reference = "1";
    EXPECT_EQ(consume(sly).outcome, MoveOutcome::moved);
    auto numbered = order;
    numbered.order = "r1";
    EXPECT_EQ(recharge(numbered).outcome, MoveOutcome::moved);
}

TEST_F(ByHand, AReferenceIsShownAsItWasGiven) {
    auto odd = poster;
    odd.reference = "a:b";
    odd.user = "x:1:y";
    EXPECT_EQ(jobs::given_reference(consume(odd).entry->reference), "a:b");
    EXPECT_EQ(jobs::given_reference(recharge(order).entry->reference), "o1");
    for (auto const* const other : {"", "consume", "consume:", "consume:5", "consume:9:ab:c",
                                    "consume:-1:ab:c", "consume:2:ab", "consume:x:ab:c"}) {
        EXPECT_EQ(jobs::given_reference(other), other);
    }
}

TEST_F(ByHand, ShortOfCreditsNothingChanges) {
    desk.give("u1", {.amount = {30}, .expires_at = desk.now + Millis{5}});
    desk.now += Millis{10};
    auto const entries = desk.entries("u1").size();
    auto greedy = poster;
    greedy.amount = {999'999};
    auto const refused = consume(greedy);
    EXPECT_EQ(refused.outcome, MoveOutcome::insufficient_credits);
    EXPECT_EQ(refused.balance.value, 520);
    EXPECT_EQ(desk.entries("u1").size(), entries);
    greedy.user = "u2";
    EXPECT_EQ(consume(greedy).balance.value, 520);
    EXPECT_FALSE(desk.store->find_wallet("u2").has_value());
}

TEST_F(ByHand, CreditsForOneServiceAreNotCountedForAnythingElse) {
    desk.give("u1", {.amount = {100}, .service = "tts"});
    auto much = poster;
    much.amount = {600};
    auto const refused = consume(much);
    EXPECT_EQ(refused.outcome, MoveOutcome::insufficient_credits);
    EXPECT_EQ(refused.balance.value, 520);
}

TEST_F(ByHand, OneOrderIsOneRecharge) {
    EXPECT_EQ(recharge(order).balance.value, 620);
    consume(poster);
    auto const again = recharge(order);
    EXPECT_EQ(again.outcome, MoveOutcome::repeated);
    EXPECT_EQ(again.balance.value, 620);
    EXPECT_EQ(desk.balance("u1"), 570);
}

TEST_F(ByHand, AnotherBodyForAnOrderIsAConflict) {
    recharge(order);
    for (auto const change :
         {+[](jobs::Recharge& o) { o.credits = {101}; }, +[](jobs::Recharge& o) { o.paid = 991; },
          +[](jobs::Recharge& o) { o.method = "alipay"; },
          +[](jobs::Recharge& o) { o.user = "u2"; }}) {
        auto other = order;
        change(other);
        EXPECT_EQ(recharge(other).outcome, MoveOutcome::reference_conflict);
    }
    EXPECT_EQ(desk.balance("u1"), 620);
    EXPECT_FALSE(desk.store->find_wallet("u2").has_value());
}

TEST_F(ByHand, AnOrderGrantedFromTheCommandLineIsNotRechargedAgain) {
    desk.give("u1", {.amount = {100}, .reference = "o1", .note = "by hand"});
    EXPECT_EQ(recharge(order).outcome, MoveOutcome::reference_conflict);
    EXPECT_EQ(desk.balance("u1"), 620);
}

TEST_F(ByHand, PointsArePaidByTheBookOncePerReference) {
    jobs::PointsUse const use{.request = request("script"), .reference = "p1"};
    auto const price = cost_of(use).required;
    ASSERT_GT(price.value, 0);
    auto const paid = pay(use);
    EXPECT_EQ(paid.judged.outcome, SubmitOutcome::created);
    EXPECT_EQ(paid.moved.entry->amount, -price);
    EXPECT_EQ(paid.moved.entry->action, "script");
    desk.book.services.at("script")[0].terms.credits = {99};
    auto const again = pay(use);
    EXPECT_EQ(again.moved.outcome, MoveOutcome::repeated);
    EXPECT_EQ(again.moved.entry->amount, -price);
    EXPECT_EQ(again.moved.balance, paid.moved.balance);
    EXPECT_EQ(desk.balance("u1"), 520 - price.value);
}

TEST_F(ByHand, PointsMayComeFromCreditsOfThatService) {
    desk.give("u1", {.amount = {100}, .service = "script"});
    jobs::PointsUse const use{.request = request("script"), .reference = ""};
    auto const price = cost_of(use).required;
    pay(use);
    auto const wallet = *desk.store->find_wallet("u1");
    EXPECT_EQ(wallet.grants.at(1).remaining.value, 100 - price.value);
}

TEST_F(ByHand, PointsAreRefusedWithoutFundsAndOverTheCaps) {
    jobs::PointsUse const use{.request = request("script"), .reference = ""};
    auto const price = cost_of(use).required;
    desk.open_account("u1");
    desk.spend("u1", {.amount = {520}});
    auto const refused = pay(use);
    EXPECT_EQ(refused.judged.outcome, SubmitOutcome::insufficient_credits);
    EXPECT_EQ(refused.judged.required, price);
    EXPECT_EQ(refused.judged.balance.value, 0);
    desk.give("u1", {.amount = {1000}});
    desk.rules.guards.daily_cap = {520};
    EXPECT_EQ(pay(use).judged.outcome, SubmitOutcome::over_cap);
    desk.rules.guards.job_cap = price - Credits{1};
    EXPECT_EQ(pay(use).judged.outcome, SubmitOutcome::over_job_cap);
    EXPECT_EQ(desk.balance("u1"), 1000);
}

TEST_F(ByHand, PointsForAnUnknownServiceChangeNothing) {
    EXPECT_EQ(pay({.request = request("nothing"), .reference = "x"}).judged.outcome,
              SubmitOutcome::unknown_service);
    EXPECT_FALSE(desk.store->find_wallet("u1").has_value());
}

TEST_F(ByHand, WhatCostsNothingHasNoEntry) {
    auto const paid = pay({.request = request("caption"), .reference = "x"});
    EXPECT_EQ(paid.judged.outcome, SubmitOutcome::created);
    EXPECT_FALSE(paid.moved.entry.has_value());
    EXPECT_EQ(paid.moved.balance.value, 520);
    EXPECT_EQ(desk.entries("u1").size(), 1U);
}

TEST_F(ByHand, AnAccountIsOpenedWithItsFactsAndItsGiftOnce) {
    auto const first = put("u1", {.username = "Ann", .tier = "gold"});
    EXPECT_TRUE(first.opened);
    EXPECT_EQ(desk.balance("u1"), 520);
    auto const second = put("u1", {.email = "ann@example.com", .tier = "", .time_zone = "UTC"});
    EXPECT_FALSE(second.opened);
    EXPECT_EQ(desk.balance("u1"), 520);
    auto const account = desk.store->find_wallet("u1")->account;
    EXPECT_EQ(account.username, "Ann");
    EXPECT_EQ(account.email, "ann@example.com");
    EXPECT_EQ(account.tier, "");
    EXPECT_EQ(account.time_zone, "UTC");
}

TEST_F(ByHand, AJobsEntriesSayWhatTheyWereFor) {
    auto const job = desk.submit(request("script")).job;
    desk.claim("w");
    desk.cancel(job->id);
    auto const entries = desk.entries("u1");
    ASSERT_EQ(entries.size(), 3U);
    EXPECT_EQ(entries[1].action, "script");
    EXPECT_EQ(entries[2].action, "script");
}

TEST_F(ByHand, WhatCostAMemberNothingIsAnsweredTheSameAgainWhateverHasChanged) {
    desk.book.services.at("script")[0].terms.members_free = true;
    desk.open_account("u1");
    desk.change_account("u1", [&](ledger::Account& account) {
        account.member_until = desk.now + std::chrono::hours{1};
    });
    jobs::PointsUse const use{.request = request("script"), .reference = "p1"};
    auto const first = pay(use);
    EXPECT_FALSE(first.moved.entry);
    EXPECT_EQ(first.moved.balance.value, 520);
    desk.now += std::chrono::hours{2};
    desk.give("u1", {.amount = {100}});
    auto const again = pay(use);
    EXPECT_EQ(again.moved.outcome, MoveOutcome::repeated);
    EXPECT_EQ(again.moved.entry->amount.value, 0);
    EXPECT_EQ(again.moved.balance.value, 520);
    EXPECT_EQ(desk.balance("u1"), 620);
    EXPECT_EQ(pay({.request = request("polish"), .reference = "p1"}).moved.outcome,
              MoveOutcome::reference_conflict);
}

}  // namespace
}  // namespace tests
