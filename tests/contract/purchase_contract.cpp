// What was bought under which key, what waits to be paid, and who asks about it: kept, and one
// effect however many try at the same time.
#include <mutex>
#include <set>
#include <thread>

#include "jobs/orders.h"
#include "jobs/purchase.h"
#include "jobs/questions.h"
#include "tests/contract/store_contract.h"

namespace contract {

namespace {

using jobs::Purchase;
using jobs::PurchaseOutcome;
using std::chrono::minutes;

constexpr int crowd = 8;

jobs::Rules purchase_rules() {
    jobs::Rules some;
    some.signup_gift = {};
    some.memberships[0].credits = {1'000};
    return some;
}

Purchase package(int number, std::string const& key = "") {
    auto const digits = std::to_string(number);
    return {.user = "u1",
            .package = "50",
            .channel = "wechat",
            .key = key,
            .secret = std::string(jobs::order_secret_size - digits.size(), 'p') + digits};
}

Purchase month(int number, std::string const& key = "") {
    auto what = package(number, key);
    what.package.clear();
    what.term = "month";
    what.channel = "credits";
    return what;
}

jobs::Purchased buy(adapters::Store& store, Purchase const& what) {
    jobs::Purchased answer;
    auto const in_force = purchase_rules();
    store.transact(jobs::load_for(what, in_force),
                   [&](jobs::Batch& batch) { answer = jobs::purchase(batch, what, in_force); });
    return answer;
}

std::vector<jobs::Order> questions(adapters::Store& store) {
    std::vector<jobs::Order> taken;
    store.transact(jobs::load_for_questions(100),
                   [&](jobs::Batch& batch) { taken = jobs::take_questions(batch, {"wechat"}); });
    return taken;
}

void at_once(std::function<void(int)> const& work) {
    std::vector<std::thread> threads;
    for (int i = 0; i < crowd; ++i) {
        threads.emplace_back([&work, i] { work(i); });
    }
    for (auto& thread : threads) {
        thread.join();
    }
}

}  // namespace

TEST_P(StoreContract, AnOrderIsFoundByItsKey) {
    auto what = package(1, "it's ö");
    what.can_ask = true;
    auto const first = buy(store(), what);
    EXPECT_EQ(store().orders().find(first.order.id), first.order);
    what.secret = package(2).secret;
    auto const again = buy(store(), what);
    EXPECT_EQ(again.outcome, PurchaseOutcome::repeated);
    EXPECT_EQ(again.order, first.order);
    EXPECT_EQ(buy(store(), package(3)).outcome, PurchaseOutcome::opened);
    EXPECT_EQ(buy(store(), package(4)).outcome, PurchaseOutcome::opened) << "no key is no key";
}

TEST_P(StoreContract, AKeyThatManyUseAtOnceIsOneOrder) {
    for (int round = 0; round < 5; ++round) {
        std::mutex mutex;
        std::set<std::string> ids;
        int opened = 0;
        at_once([&](int i) {
            auto what = package(round * crowd + i, "tap");
            what.user = "u" + std::to_string(round);
            auto const bought = buy(store(), what);
            std::scoped_lock const lock{mutex};
            ids.insert(bought.order.id);
            opened += bought.outcome == PurchaseOutcome::opened ? 1 : 0;
        });
        EXPECT_EQ(ids.size(), 1U);
        EXPECT_EQ(opened, 1);
    }
}

TEST_P(StoreContract, PendingOrdersAreCounted) {
    buy(store(), package(1));
    clock_.advance(minutes{1});
    buy(store(), package(2));
    auto const batch = load({.orders = {.pending_of = {"u1", "u2"}}});
    ASSERT_TRUE(batch.orders.pending.contains("u1"));
    EXPECT_EQ(batch.orders.pending.at("u1").count, 2);
    EXPECT_EQ(batch.orders.pending.at("u1").first_end,
              now() - minutes{1} + purchase_rules().recharge.order_life);
    auto const other = batch.orders.pending.find("u2");
    EXPECT_TRUE(other == batch.orders.pending.end() || other->second.count == 0);

    clock_.advance(purchase_rules().recharge.order_life -
                   minutes{1});  // the first one's time is up
    auto const later = load({.orders = {.pending_of = {"u1"}}});
    EXPECT_EQ(later.orders.pending.at("u1").count, 1);
    EXPECT_EQ(later.orders.pending.at("u1").first_end, now() + minutes{1});
}

TEST_P(StoreContract, WhatIsBoughtWithCreditsIsKeptAsPaid) {
    open("u1", 1'500);
    auto const bought = buy(store(), month(1, "tap"));
    ASSERT_EQ(bought.outcome, PurchaseOutcome::opened);
    EXPECT_EQ(store().orders().find(bought.order.id), bought.order);
    auto const wallet = store().find_wallet("u1");
    EXPECT_EQ(wallet->account.balance, base::Credits{500});
    EXPECT_EQ(wallet->account.member_until, bought.order.member_until);
    EXPECT_EQ(buy(store(), month(2, "tap")).order, bought.order);
}

TEST_P(StoreContract, WhatManyBuyAtOnceIsPaidByEachOnce) {
    open("u1", 3'500);
    std::mutex mutex;
    int bought = 0;
    at_once([&](int i) {
        bool const opened = buy(store(), month(i)).outcome == PurchaseOutcome::opened;
        std::scoped_lock const lock{mutex};
        bought += opened ? 1 : 0;
    });
    EXPECT_EQ(bought, 3);
    EXPECT_EQ(store().find_wallet("u1")->account.balance, base::Credits{500});
    EXPECT_EQ(store().orders().list({.user = "u1"}).size(), 3U);
}

TEST_P(StoreContract, AnOrderIsAskedAboutByOne) {
    for (int i = 0; i < 5; ++i) {
        auto what = package(i);
        what.can_ask = true;
        buy(store(), what);
    }
    buy(store(), package(9));
    EXPECT_TRUE(questions(store()).empty());
    clock_.advance(minutes{2});
    std::mutex mutex;
    std::multiset<std::string> asked;
    at_once([&](int) {
        auto const taken = questions(store());
        std::scoped_lock const lock{mutex};
        for (auto const& order : taken) {
            asked.insert(order.id);
        }
    });
    EXPECT_EQ(asked.size(), 5U);
    EXPECT_EQ(std::set<std::string>(asked.begin(), asked.end()).size(), 5U);
}

TEST_P(StoreContract, WhoIsAskedAboutIsNotClosedMeanwhile) {
    auto what = package(1);
    what.can_ask = true;
    auto const asked = buy(store(), what).order;
    auto const other = buy(store(), package(2)).order;
    clock_.advance(purchase_rules().recharge.order_life);
    auto const batch = load({.orders = {.closable = 10}});
    ASSERT_EQ(batch.orders.loaded.size(), 1U);
    EXPECT_EQ(batch.orders.loaded[0].order.id, other.id);
    change(jobs::load_for_offer(asked.id),
           [&](jobs::Batch& all) { jobs::keep_offer(all, asked.id, "qr_code weixin://it's?ö"); });
    EXPECT_EQ(store().orders().find(asked.id)->offer, "qr_code weixin://it's?ö");
}

}  // namespace contract
