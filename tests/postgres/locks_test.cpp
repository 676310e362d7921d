// Other sessions hold locks, or want the same ones: deadlines end the wait, and what was lost in a
// race is run again.
#include <atomic>
#include <chrono>
#include <thread>

#include <fmt/core.h>

#include "tests/postgres/support.h"

namespace postgres_tests {
namespace {

using Steady = std::chrono::steady_clock;

class Locks : public testing::Test {
protected:
    Locks() {
        desk_->auditing = false;
        raw_.in(place_.schema);
    }

    static PostgresOptions impatient(PostgresOptions options) {
        options.statement_timeout = Millis{300};
        options.patience = Millis{500};
        return options;
    }

    // Nobody reads or writes anything of the store until the lock ends.
    std::unique_ptr<pqxx::work> lock_everything() {
        auto const tables = raw_(
            "SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') FROM pg_tables "
            "WHERE schemaname = '" +
            place_.schema + "'");
        auto lock = std::make_unique<pqxx::work>(raw_.connection());
        lock->exec("LOCK TABLE " + tables + " IN ACCESS EXCLUSIVE MODE");
        return lock;
    }

    void expect_told_in_time(std::string const& what, std::function<void()> const& call) {
        auto const begin = Steady::now();
        auto const said = failure_of<Unavailable>(call);
        EXPECT_TRUE(holds(said, "a statement took too long")) << what;
        EXPECT_LT(Steady::now() - begin, Millis{2'500}) << what;
    }

    Place place_ = fresh_place();
    std::unique_ptr<tests::Desk> desk_ = desk_over(impatient(place_.options()));
    Raw raw_{place_.url};
};

// As deep as it gets: every table is locked, and each call ends within its deadline.
TEST_F(Locks, ThatNobodyGivesBackHoldUpNoCallForLongerThanItsDeadline) {
    auto const id = desk_->submit(tests::request("script")).job->id;
    auto const account = desk_->store->find_wallet("u1")->account.id;
    auto& store = *desk_->store;
    std::vector<std::pair<char const*, std::function<void()>>> const calls = {
        {"transact", [&] { desk_->submit(tests::request("script")); }},
        {"claim",
         [&] {
             store.transact({.claim = jobs::Claim{.limit = 1, .rooms = {{"script", 1}}}},
                            [](jobs::Batch&) {});
         }},
        {"find_job", [&] { store.find_job(id); }},
        {"find_jobs", [&] { store.find_jobs({id}); }},
        {"list_jobs", [&] { store.list_jobs({}); }},
        {"story_of", [&] { store.story_of(id); }},
        {"find_wallet", [&] { store.find_wallet("u1"); }},
        {"list_accounts", [&] { store.list_accounts({}); }},
        {"entries_of", [&] { store.entries_of(account, {}); }},
        {"counts", [&] { store.counts(); }},
        {"anything_ready", [&] { store.anything_ready({"script"}); }},
        {"services_ready", [&] { store.services_ready(); }},
        {"stale", [&] { store.stale({{id, 1}}); }},
        {"sums_of", [&] { store.sums_of(account, {}, desk_->now); }},
        {"balance_at", [&] { store.balance_at(account, desk_->now); }},
        {"begin_duty", [&] { store.begin_duty("d", "me", Millis{1}, Millis{1}); }},
        {"end_duty", [&] { store.end_duty("d", "me", "", false); }},
        {"duties", [&] { store.duties(); }},
        {"schedule_mark", [&] { store.schedule_mark("s"); }},
        {"set_schedule_mark", [&] { store.set_schedule_mark("s", desk_->now); }},
        {"enter", [&] { store.enter("w9"); }},
        {"renew", [&] { store.renew("w9", Millis{1}); }},
        {"queue_modes", [&] { store.queue_modes(); }},
        {"set_queue_mode", [&] { store.set_queue_mode("tts", adapters::QueueMode::paused); }},
        {"inbox", [&] { store.inbox(1); }},
        {"api_keys", [&] { store.api_keys(); }},
        {"add_api_key", [&] { store.add_api_key({.hash = "h"}); }},
        {"find_api_key", [&] { store.find_api_key("h"); }},
        {"revoke_api_key", [&] { store.revoke_api_key(1); }},
        {"touch_api_key", [&] { store.touch_api_key(1, desk_->now); }},
    };
    auto const lock = lock_everything();
    for (auto const& [what, call] : calls) {
        expect_told_in_time(what, call);
    }
    EXPECT_EQ(Raw{place_.url}("SELECT count(*) FROM pg_stat_activity WHERE datname = "
                              "current_database() AND application_name = 'tallyman' AND state LIKE "
                              "'idle in transaction%'"),
              "0");
    lock->abort();
    EXPECT_EQ(desk_->audit(), "");
    EXPECT_EQ(desk_->store->list_jobs({}).size(), 1U);
}

TEST_F(Locks, TwoThatWaitForEachOtherAreSolvedByRunningOneAgain) {
    desk_ = desk_over(place_.options());
    desk_->open_account("u1");
    desk_->open_account("u2");
    raw_("SET deadlock_timeout = '5s'");  // the store's own session finds it first, and loses
    std::atomic<int> decided = 0;
    std::jthread other;
    desk_->store->transact({.users = {"u1"}}, [&](jobs::Batch& batch) {
        decided += 1;
        jobs::spend(batch, "u1", {.amount = {1}}, desk_->rules);
        if (decided > 1) {
            return;
        }
        // The other holds the table that this one is about to write, and wants u1.
        auto const held = std::make_shared<pqxx::work>(raw_.connection());
        held->exec(fmt::format("LOCK TABLE {}.entries IN EXCLUSIVE MODE", place_.schema));
        other = std::jthread{[held, schema = place_.schema] {
            held->exec(
                fmt::format("SELECT FROM {}.accounts WHERE user_id = 'u1' FOR UPDATE", schema));
            held->commit();
        }};
        Raw watch{place_.url};
        EXPECT_TRUE(until(
            [&] {
                return watch(
                           "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                           "AND datname = current_database()") == "1";
            },
            Millis{5'000}));
    });
    other = {};
    EXPECT_GE(decided, 2) << "it may lose once more before the other has gone on";
    EXPECT_EQ(desk_->balance("u1"), 519);
    EXPECT_EQ(desk_->audit(), "");
}

TEST_F(Locks, AnAccountThatMovedUnderneathIsLoadedAgain) {
    desk_->open_account("u1");
    auto const beside = adapters::open_postgres(place_.options());
    constexpr int races = 6;  // more than a broken connection is tried again
    int decided = 0;
    // `wallets_only_read` locks nothing; a writing decision beside it must not be undone by it.
    desk_->store->transact({.users = {"u1"}, .wallets_only_read = true}, [&](jobs::Batch& batch) {
        decided += 1;
        if (decided <= races) {
            beside->transact({.users = {"u1"}}, [&](jobs::Batch& other) {
                other.now = desk_->now;
                jobs::spend(other, "u1", {.amount = {20}}, desk_->rules);
            });
        }
        jobs::spend(batch, "u1", {.amount = {1}}, desk_->rules);
    });
    EXPECT_EQ(decided, races + 1);
    EXPECT_EQ(desk_->balance("u1"), 520 - 20 * races - 1);
    EXPECT_EQ(desk_->audit(), "");
}

TEST_F(Locks, ManyThatWantTheSameAccountsInAnyOrderAllGetThem) {
    auto options = place_.options();
    options.connections = 4;
    desk_ = desk_over(options);
    desk_->auditing = false;
    for (char const* const user : {"u1", "u2", "u3"}) {
        desk_->open_account(user);
    }
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&, i] {
            for (int round = 0; round < 15; ++round) {
                auto const first = "u" + std::to_string((i + round) % 3 + 1);
                auto const second = "u" + std::to_string((i + round + 1 + i % 2) % 3 + 1);
                desk_->store->transact({.users = {first, second}}, [&](jobs::Batch& batch) {
                    jobs::spend(batch, first, {.amount = {1}}, desk_->rules);
                    jobs::spend(batch, second, {.amount = {1}}, desk_->rules);
                });
            }
        });
    }
    threads.clear();
    EXPECT_EQ(desk_->balance("u1") + desk_->balance("u2") + desk_->balance("u3"),
              3 * 520 - 4 * 15 * 2);
    EXPECT_EQ(desk_->audit(), "");
}

}  // namespace
}  // namespace postgres_tests
