// Transactions: all or nothing, one after the other, whatever throws and however many threads.
#include <stdexcept>
#include <thread>

#include "ledger/debit.h"
#include "tests/contract/store_contract.h"

namespace contract {

namespace {

using support::a_job;
using support::processing;

struct Deliberate : std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace

TEST_P(StoreContract, ADecisionThatThrowsWritesNothing) {
    open("u1", 100);
    auto const id = add(a_job());
    auto const fails = [&](jobs::Batch& batch) {
        batch.jobs.at(0).job.progress = 50;
        batch.jobs.at(0).changed = true;
        ledger::debit(*batch.wallet_of("u1"), {.amount = {5}}, batch.now);
        batch.new_jobs.push_back(a_job());
        throw Deliberate{"no"};
    };

    EXPECT_THROW(change({.jobs = {id}, .users = {"u1"}, .new_jobs = 1}, fails), Deliberate);

    EXPECT_EQ(store().find_job(id)->progress, 0);
    EXPECT_EQ(store().find_wallet("u1")->account.balance, base::Credits{100});
    EXPECT_EQ(store().list_jobs({}).size(), 1U);
    EXPECT_GT(add(a_job()), id) << "and the store goes on";
}

TEST_P(StoreContract, JobsAndMoneyMoveTogether) {
    auto const account = open("u1", 100);
    base::JobId id;
    change({.users = {"u1"}, .new_jobs = 1}, [&](jobs::Batch& batch) {
        auto job = processing(a_job(), "w", batch.now);
        id = batch.take_job_id();
        job.id = id;
        job.account = account;
        ledger::debit(*batch.wallet_of("u1"), {.amount = {5}, .job = id, .charge = 1}, batch.now);
        batch.events.push_back({.job = id, .at = batch.now, .kind = "started"});
        batch.new_jobs.push_back(std::move(job));
    });

    auto const story = store().story_of(id);

    ASSERT_TRUE(story.has_value());
    EXPECT_EQ(story->entries.size(), 1U);
    EXPECT_EQ(story->events.size(), 1U);
    EXPECT_EQ(store().find_wallet("u1")->account.balance, base::Credits{95});
}

TEST_P(StoreContract, TheClockIsTheStoresAndStandsStillWithinATransaction) {
    auto const before = now();
    change({}, [&](jobs::Batch& batch) {
        EXPECT_EQ(batch.now, before);
        clock_.advance(base::Millis{5});
        EXPECT_EQ(batch.now, before);
    });
    EXPECT_EQ(store().now(), before + base::Millis{5});
}

TEST_P(StoreContract, ConcurrentTransactionsLoseNoUpdate) {
    open("u1", 10'000);
    constexpr int threads = 4;
    constexpr int rounds = 50;
    auto const spend = [&] {
        for (int i = 0; i < rounds; ++i) {
            change({.users = {"u1"}, .new_jobs = 1}, [&](jobs::Batch& batch) {
                ledger::Wallet& wallet = *batch.wallet_of("u1");
                auto job = a_job();
                job.id = batch.take_job_id();
                job.account = wallet.account.id;
                ledger::debit(wallet, {.amount = {1}, .job = job.id, .charge = 1}, batch.now);
                batch.new_jobs.push_back(std::move(job));
            });
        }
    };
    {
        std::vector<std::jthread> running;
        for (int i = 0; i < threads; ++i) {
            running.emplace_back(spend);
        }
    }

    EXPECT_EQ(store().find_wallet("u1")->account.balance, base::Credits{10'000 - threads * rounds});
    EXPECT_EQ(store().counts().ready, threads * rounds);
    auto const visit = [&](adapters::AuditPage const& page) {
        EXPECT_TRUE(ledger::audit(page.books, now()).empty());
    };
    EXPECT_TRUE(store().audit({}, visit).empty());
}

TEST_P(StoreContract, ReadersSeeATransactionWholeOrNotAtAll) {
    open("u1", 1'000);
    std::atomic<bool> done = false;
    std::jthread const writer{[&] {
        for (int i = 0; i < 100; ++i) {
            change({.users = {"u1"}}, [](jobs::Batch& batch) {
                ledger::debit(*batch.wallet_of("u1"), {.amount = {1}}, batch.now);
            });
        }
        done = true;
    }};
    while (!done) {
        auto const wallet = store().find_wallet("u1");
        ASSERT_EQ(wallet->account.balance, wallet->grants.at(0).remaining);
    }
}

TEST_P(StoreContract, CountsItsWork) {
    auto const before = store().work();
    open("u1");
    add({a_job(), a_job()});
    auto const after = store().work();
    EXPECT_EQ(after.transactions, before.transactions + 2);
    EXPECT_GT(after.round_trips, before.round_trips);
}

}  // namespace contract
