// Money: wallets, the entries of open charges, keys and references, spending, expiry.
#include "ledger/charge.h"
#include "ledger/credit.h"
#include "ledger/debit.h"
#include "ledger/expire.h"
#include "tests/contract/store_contract.h"

namespace contract {

namespace {

using base::Millis;
using support::a_job;
using support::processing;

ledger::Credit some(std::int64_t credits) {
    return {.amount = {credits}};
}

}  // namespace

TEST_P(StoreContract, LoadsTheWalletsOfUsersThatExist) {
    auto const u1 = open("u1", 100);
    open("u2", 200);

    auto batch = load({.users = {"u1", "nobody", "u2", "u1"}});

    ASSERT_EQ(batch.wallets.size(), 2U);
    EXPECT_EQ(batch.wallet_of("u1")->account.id, u1);
    EXPECT_EQ(batch.wallet_of("u2")->account.balance, base::Credits{200});
    EXPECT_EQ(batch.wallet_of("nobody"), nullptr);
    EXPECT_FALSE(batch.wallets[0].created);
    EXPECT_TRUE(batch.wallets[0].posted.empty());
}

TEST_P(StoreContract, LoadsTheWalletsOfTheLoadedJobsEachOnce) {
    open("u1");
    auto const u2 = open("u2");
    auto const ids = add({a_job({.user = "u2"}), a_job({.user = "u2"})});

    auto const batch = load({.jobs = ids, .wallets_of_jobs = true});

    ASSERT_EQ(batch.wallets.size(), 1U);
    EXPECT_EQ(batch.wallets[0].account.id, u2);
}

TEST_P(StoreContract, KeepsEveryFactOfAnAccountAndItsGrants) {
    open("u1", 100);
    ledger::Wallet written;
    change({.users = {"u1"}}, [&](jobs::Batch& batch) {
        ledger::Wallet& wallet = *batch.wallet_of("u1");
        wallet.account.tier = "gold";
        wallet.account.username = "小明 \"{}\"";
        wallet.account.email = "ming@example.com";
        wallet.account.time_zone = "Asia/Shanghai";
        wallet.account.member_until = batch.now + Millis{5};
        wallet.account.frozen = true;
        wallet.changed = true;
        ledger::credit(wallet,
                       {.kind = ledger::Kind::bonus,
                        .amount = {7},
                        .effective_at = batch.now + Millis{1},
                        .expires_at = batch.now + Millis{2},
                        .service = "tts",
                        .reference = "order-1",
                        .note = "积分 and a \" and a \\"},
                       batch.now);
        written = wallet;
    });

    auto const wallet = store().find_wallet("u1");

    ASSERT_TRUE(wallet.has_value());
    expect_same(written.account, wallet->account);
    ASSERT_EQ(numbers_of(wallet->grants), (std::vector<std::int64_t>{1, 2}));
    for (ledger::Grant& grant : written.grants) {
        grant.changed = false;
    }
    EXPECT_EQ(wallet->grants, written.grants);
    expect_same(written.posted.back(), store().entries_of(written.account.id, {}).at(0));
}

TEST_P(StoreContract, KeepsTheFactsOfANewAccountAndWhatAnEntryWasFor) {
    ledger::Wallet written;
    change({.users = {"u1"}, .new_accounts = 1}, [&](jobs::Batch& batch) {
        auto wallet = ledger::open_account(batch.take_account_id(), "u1", {10}, batch.now);
        wallet.account.username = "ming";
        wallet.account.email = "ming@example.com";
        wallet.account.time_zone = "Europe/Berlin";
        ledger::debit(wallet, {.amount = {3}, .action = "讲, (\"x\")", .note = "n"}, batch.now);
        written = wallet;
        batch.wallets.push_back(std::move(wallet));
    });

    auto const wallet = store().find_wallet("u1");

    ASSERT_TRUE(wallet.has_value());
    expect_same(written.account, wallet->account);
    expect_same(written.posted.back(), store().entries_of(written.account.id, {}).at(0));
}

TEST_P(StoreContract, LoadsOpenGrantsAndAllOfThemWhenAsked) {
    open("u1", 10);
    change({.users = {"u1"}}, [](jobs::Batch& batch) {
        ledger::Wallet& wallet = *batch.wallet_of("u1");
        ledger::debit(wallet, {.amount = {10}}, batch.now);
        ledger::credit(wallet, some(5), batch.now);
    });

    EXPECT_EQ(numbers_of(store().find_wallet("u1")->grants), (std::vector<std::int64_t>{1, 2}));
    EXPECT_EQ(numbers_of(store().glance("u1")->grants), (std::vector<std::int64_t>{2}));
    EXPECT_EQ(store().glance("u1")->account.balance, base::Credits{5});
    EXPECT_EQ(numbers_of(load({.users = {"u1"}}).wallets.at(0).grants),
              (std::vector<std::int64_t>{2}));
    auto all = numbers_of(load({.users = {"u1"}, .every_grant = true}).wallets.at(0).grants);
    std::ranges::sort(all);
    EXPECT_EQ(all, (std::vector<std::int64_t>{1, 2}));
}

TEST_P(StoreContract, AGrantThatWasSpentCanBeFilledAgain) {
    open("u1", 10);
    auto const id = add(processing(a_job(), "w", now()));
    charge(id, 10);
    EXPECT_TRUE(load({.users = {"u1"}}).wallets.at(0).grants.empty());

    change({.jobs = {id}, .charges_of = {id}}, [&](jobs::Batch& batch) {
        ledger::Wallet& wallet = *batch.wallet_of("u1");
        auto const open = ledger::charge_of(batch.jobs.at(0).charge, id, 1);
        EXPECT_EQ(open.taken, base::Credits{10});
        ledger::give_back(wallet, open, {.amount = {4}}, batch.now);
    });

    auto const wallet = load({.users = {"u1"}}).wallets.at(0);
    ASSERT_EQ(wallet.grants.size(), 1U);
    EXPECT_EQ(wallet.grants[0].remaining, base::Credits{4});
    EXPECT_EQ(wallet.account.balance, base::Credits{4});
}

TEST_P(StoreContract, LoadsTheEntriesOfOpenChargesAndTheGrantsTheyDrewFrom) {
    open("u1", 10);
    auto const ids = add({processing(a_job(), "w", now()), processing(a_job(), "w", now()),
                          processing(a_job(), "w", now())});
    charge(ids[0], 6);
    charge(ids[1], 4);
    change_job(ids[1], [](jobs::Job& job) { job.bill.open = false; });

    auto batch = load({.jobs = ids, .charges_of = {ids[0]}});
    ASSERT_EQ(batch.jobs.size(), 3U);
    ASSERT_EQ(batch.find(ids[0])->charge.size(), 1U);
    EXPECT_EQ(batch.find(ids[0])->charge[0].amount, base::Credits{-6});
    EXPECT_EQ(numbers_of(batch.wallet_of("u1")->grants), (std::vector<std::int64_t>{1}));

    auto every = load({.jobs = ids, .charges_of_all = true});
    EXPECT_EQ(every.find(ids[0])->charge.size(), 1U);
    EXPECT_TRUE(every.find(ids[1])->charge.empty()) << "its charge is not open";
    EXPECT_TRUE(every.find(ids[2])->charge.empty()) << "it was never charged";
    EXPECT_TRUE(load({.jobs = ids}).find(ids[0])->charge.empty()) << "nobody asked";
}

TEST_P(StoreContract, LoadsOnlyTheCurrentChargeOfAJob) {
    open("u1", 100);
    auto const id = add(processing(a_job(), "w", now()));
    charge(id, 6);
    charge(id, 3);

    auto const batch = load({.jobs = {id}, .charges_of = {id}});

    ASSERT_EQ(batch.jobs.at(0).charge.size(), 1U);
    EXPECT_EQ(batch.jobs[0].charge[0].charge, 2);
    EXPECT_EQ(batch.jobs[0].charge[0].amount, base::Credits{-3});
}

TEST_P(StoreContract, FindsTheJobOfAnIdempotencyKey) {
    open("u1");
    open("u2");
    auto const first = add(a_job({.key = "k1"}));
    auto const other = add(a_job({.user = "u2", .key = "k1"}));
    add(a_job());

    auto const batch = load({.keys = {{"u1", "k1"}, {"u2", "k1"}, {"u1", "k2"}, {"nobody", "k1"}}});

    ASSERT_EQ(batch.by_key.size(), 2U);
    EXPECT_EQ(batch.by_key.at({"u1", "k1"}).id, first);
    EXPECT_EQ(batch.by_key.at({"u2", "k1"}).id, other);
    EXPECT_TRUE(batch.jobs.empty());
}

TEST_P(StoreContract, FindsTheEntryOfAReference) {
    open("u1", 0);
    ledger::Entry posted;
    change({.users = {"u1"}}, [&](jobs::Batch& batch) {
        ledger::Wallet& wallet = *batch.wallet_of("u1");
        ledger::credit(wallet, {.amount = {7}, .reference = "order-1"}, batch.now);
        posted = wallet.posted.back();
        ledger::credit(wallet, some(5), batch.now);
    });

    auto const batch = load({.references = {"order-1", "order-2"}});

    ASSERT_EQ(batch.by_reference.size(), 1U);
    expect_same(posted, batch.by_reference.at("order-1"));
}

TEST_P(StoreContract, AddsUpWhatWasSpentSince) {
    auto const u1 = open("u1", 100);
    auto const spend = [](jobs::Batch& batch) {
        ledger::debit(*batch.wallet_of("u1"), {.amount = {9}}, batch.now);
    };
    change({.users = {"u1"}}, spend);
    clock_.advance(Millis{1'000});
    auto const since = now();
    auto const id = add(processing(a_job(), "w", now()));
    charge(id, 20);
    change({.jobs = {id}, .charges_of = {id}}, [&](jobs::Batch& batch) {
        auto const open = ledger::charge_of(batch.jobs.at(0).charge, id, 1);
        ledger::give_back(batch.wallets.at(0), open, {.kind = ledger::Kind::settle, .amount = {3}},
                          batch.now);
    });
    change({.users = {"u1"}}, [](jobs::Batch& batch) {
        ledger::Wallet& wallet = *batch.wallet_of("u1");
        ledger::credit(wallet, some(1'000), batch.now);
        ledger::debit(wallet, {.kind = ledger::Kind::adjust, .amount = {50}}, batch.now);
    });

    auto const sum = [&](jobs::Look const& look) {
        base::Timestamp asked;
        auto batch = load({.users = {"u1"}, .looks = [&](base::Timestamp at, auto const& account) {
                               EXPECT_EQ(account.id, u1);
                               asked = at;
                               return std::vector{look};
                           }});
        EXPECT_EQ(asked, now());
        return batch.spent.at(u1).at(0).amount.value;
    };
    EXPECT_EQ(sum({.from = since}), 17);
    EXPECT_EQ(sum({.from = base::Timestamp{}}), 26);
    EXPECT_EQ(sum({.from = since, .to = since}), 0);
    EXPECT_EQ(sum({.from = base::Timestamp{}, .to = since}), 9);
    EXPECT_EQ(sum({.service = "tts", .from = base::Timestamp{}}), 17);
    EXPECT_EQ(sum({.service = "script", .from = base::Timestamp{}}), 0);
    EXPECT_EQ(sum({.summed = jobs::Summed::debited, .from = base::Timestamp{}}), 29);
    EXPECT_EQ(sum({.summed = jobs::Summed::refunded, .from = base::Timestamp{}}), 0);
}

TEST_P(StoreContract, AddsUpFarBackThroughManyEntries) {
    auto const u1 = open("u1", 1'000);
    for (int i = 0; i < 40; ++i) {
        clock_.advance(Millis{10});
        change({.users = {"u1"}}, [&](jobs::Batch& batch) {
            ledger::debit(*batch.wallet_of("u1"),
                          {.amount = {1}, .action = i % 2 == 0 ? "even" : "odd"}, batch.now);
        });
    }
    auto const first = now() - Millis{390};
    auto const looks = [&](base::Timestamp, ledger::Account const&) {
        std::vector<jobs::Look> all;
        for (int from = 0; from <= 41; ++from) {
            all.push_back(
                {.service = from % 3 == 0 ? "odd" : "", .from = first + Millis{10 * from - 5}});
        }
        return all;
    };
    auto const batch = load({.users = {"u1"}, .looks = looks});
    for (int from = 0; from <= 41; ++from) {
        auto const left = std::max(0, 40 - from);
        EXPECT_EQ(batch.spent.at(u1).at(static_cast<std::size_t>(from)).amount.value,
                  from % 3 == 0 ? (left + 1) / 2 : left)
            << from;
    }
}

TEST_P(StoreContract, WhatStandsInAnAccountsWayIsKept) {
    open("u1", 10);
    ledger::Standing standing;
    standing.freeze = ledger::Stop{
        .reason = "a:b;c%d,'e'", .by = "API key \u00e4", .since = now(), .until = std::nullopt};
    standing.brake =
        ledger::Stop{.reason = "spent", .by = "", .since = now(), .until = now() + Millis{5'000}};
    standing.caps = {.job = base::Credits{3}, .daily = std::nullopt, .monthly = base::Credits{0}};
    change({.users = {"u1"}}, [&](jobs::Batch& batch) {
        auto& wallet = *batch.wallet_of("u1");
        wallet.account.standing = standing;
        wallet.account.frozen = true;
        wallet.changed = true;
        batch.stopped.push_back(wallet.account.id);
    });
    auto const account = store().find_wallet("u1")->account;
    EXPECT_EQ(account.standing, standing);
    EXPECT_EQ(account.username, "");
    EXPECT_EQ(account.time_zone, "");
    auto const stopped = store().overview().stopped;
    ASSERT_EQ(stopped.size(), 1U);
    EXPECT_EQ(stopped[0].user, "u1");
    EXPECT_EQ(stopped[0].standing, standing);

    change({.users = {"u1"}}, [&](jobs::Batch& batch) {
        auto& wallet = *batch.wallet_of("u1");
        wallet.account.standing = {};
        wallet.account.frozen = false;
        wallet.account.time_zone = "Asia/Shanghai";
        wallet.changed = true;
        batch.released.push_back(wallet.account.id);
    });
    EXPECT_EQ(store().find_wallet("u1")->account.standing, ledger::Standing{});
    EXPECT_EQ(store().find_wallet("u1")->account.time_zone, "Asia/Shanghai");
    EXPECT_TRUE(store().overview().stopped.empty());
}

TEST_P(StoreContract, ABrakeWhoseTimeIsUpIsNotToldOf) {
    open("u1", 10);
    change({.users = {"u1"}}, [&](jobs::Batch& batch) {
        auto& wallet = *batch.wallet_of("u1");
        wallet.account.standing.brake =
            ledger::Stop{.reason = "", .by = "", .since = now(), .until = now() + Millis{10}};
        wallet.changed = true;
        batch.stopped.push_back(wallet.account.id);
    });
    EXPECT_EQ(store().overview().stopped.size(), 1U);
    clock_.advance(Millis{10});
    EXPECT_TRUE(store().overview().stopped.empty());
}

TEST_P(StoreContract, FindsWalletsWithGrantsPastTheirDate) {
    auto const u1 = open("u1", 0);
    open("u2", 50);
    open("u3", 0);
    for (std::string const user : {"u1", "u3"}) {
        change({.users = {user}}, [&](jobs::Batch& batch) {
            ledger::credit(*batch.wallet_of(user),
                           {.amount = {7}, .expires_at = batch.now + Millis{10}}, batch.now);
        });
    }
    EXPECT_TRUE(load({.expirable = 9}).wallets.empty());
    clock_.advance(Millis{10});
    EXPECT_EQ(load({.expirable = 9}).wallets.size(), 2U);
    EXPECT_EQ(load({.expirable = 1}).wallets.size(), 1U);

    change({.users = {"u1"}}, [&](jobs::Batch& batch) {
        EXPECT_EQ(ledger::expire(*batch.wallet_of("u1"), batch.now).grants, 1);
    });

    auto const left = load({.expirable = 9}).wallets;
    ASSERT_EQ(left.size(), 1U);
    EXPECT_EQ(left[0].account.user, "u3");
    EXPECT_EQ(store().find_wallet("u1")->account.id, u1);
}

TEST_P(StoreContract, GivesNewAccountsAndJobsTheNextIds) {
    auto const batch = load({.new_jobs = 2, .new_accounts = 2});
    ASSERT_EQ(batch.job_ids.size(), 2U);
    EXPECT_GT(batch.job_ids[0].value, 0);
    EXPECT_GT(batch.job_ids[1], batch.job_ids[0]);
    ASSERT_EQ(batch.account_ids.size(), 2U);
    EXPECT_GT(batch.account_ids[0].value, 0);
    EXPECT_GT(batch.account_ids[1], batch.account_ids[0]);
    auto const u1 = open("u1");
    auto const u2 = open("u2");
    EXPECT_GT(u2, u1);
    auto const ids = add({a_job(), a_job()});
    EXPECT_GT(ids[1], ids[0]);
    EXPECT_EQ(add(a_job()).value, ids[1].value + 1);
}

}  // namespace contract
