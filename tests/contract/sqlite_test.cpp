// What only a file has: guards, schema versions, files that are something else, disks that are full
// or read-only.
#include <csignal>
#include <fstream>

#include <sys/resource.h>
#include <sys/stat.h>

#include <gtest/gtest.h>

#include "adapters/sqlite/database.h"
#include "adapters/sqlite/open.h"
#include "ledger/debit.h"
#include "tests/contract/processes.h"
#include "tests/support/builders.h"
#include "tests/support/temp_dir.h"

namespace contract {

namespace {

using adapters::SqliteOpening;
using adapters::Unavailable;
using adapters::Unusable;
using adapters::sqlite::Database;
using support::a_job;
using support::a_wallet;

class Sqlite : public testing::Test {
protected:
    std::unique_ptr<adapters::Store> open(SqliteOpening opening = SqliteOpening::create) {
        return adapters::open_sqlite({.path = path_, .opening = opening, .clock = clock_.reader()});
    }

    static void add_account_and_job(adapters::Store& store) {
        store.transact({}, [](jobs::Batch& batch) {
            batch.wallets.push_back(a_wallet());
            auto job = a_job();
            job.id = {1};
            batch.new_jobs.push_back(job);
        });
    }

    // Past the store, as somebody with a database tool would.
    void execute(char const* sql) { Database{{.path = path_}}.execute(sql); }

    template <typename Error>
    std::string message_of(std::function<void()> const& action) {
        try {
            action();
        } catch (Error const& error) {
            return error.what();
        }
        ADD_FAILURE() << "nothing was thrown";
        return "";
    }

