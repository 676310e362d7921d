// Who is alive: a worker that was killed is known to be gone within seconds, one that leaves at
// once, and one whose server was restarted is not taken for gone.
#include <chrono>

#include <fmt/core.h>

#include "tests/contract/processes.h"
#include "tests/postgres/support.h"

namespace postgres_tests {
namespace {

using Steady = std::chrono::steady_clock;
using adapters::Store;

// By the server's clock: how long a death takes to be noticed is the matter here.
class Presence : public testing::Test {
protected:
    std::unique_ptr<Store> open() const { return adapters::open_postgres(place_.options()); }

    void add_job() {
        std::vector const requests{tests::request("script")};
        store_->transact(jobs::load_for_submit(requests, rules_), [&](jobs::Batch& batch) {
            jobs::submit(batch, requests, tests::desk_book(), rules_);
        });
    }

    // Starts one job, under a lease that outlasts this test.
    static bool start_one(Store& store, std::string const& worker) {
        jobs::Rules rules;
        rules.lease = Millis{600'000};
        std::size_t started = 0;
        store.transact(
            jobs::load_for_start({.limit = 1, .rooms = {{.service = "script", .slots = 1}}}, rules),
            [&](jobs::Batch& batch) { started = jobs::start(batch, worker, rules).size(); });
        store.renew(worker, rules.lease);
        return started == 1;
    }

    // The workers whose jobs a sweep would find lost.
    std::vector<std::string> gone() {
        std::vector<std::string> names;
        store_->transact({.sweep = jobs::Sweep{.lost = 10}}, [&](jobs::Batch& batch) {
            names.clear();
            for (auto const& loaded : batch.jobs) {
                if (loaded.holder_gone) {
                    names.push_back(loaded.job.worker);
                }
            }
        });
        return names;
    }

    // A worker in a process of its own, with a job, until it is killed.
    std::unique_ptr<contract::Child> hire(std::string const& name) {
        contract::Signal const works;
        auto child = std::make_unique<contract::Child>([&] {
            auto const store = open();
            auto const presence = store->enter(name);
            if (!start_one(*store, name)) {
                return 1;
            }
            works.send();
            ::pause();
            return 0;
        });
        EXPECT_TRUE(works.wait());
        return child;
    }

    support::PrivateServer& server() { return support::shared_postgres(); }

    Place place_ = fresh_place();
    jobs::Rules rules_;
    std::unique_ptr<Store> store_ = open();
};

TEST_F(Presence, OfAKilledWorkerEndsWithinFiveSeconds) {
    add_job();
    // A server that has just started gives the living time to find it again.
    Raw raw{place_.url};
    ASSERT_TRUE(until(
        [&] {
            return raw("SELECT pg_postmaster_start_time() < clock_timestamp() - interval '8 s'") ==
                   "t";
        },
        Millis{10'000}));
    auto const worker = hire("w1");
    EXPECT_TRUE(gone().empty());
    auto const killed = Steady::now();
    worker->kill();
    EXPECT_TRUE(until([&] { return !gone().empty(); }, Millis{8'000}));
    EXPECT_LT(Steady::now() - killed, std::chrono::seconds{5});
    EXPECT_EQ(gone(), std::vector<std::string>{"w1"});
}

TEST_F(Presence, OfTheLivingIsNotEndedByTheDeathOfAnother) {
    add_job();
    add_job();
    auto const dead = hire("dead");
    auto const alive = hire("alive");
    dead->kill();
    EXPECT_TRUE(until([&] { return !gone().empty(); }, Millis{8'000}));
    EXPECT_EQ(gone(), std::vector<std::string>{"dead"});
}

TEST_F(Presence, OfOneThatLeavesEndsAtOnce) {
    add_job();
    {
        auto const presence = store_->enter("w1");
        ASSERT_TRUE(start_one(*store_, "w1"));
        EXPECT_TRUE(gone().empty());
    }
    EXPECT_EQ(gone(), std::vector<std::string>{"w1"});
    auto const again = store_->enter("w1");
    EXPECT_TRUE(gone().empty()) << "it is back";
}

TEST_F(Presence, UnderANameThatIsTakenIsRefused) {
    auto presence = store_->enter("w1");
    auto const said = failure_of<Unavailable>([&] { open()->enter("w1"); });
    EXPECT_TRUE(holds(said, "another process works under the name w1"));
    EXPECT_NO_THROW(open()->enter("w2"));
    presence.reset();
    EXPECT_NO_THROW(store_->enter("w1")) << "at once";
}

TEST_F(Presence, OfTheLivingOutlastsARestartOfTheServer) {
    add_job();
    auto const presence = store_->enter("w1");
    ASSERT_TRUE(start_one(*store_, "w1"));
    server().command("restart immediate");
    Raw raw{place_.url};
    auto const is_back = [&] {
        EXPECT_TRUE(gone().empty());
        return raw("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2") ==
               "1";
    };
    EXPECT_TRUE(until(is_back, Millis{10'000}));
    EXPECT_TRUE(gone().empty());
}

TEST_F(Presence, OfTheLivingOutlastsTheEndOfItsSession) {
    add_job();
    auto const presence = store_->enter("w1");
    ASSERT_TRUE(start_one(*store_, "w1"));
    Raw raw{place_.url};
    auto const holder = [&] {
        return raw("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2");
    };
    auto const before = holder();
    raw("SELECT pg_terminate_backend(" + before + ")");
    auto const is_back = [&] {
        EXPECT_TRUE(gone().empty());
        auto const now = holder();
        return !now.empty() && now != before;
    };
    EXPECT_TRUE(until(is_back, Millis{5'000}));
    EXPECT_THROW(open()->enter("w1"), Unavailable);
}

// Behind a pooler no lock can be held: the lease of the jobs decides, unless the worker says that
// it leaves.
TEST_F(Presence, BehindAPoolerEndsWithTheLease) {
    add_job();
    support::PrivateServer pooler{{"pgbouncer", "--upstream", place_.url, "--pool-size", "2"}};
    auto options = place_.options();
    options.url = pooler.url();
    EXPECT_TRUE(adapters::postgres_status(options).pooled);
    auto const now = store_->now();
    auto at = now;
    options.clock = [&] { return at; };
    auto const pooled = adapters::open_postgres(options);
    auto presence = pooled->enter("w1");
    ASSERT_TRUE(start_one(*pooled, "w1"));
    Raw raw{place_.url};
    EXPECT_EQ(raw("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2"),
              "0");
    auto const lost = [&] {
        std::size_t count = 0;
        pooled->transact({.sweep = jobs::Sweep{.lost = 10}},
                         [&](jobs::Batch& batch) { count = batch.jobs.size(); });
        return count;
    };
    EXPECT_EQ(lost(), 0U);
    at = now + Millis{700'000};
    EXPECT_EQ(lost(), 1U);
    at = now;
    EXPECT_EQ(lost(), 0U);
    presence.reset();
    EXPECT_EQ(lost(), 1U) << "it said that it left";
}

}  // namespace
}  // namespace postgres_tests
