// What stores keep so that it is not asked or added up anew: uses that cost nothing, and sums of
// entries.
#include "ledger/charge.h"
#include "ledger/debit.h"
#include "tests/contract/store_contract.h"

namespace contract {

namespace {

using base::Millis;
using support::a_job;
using support::processing;

}  // namespace

TEST_P(StoreContract, WhatCostNothingIsFoundByItsReference) {
    auto const u1 = open("u1", 100);
    ledger::Entry const use{.account = u1,
                            .kind = ledger::Kind::consume,
                            .balance_after = {100},
                            .action = "script",
                            .reference = "free it's 1",
                            .note = "script points",
                            .recorded_at = now()};
    change({.users = {"u1"}}, [&](jobs::Batch& batch) { batch.used_free.push_back(use); });
    auto const batch = load({.free_uses = {"free it's 1", "free 2"}});
    ASSERT_EQ(batch.by_reference.size(), 1U);
    auto const& found = batch.by_reference.at("free it's 1");
    EXPECT_EQ(found.account, u1);
    EXPECT_EQ(found.kind, ledger::Kind::consume);
    EXPECT_EQ(found.balance_after, use.balance_after);
    EXPECT_EQ(found.amount, base::Credits{});
    EXPECT_EQ(found.action, use.action);
    EXPECT_EQ(found.note, use.note);
    EXPECT_EQ(found.recorded_at, use.recorded_at);
    EXPECT_TRUE(load({.references = {"free it's 1"}}).by_reference.empty());
}

// So many that stores keep what they have added up, while the windows move on.
TEST_P(StoreContract, AddsUpTheSameWhateverItHasAddedUpBefore) {
    auto const u1 = open("u1", 100'000);
    auto const opened = now();
    std::vector<std::pair<base::Timestamp, std::int64_t>> debits;
    auto const looks = [&](base::Timestamp at, ledger::Account const&) {
        return std::vector{
            jobs::Look{.window = jobs::Window::day, .service = "", .from = opened + Millis{500}},
            jobs::Look{.window = jobs::Window::lately,
                       .summed = jobs::Summed::debited,
                       .service = "",
                       .from = at - Millis{200}},
            jobs::Look{.window = jobs::Window::usual,
                       .summed = jobs::Summed::debited,
                       .service = "",
                       .from = opened,
                       .to = at - Millis{200}}};
    };
    auto const spend = [&](jobs::Batch& batch) {
        for (int i = 0; i < 70; ++i) {
            ledger::debit(*batch.wallet_of("u1"), {.amount = {i + 1}}, batch.now);
        }
    };
    clock_.advance(Millis{600});
    auto const job_in = add(processing(a_job(), "w", now()));
    charge(job_in, 1'000);
    debits.emplace_back(now(), 1'000);
    for (int round = 0; round < 8; ++round) {
        clock_.advance(Millis{90});
        jobs::Load const what{.users = {"u1"}, .looks = looks};
        change(what, [&](jobs::Batch& batch) {
            auto const sum = [&](base::Timestamp from, base::Timestamp to) {
                std::int64_t all = 0;
                for (auto const& [at, amount] : debits) {
                    all += at >= from && at < to ? amount : 0;
                }
                return all;
            };
            auto const& spent = batch.spent.at(u1);
            auto const given_back = round > 5 ? 1'000 : 0;
            EXPECT_EQ(spent.at(0).amount.value,
                      sum(opened + Millis{500}, base::Timestamp::max()) - given_back);
            EXPECT_EQ(spent.at(1).amount.value,
                      sum(batch.now - Millis{200}, base::Timestamp::max()));
            EXPECT_EQ(spent.at(2).amount.value, sum(opened, batch.now - Millis{200}));
        });
        change({.users = {"u1"}}, spend);
        for (int i = 0; i < 70; ++i) {
            debits.emplace_back(now(), i + 1);
        }
        if (round == 5) {
            change({.jobs = {job_in}, .charges_of = {job_in}}, [&](jobs::Batch& batch) {
                auto const open = ledger::charge_of(batch.jobs.at(0).charge, job_in, 1);
                ledger::give_back(batch.wallets.at(0), open, {.amount = {1'000}}, batch.now);
            });
        }
    }
}

}  // namespace contract
