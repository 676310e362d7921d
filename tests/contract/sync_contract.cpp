// Sister products: how they are kept, and what a decision is given of them.
#include "jobs/sync.h"
#include "tests/contract/store_contract.h"

namespace contract {

namespace {

using base::Credits;
using base::Millis;
using jobs::SyncedUser;
using jobs::SyncSource;

SyncSource a_source(std::string const& name) {
    return {.name = name, .secret = "it's \"new\"", .previous_secret = "öld", .may_deduct = false};
}

jobs::Load of(std::vector<SyncedUser> who) {
    return {.new_accounts = 10, .synced = std::move(who)};
}

ledger::Credit added(std::string const& source, std::int64_t credits) {
    return {.kind = ledger::Kind::sync, .amount = {credits}, .action = source};
}

}  // namespace

TEST_P(StoreContract, ASourceIsKeptAsItWasPutWithTheStoresTimes) {
    EXPECT_TRUE(store().sync().sources().empty());
    auto wanted = a_source("novel");
    store().sync().put(wanted);
    wanted.created_at = wanted.changed_at = now();
    EXPECT_EQ(store().sync().sources(), std::vector{wanted});

    clock_.advance(Millis{5});
    wanted.secret = "newer";
    wanted.previous_secret = "";
    wanted.may_add = false;
    wanted.may_deduct = true;
    wanted.daily_cap = Credits{0};
    store().sync().put(wanted);
    wanted.changed_at = now();
    EXPECT_EQ(store().sync().sources(), std::vector{wanted});
}

TEST_P(StoreContract, SourcesAreListedByNameAndRemoved) {
    store().sync().put(a_source("b"));
    store().sync().put(a_source("a"));
    store().sync().put(a_source("c"));
    EXPECT_TRUE(store().sync().remove("b"));
    EXPECT_FALSE(store().sync().remove("b"));
    EXPECT_FALSE(store().sync().remove("' OR true --"));
    auto const left = store().sync().sources();
    ASSERT_EQ(left.size(), 2U);
    EXPECT_EQ(left[0].name, "a");
    EXPECT_EQ(left[1].name, "c");
}

TEST_P(StoreContract, ADecisionIsGivenItsSourcesAndNoOthers) {
    store().sync().put(a_source("a"));
    store().sync().put(a_source("b"));
    auto const batch = load(of({{"a", "1"}, {"nobody", "1"}, {"a", "2"}}));
    ASSERT_EQ(batch.sources.size(), 1U);
    EXPECT_EQ(batch.sources.at("a").secret, "it's \"new\"");
    EXPECT_TRUE(batch.added_today.empty());
    EXPECT_EQ(batch.account_ids.size() >= 2, true);
}

TEST_P(StoreContract, AUserOfAProductComesWithItsWallet) {
    open("tg:1", 100);
    open("reader", 200);
    open("other", 300);
    store().sync().link({"", "2"}, "reader");
    store().sync().link({"b", "3"}, "other");
    auto batch = load(of({{"a", "1"}, {"a", "2"}, {"a", "3"}, {"b", "3"}, {"a", "1"}}));
    EXPECT_EQ(jobs::user_of(batch, {"a", "1"}), "tg:1");
    EXPECT_EQ(jobs::user_of(batch, {"a", "2"}), "reader");
    EXPECT_EQ(jobs::user_of(batch, {"a", "3"}), "tg:3");
    EXPECT_EQ(jobs::user_of(batch, {"b", "3"}), "other");
    EXPECT_EQ(batch.wallets.size(), 3U);
    EXPECT_NE(batch.wallet_of("tg:1"), nullptr);
    EXPECT_NE(batch.wallet_of("reader"), nullptr);
    EXPECT_NE(batch.wallet_of("other"), nullptr);
}

TEST_P(StoreContract, ALinkIsReplacedAndTakenAway) {
    auto& sync = store().sync();
    sync.link({"", "7"}, "one");
    sync.link({"", "7"}, "two");
    sync.link({"a", "7"}, "three");
    sync.link({"a", "8"}, "four");
    std::map<SyncedUser, std::string> const both{{{"", "7"}, "two"}, {{"a", "7"}, "three"}};
    EXPECT_EQ(sync.links("7"), both);
    sync.link({"", "7"}, "");
    sync.link({"", "7"}, "");
    std::map<SyncedUser, std::string> const own{{{"a", "7"}, "three"}};
    EXPECT_EQ(sync.links("7"), own);
}

TEST_P(StoreContract, WhatACappedSourceHasAddedIsCountedSinceMidnightOfUtc) {
    auto capped = a_source("a");
    capped.daily_cap = Credits{1'000};
    store().sync().put(capped);
    store().sync().put(a_source("free"));
    open("tg:1", 0);
    open("tg:2", 0);
    auto const give = [&](std::string const& user, ledger::Credit const& what) {
        jobs::Load const wanted{.users = {user}};
        change(wanted, [&](jobs::Batch& batch) {
            ASSERT_EQ(ledger::credit(*batch.wallet_of(user), what, batch.now),
                      ledger::CreditOutcome::credited);
        });
    };
    auto const count = [&] { return load(of({{"a", "1"}, {"free", "2"}})).added_today; };
    auto const counted = [](std::int64_t credits) {
        return std::map<std::string, Credits, std::less<>>{{"a", Credits{credits}}};
    };
    EXPECT_EQ(count(), counted(0));
    give("tg:1", added("a", 5));
    clock_.advance(jobs::utc_day(now()) + std::chrono::days{1} - now() - Millis{1});
    give("tg:2", added("a", 30));
    give("tg:1", added("free", 100));
    give("tg:1", {.kind = ledger::Kind::adjust, .amount = {500}, .action = "a"});
    EXPECT_EQ(count(), counted(35));
    clock_.advance(Millis{1});
    EXPECT_EQ(count(), counted(0));
    give("tg:1", added("a", 8));
    EXPECT_EQ(count(), counted(8));
}

}  // namespace contract