    support::Clock clock_;
    support::TempDir folder_;
    std::filesystem::path path_ = folder_ / "store.db";
};

class SqliteGuards : public Sqlite, public testing::WithParamInterface<char const*> {};

}  // namespace

TEST_P(SqliteGuards, RefuseToChangeWhatIsForEver) {
    add_account_and_job(*open());

    auto const message = message_of<Unusable>([&] { execute(GetParam()); });

    EXPECT_NE(message.find(path_.string()), std::string::npos) << message;
    EXPECT_EQ(open()->find_wallet("u1")->account.balance, base::Credits{520});
}

INSTANTIATE_TEST_SUITE_P(
    Statements, SqliteGuards,
    testing::Values(
        "UPDATE entries SET amount = 1", "UPDATE entries SET note = 'x' WHERE seq = 1",
        "DELETE FROM entries", "DELETE FROM entries WHERE seq = 1",
        "REPLACE INTO entries SELECT account, seq, kind, 999, balance_after, job, "
        "charge, action, reference, note, recorded_at, effective_at, draws, hash FROM entries",
        "DELETE FROM grants", "DELETE FROM accounts", "UPDATE grants SET amount = 1000",
        "UPDATE grants SET expires_at = 1", "UPDATE grants SET service = 'tts'",
        "UPDATE grants SET kind = 1", "UPDATE grants SET effective_at = 1",
        "UPDATE grants SET number = 9", "UPDATE grants SET account = 9",
        "UPDATE grants SET remaining = 521", "UPDATE grants SET remaining = -1",
        "UPDATE accounts SET user = 'thief'",
        "REPLACE INTO grants SELECT account, number, kind, 999, 999, 1, effective_at, "
        "expires_at, service FROM grants",
        "REPLACE INTO accounts SELECT id, user, tier, username, email, "
        "time_zone, member_until, frozen, "
        "created_at, 999, debt, entries, grants, head, recharged, consumed, refunded, "
        "expired FROM accounts",
        "INSERT INTO jobs (id) VALUES (1)"));

TEST_F(Sqlite, AuditTellsWhichGuardIsGoneOrAltered) {
    auto const store = open();
    execute("DROP TRIGGER entries_no_update");
    execute("DROP TRIGGER grants_no_delete");
    execute("CREATE TRIGGER grants_no_delete BEFORE DELETE ON grants BEGIN SELECT 1; END");

    auto const findings = store->audit({}, [](adapters::AuditPage const&) {});

    ASSERT_EQ(findings.size(), 2U);
    EXPECT_EQ(findings[0].invariant, 10);
    EXPECT_NE(findings[0].what.find("entries_no_update is gone"), std::string::npos);
    EXPECT_NE(findings[1].what.find("grants_no_delete is altered"), std::string::npos);
}

TEST_F(Sqlite, AuditTellsWhichRowsBelongToNoAccount) {
    auto const store = open();
    add_account_and_job(*store);
    execute("DROP TRIGGER accounts_no_delete");
    execute("DELETE FROM accounts");

    EXPECT_EQ(store->audit({}, [](adapters::AuditPage const&) {}).size(), 4U);
}

TEST_F(Sqlite, KeepsEverythingWhenItIsOpenedAgain) {
    add_account_and_job(*open());

    auto const store = open(SqliteOpening::existing);

    EXPECT_EQ(store->find_wallet("u1")->account.balance, base::Credits{520});
    EXPECT_EQ(store->find_job({1})->input, "{}");
    EXPECT_EQ(store->counts().ready, 1);
    EXPECT_TRUE(store->begin_duty("expiry", "a", base::Millis{1}, base::Millis{1}));
}

TEST_F(Sqlite, RefusesANewerSchemaAndSaysWhatToDo) {
    open();
    execute("PRAGMA user_version = 99");

    auto const message = message_of<Unusable>([&] { open(); });

    EXPECT_NE(message.find("version 99"), std::string::npos) << message;
    EXPECT_NE(message.find("use a newer tallyman"), std::string::npos) << message;
    EXPECT_THROW(adapters::migrate_sqlite(path_), Unusable);
}

TEST_F(Sqlite, RefusesAFileThatIsSomethingElse) {
    std::ofstream{path_} << std::string(8'192, 'x');
    EXPECT_NE(message_of<Unusable>([&] { open(); }).find("not a Tallyman store"),
              std::string::npos);
}

TEST_F(Sqlite, RefusesSomebodyElsesDatabase) {
    Database{{.path = path_, .create = true}}.execute("CREATE TABLE theirs (x)");
    EXPECT_NE(message_of<Unusable>([&] { open(); }).find("not a Tallyman store"),
              std::string::npos);
}

TEST_F(Sqlite, RefusesADamagedFile) {
    add_account_and_job(*open());
    {
        std::fstream file{path_, std::ios::in | std::ios::out | std::ios::binary};
        file.seekp(100);
        file << std::string(4'096, '\xff');
    }
    EXPECT_THROW(open()->list_jobs({}), Unusable);
}

TEST_F(Sqlite, WillNotMakeAStoreWhereOneShouldBe) {
    EXPECT_NE(message_of<Unavailable>([&] { open(SqliteOpening::existing); }).find("migrate"),
              std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(Sqlite, MigratesAndTellsWhereItStands) {
    auto const before = adapters::sqlite_schema_status(path_);
    EXPECT_FALSE(before.exists);
    EXPECT_EQ(before.version, 0);
    ASSERT_EQ(std::ssize(before.pending), before.wanted);
    std::ofstream{path_};
    EXPECT_THROW(open(SqliteOpening::existing), Unusable) << "empty is not up to date";

    EXPECT_EQ(adapters::migrate_sqlite(path_).pending, before.pending);

    auto const after = adapters::sqlite_schema_status(path_);
    EXPECT_TRUE(after.exists);
    EXPECT_EQ(after.version, after.wanted);
    EXPECT_TRUE(after.pending.empty());
    EXPECT_TRUE(adapters::migrate_sqlite(path_).pending.empty()) << "safe to repeat";
    EXPECT_NO_THROW(open(SqliteOpening::existing));
}

TEST_F(Sqlite, MakesItsFolder) {
    path_ = folder_ / "some/where/store.db";
    EXPECT_NO_THROW(open());
}

TEST_F(Sqlite, SaysThatAnotherProcessHoldsTheLock) {
    auto const store =
        adapters::open_sqlite({.path = path_, .busy = base::Millis{50}, .clock = clock_.reader()});
    Database other{{.path = path_}};
    {
        adapters::sqlite::Transaction const held{other,
                                                 adapters::sqlite::Transaction::Kind::writing};
        auto const message = message_of<Unavailable>([&] { add_account_and_job(*store); });
        EXPECT_NE(message.find("locked by another process for more than 50ms"), std::string::npos)
            << message;
        EXPECT_TRUE(store->list_jobs({}).empty()) << "reading goes on";
    }
    EXPECT_NO_THROW(add_account_and_job(*store));
}

TEST_F(Sqlite, SaysThatTheFolderIsReadOnly) {
    add_account_and_job(*open());
    ::chmod(folder_.path().c_str(), 0555);
    ::chmod(path_.c_str(), 0444);
    Child child{[&] {
        // Permissions don't hold for root.
        if (::geteuid() == 0 && (::setgid(65'534) != 0 || ::setuid(65'534) != 0)) {
            return 2;
        }
        try {
            add_account_and_job(*open());
            return 3;
        } catch (Unavailable const& error) {
            return std::string_view{error.what()}.find("store ") == 0 ? 0 : 4;
        }
    }};
    EXPECT_EQ(child.wait(), 0);
    ::chmod(folder_.path().c_str(), 0755);
}

TEST_F(Sqlite, AFullDiskIsSaidAndOvercome) {
    auto const store = open();
    store->transact({}, [](jobs::Batch& batch) { batch.wallets.push_back(a_wallet()); });
    std::int64_t done = 0;
    auto const add = [&] {
        store->transact({.users = {"u1"}, .new_jobs = 1}, [](jobs::Batch& batch) {
            auto job = a_job();
            job.id = batch.take_job_id();
            job.input = std::string(20'000, 'x');
            ledger::debit(batch.wallets.at(0), {.amount = {1}, .job = job.id, .charge = 1},
                          batch.now);
            batch.new_jobs.push_back(std::move(job));
        });
        ++done;
    };
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    rlimit const small{.rlim_cur = 500'000, .rlim_max = before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    auto const message = message_of<Unavailable>([&] {
        for (int i = 0; i < 200; ++i) {
            add();
        }
    });
    ::setrlimit(RLIMIT_FSIZE, &before);

    EXPECT_NE(message.find("no room to write"), std::string::npos) << message;
    EXPECT_GT(done, 0);
    EXPECT_EQ(store->counts().ready, done);
    EXPECT_EQ(store->find_wallet("u1")->account.balance, base::Credits{520 - done});
    EXPECT_NO_THROW(add());
    EXPECT_EQ(store->counts().ready, done);
}

}  // namespace contract
