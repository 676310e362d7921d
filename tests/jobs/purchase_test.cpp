// Buying: orders once per key, no more of them than allowed, and terms that credits pay for.
#include "jobs/purchase.h"

#include "jobs/questions.h"
#include "tests/jobs/order_desk.h"

namespace tests {
namespace {

using jobs::Purchase;
using jobs::PurchaseOutcome;

class Purchases : public OrderDesk {
protected:
    Purchases() {
        desk.rules.signup_gift = {};
        desk.rules.memberships[0].credits = {1'000};
    }

    jobs::Purchased buy(Purchase what) {
        what.user = what.user.empty() ? "u1" : what.user;
        what.secret = "0123456789abcdef" + std::to_string(100 + count_++);
        jobs::Purchased answer;
        desk.store->transact(jobs::load_for(what, desk.rules), [&](jobs::Batch& batch) {
            answer = jobs::purchase(batch, what, desk.rules);
        });
        EXPECT_EQ(desk.audit(), "");
        return answer;
    }

    static Purchase package(std::string const& key = "") {
        return {.package = "50", .channel = "wechat", .key = key};
    }

    static Purchase month(std::string const& channel, std::string const& key = "") {
        return {.term = "month", .channel = channel, .key = key};
    }

    std::optional<jobs::Order> stored(std::string const& id) {
        return desk.store->orders().find(id);
    }

    std::optional<Timestamp> member_until() {
        return desk.store->find_wallet("u1")->account.member_until;
    }

private:
    int count_ = 0;
};

TEST_F(Purchases, OpenAnOrderForAPackage) {
    auto const bought = buy(package());
    ASSERT_EQ(bought.outcome, PurchaseOutcome::opened);
    EXPECT_EQ(bought.order.amount, 5'000);
    EXPECT_EQ(stored(bought.order.id), bought.order);
    EXPECT_FALSE(bought.order.ask_at);
    EXPECT_EQ(buy({.package = "7", .channel = "wechat"}).outcome, PurchaseOutcome::unknown_package);
    EXPECT_EQ(buy({.term = "week", .channel = "wechat"}).outcome, PurchaseOutcome::unknown_term);
}

TEST_F(Purchases, AreAskedAboutWhereTheirPlatformCanBeAsked) {
    auto what = package();
    what.can_ask = true;
    auto const bought = buy(what);
    EXPECT_EQ(bought.order.ask_at, desk.now + std::chrono::minutes{2});
    EXPECT_EQ(stored(bought.order.id), bought.order);
}

TEST_F(Purchases, OfOneKeyAreOneOrder) {
    auto const first = buy(package("tap"));
    auto const again = buy(package("tap"));
    EXPECT_EQ(again.outcome, PurchaseOutcome::repeated);
    EXPECT_EQ(again.order, first.order);
    EXPECT_EQ(buy(month("wechat", "tap")).outcome, PurchaseOutcome::key_conflict);
    auto other = package("tap");
    other.channel = "alipay";
    EXPECT_EQ(buy(other).outcome, PurchaseOutcome::key_conflict);
    other = package("tap");
    other.user = "u2";
    EXPECT_EQ(buy(other).outcome, PurchaseOutcome::opened) << "keys are a user's own";
    EXPECT_EQ(desk.store->orders().list({.user = "u1"}).size(), 1U);
}

TEST_F(Purchases, OfOneKeyAreOneOrderAlsoWhenItIsPaid) {
    auto const first = buy(package("tap"));
    take(payment(first.order));
    auto const again = buy(package("tap"));
    EXPECT_EQ(again.outcome, PurchaseOutcome::repeated);
    EXPECT_EQ(again.order.status, OrderStatus::paid);
    EXPECT_EQ(desk.balance("u1"), 550);
}

TEST_F(Purchases, WaitForTheOthersWhereThereAreTooMany) {
    desk.rules.recharge.pending_orders = 2;
    auto const first = buy(package());
    desk.now += hours{1};
    buy(package("second"));
    auto const refused = buy(package());
    EXPECT_EQ(refused.outcome, PurchaseOutcome::too_many_pending);
    EXPECT_EQ(refused.limit, 2);
    EXPECT_EQ(refused.frees_in, hours{1});
    EXPECT_EQ(buy(package("second")).outcome, PurchaseOutcome::repeated);
    auto other = package();
    other.user = "u2";
    EXPECT_EQ(buy(other).outcome, PurchaseOutcome::opened);
    take(payment(first.order));
    EXPECT_EQ(buy(package()).outcome, PurchaseOutcome::opened);
}

TEST_F(Purchases, ATermIsPaidByAnOrder) {
    auto const bought = buy(month("wechat"));
    ASSERT_EQ(bought.outcome, PurchaseOutcome::opened);
    EXPECT_EQ(bought.order.amount, 990);
    EXPECT_FALSE(member_until());
    take(payment(bought.order));
    EXPECT_EQ(member_until(), base::parse_timestamp("2026-04-01T00:00:00Z"));
    EXPECT_EQ(desk.balance("u1"), 0);
}

TEST_F(Purchases, ATermWhoseMoneyWentBackIsTakenOutAgain) {
    auto const first = buy(month("wechat"));
    take(payment(first.order, "T1"));
    auto const second = buy({.term = "quarter", .channel = "wechat"});
    take(payment(second.order, "T2"));
    EXPECT_EQ(member_until(), base::parse_timestamp("2026-07-01T00:00:00Z"));
    auto back = payment(first.order, "T1");
    back.id = "R1";
    back.state = jobs::PaymentState::refunded;
    back.returned = 990;
    take(back);
    EXPECT_EQ(member_until(), base::parse_timestamp("2026-05-31T00:00:00Z"));
    take(back);
    EXPECT_EQ(member_until(), base::parse_timestamp("2026-05-31T00:00:00Z"));
}

TEST_F(Purchases, ATermIsPaidWithCreditsAtOnce) {
    desk.give("u1", {.amount = {1'500}});
    auto const bought = buy(month("credits", "tap"));
    ASSERT_EQ(bought.outcome, PurchaseOutcome::opened);
    EXPECT_EQ(bought.order.status, OrderStatus::paid);
    EXPECT_EQ(bought.balance.value, 500);
    EXPECT_EQ(member_until(), base::parse_timestamp("2026-04-01T00:00:00Z"));
    EXPECT_EQ(stored(bought.order.id), bought.order);
    auto const again = buy(month("credits", "tap"));
    EXPECT_EQ(again.outcome, PurchaseOutcome::repeated);
    EXPECT_EQ(again.order, bought.order);
    EXPECT_EQ(desk.balance("u1"), 500);
    EXPECT_EQ(member_until(), base::parse_timestamp("2026-04-01T00:00:00Z"));
}

TEST_F(Purchases, WhatCreditsPayForIsToldToTheWorld) {
    desk.give("u1", {.amount = {1'500}});
    auto what = month("credits");
    what.user = "u1";
    what.secret = "0123456789abcdef999";
    std::vector<std::string> kinds;
    desk.store->transact(jobs::load_for(what, desk.rules), [&](jobs::Batch& batch) {
        jobs::purchase(batch, what, desk.rules);
        for (auto const& notice : batch.notices) {
            kinds.push_back(notice.kind);
        }
    });
    EXPECT_TRUE(std::ranges::find(kinds, "order.paid") != kinds.end());
}

TEST_F(Purchases, ATermThatCreditsDoNotPayForChangesNothing) {
    auto refused = buy(month("credits"));
    EXPECT_EQ(refused.outcome, PurchaseOutcome::insufficient_credits);
    EXPECT_EQ(refused.required.value, 1'000);
    EXPECT_FALSE(desk.store->find_wallet("u1")) << "a refused first use opens no account";
    desk.give("u1", {.amount = {999}});
    refused = buy(month("credits"));
    EXPECT_EQ(refused.outcome, PurchaseOutcome::insufficient_credits);
    EXPECT_EQ(refused.balance.value, 999);
    EXPECT_FALSE(member_until());
    desk.give("u1", {.amount = {1'000}});
    desk.change_account("u1", [](ledger::Account& account) { account.frozen = true; });
    EXPECT_EQ(buy(month("credits")).outcome, PurchaseOutcome::frozen);
    EXPECT_TRUE(desk.store->orders().list({.user = "u1"}).empty());
}

TEST_F(Purchases, TheBrakeStopsWhatCreditsPayFor) {
    desk.give("u1", {.amount = {5'000}});
    desk.change_account("u1", [&](ledger::Account& account) {
        account.standing.brake = ledger::Stop{.reason = "a leap", .since = desk.now};
    });
    auto const refused = buy(month("credits"));
    EXPECT_EQ(refused.outcome, PurchaseOutcome::stopped);
    EXPECT_EQ(refused.moved.outcome, jobs::MoveOutcome::braked);
    EXPECT_FALSE(member_until());
    EXPECT_EQ(buy(month("wechat")).outcome, PurchaseOutcome::opened);
}

TEST_F(Purchases, AreNotSoldForWhatTheyHaveNoPriceIn) {
    desk.give("u1", {.amount = {9'000}});
    EXPECT_EQ(buy({.term = "year", .channel = "credits"}).outcome, PurchaseOutcome::not_sold);
    EXPECT_EQ(buy({.package = "50", .channel = "credits"}).outcome, PurchaseOutcome::not_sold);
    desk.rules.memberships[0].amount = 0;
    EXPECT_EQ(buy(month("wechat")).outcome, PurchaseOutcome::not_sold);
}

TEST_F(Purchases, NobodyBecomesAMemberForMoreThanTenYears) {
    desk.open_account("u1");
    desk.change_account("u1", [&](ledger::Account& account) {
        account.member_until = desk.now + std::chrono::days{3'640};
    });
    EXPECT_EQ(buy(month("wechat")).outcome, PurchaseOutcome::too_long);
}

TEST_F(Purchases, KeepHowTheyCanBePaidWhileTheyArePending) {
    auto const order = buy(package()).order;
    auto const keep = [&] {
        bool kept = false;
        desk.store->transact(jobs::load_for_offer(order.id), [&](jobs::Batch& batch) {
            kept = jobs::keep_offer(batch, order.id, "qr_code weixin://x");
        });
        return kept;
    };
    EXPECT_TRUE(keep());
    EXPECT_EQ(stored(order.id)->offer, "qr_code weixin://x");
    take(payment(order));
    EXPECT_FALSE(keep());
}

}  // namespace
}  // namespace tests
