// Several processes on one file, and processes that are killed in the middle of it.
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "adapters/sqlite/open.h"
#include "ledger/debit.h"
#include "tests/contract/processes.h"
#include "tests/support/builders.h"
#include "tests/support/temp_dir.h"

namespace contract {

namespace {

using base::Millis;
using support::a_job;
using support::a_wallet;
using support::processing;

class SqliteProcesses : public testing::Test {
protected:
    std::unique_ptr<adapters::Store> open() {
        // Patient, since other suites may have the machine.
        return adapters::open_sqlite(
            {.path = folder_ / "store.db", .busy = base::Millis{60'000}, .clock = clock_.reader()});
    }

    void open_account() {
        open()->transact({}, [](jobs::Batch& batch) {
            batch.wallets.push_back(a_wallet({.credits = {100'000}}));
        });
    }

    static void spend_one(adapters::Store& store) {
        store.transact({.users = {"u1"}, .new_jobs = 1}, [](jobs::Batch& batch) {
            auto job = a_job();
            job.id = batch.take_job_id();
            ledger::debit(batch.wallets.at(0), {.amount = {1}, .job = job.id, .charge = 1},
                          batch.now);
            batch.new_jobs.push_back(std::move(job));
        });
    }

    void expect_clean(adapters::Store& store) {
        auto const visit = [&](adapters::AuditPage const& page) {
            EXPECT_TRUE(ledger::audit(page.books, clock_.now()).empty());
            EXPECT_EQ(page.books.entries.size(), page.jobs.size() + 1);
        };
        EXPECT_TRUE(store.audit({}, visit).empty());
    }

    static std::vector<jobs::LoadedJob> lost(adapters::Store& store) {
        std::vector<jobs::LoadedJob> found;
        store.transact({.sweep = jobs::Sweep{.lost = 9}},
                       [&](jobs::Batch& batch) { found = batch.jobs; });
        return found;
    }

    support::Clock clock_;
    support::TempDir folder_;
};

}  // namespace

TEST_F(SqliteProcesses, SeveralAtOnceMakeOneSchema) {
    std::vector<std::unique_ptr<Child>> children;
    for (int i = 0; i < 6; ++i) {
        children.push_back(std::make_unique<Child>([&] {
            open();
            return 0;
        }));
    }
    for (auto const& child : children) {
        EXPECT_EQ(child->wait(), 0);
    }
}

TEST_F(SqliteProcesses, SeveralAtOnceLoseNoUpdate) {
    open_account();
    std::vector<std::unique_ptr<Child>> children;
    constexpr int rounds = 60;
    for (int i = 0; i < 4; ++i) {
        children.push_back(std::make_unique<Child>([&] {
            auto const store = open();
            for (int round = 0; round < rounds; ++round) {
                spend_one(*store);
            }
            return 0;
        }));
    }
    for (auto const& child : children) {
        EXPECT_EQ(child->wait(), 0);
    }
    auto const store = open();
    EXPECT_EQ(store->counts().ready, 4 * rounds);
    EXPECT_EQ(store->find_wallet("u1")->account.balance, base::Credits{100'000 - 4 * rounds});
    expect_clean(*store);
}

TEST_F(SqliteProcesses, OneThatIsKilledInATransactionLeavesNothingOfIt) {
    open_account();
    Signal const inside;
    Child child{[&] {
        open()->transact({.users = {"u1"}}, [&](jobs::Batch& batch) {
            ledger::debit(batch.wallets.at(0), {.amount = {1}}, batch.now);
            inside.send();
            ::pause();
        });
        return 0;
    }};
    ASSERT_TRUE(inside.wait());

    child.kill();

    auto const store = open();
    EXPECT_EQ(store->find_wallet("u1")->account.balance, base::Credits{100'000});
    EXPECT_NO_THROW(spend_one(*store)) << "its lock went with it";
}

TEST_F(SqliteProcesses, OneThatIsKilledAtAnyMomentLeavesTheBooksClean) {
    open_account();
    std::int64_t seen = 0;
    for (int round = 0; round < 10; ++round) {
        Signal const first;
        Child child{[&] {
            auto const store = open();
            while (true) {
                spend_one(*store);
                first.send();
            }
            return 0;
        }};
        ASSERT_TRUE(first.wait());
        std::this_thread::sleep_for(std::chrono::microseconds{700 * round});
        child.kill();
        auto const store = open();
        auto const ready = store->counts().ready;
        EXPECT_GT(ready, seen) << "what was committed stays";
        seen = ready;
        EXPECT_EQ(store->find_wallet("u1")->account.balance, base::Credits{100'000 - seen});
        expect_clean(*store);
    }
}

TEST_F(SqliteProcesses, AWorkerThatIsKilledIsNoticedAtOnce) {
    open_account();
    Signal const working;
    Child child{[&] {
        auto const store = open();
        auto const presence = store->enter("w");
        store->transact({.new_jobs = 1}, [](jobs::Batch& batch) {
            auto job = processing(a_job(), "w", batch.now + Millis{10'000});
            job.id = batch.take_job_id();
            batch.new_jobs.push_back(std::move(job));
        });
        working.send();
        ::pause();
        return 0;
    }};
    ASSERT_TRUE(working.wait());
    auto const store = open();
    EXPECT_TRUE(lost(*store).empty());

    child.kill();

    auto const found = lost(*store);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(found[0].holder_gone);
}

TEST_F(SqliteProcesses, TheFileOfADeadWorkerGoesWhenNothingOfItIsLeft) {
    auto const store = open();
    auto const files = [&] {
        auto const all = std::filesystem::directory_iterator{folder_ / "store.db.workers"};
        return std::distance(begin(all), end(all));
    };
    auto const stays = store->enter("stays");
    store->enter("leaves").reset();
    EXPECT_EQ(files(), 2);

    EXPECT_TRUE(lost(*store).empty());

    EXPECT_EQ(files(), 1);
    EXPECT_NO_THROW(store->enter("leaves"));
}

TEST_F(SqliteProcesses, ANameIsHeldByOneWorkerOnly) {
    auto const store = open();
    auto const presence = store->enter("w");
    EXPECT_THROW(store->enter("w"), adapters::Unavailable);
}

}  // namespace contract
