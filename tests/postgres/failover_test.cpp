// The primary is gone and its replica promoted. A store that was given both places goes on with the
// new one, and does not take another transaction's fate for that of its own.
#include "tests/postgres/doubt_cases.h"

namespace postgres_tests {
namespace {

class Failover : public testing::Test {
protected:
    // The ids of transactions that the replica had never heard of are given away again.
    void fail_over() {
        pair_.command("fail-over");
        pair_.sql(
            "DO $$ BEGIN FOR i IN 1..100 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; "
            "END $$");
    }

    support::PrivateServer pair_{{"pair"}};
    std::unique_ptr<tests::Desk> desk_ = [this] {
        PostgresOptions options;
        options.url = pair_.url();
        options.patience = Millis{3'000};
        return desk_over(options);
    }();
};

TEST_F(Failover, WhatWasPromisedIsThereAndWorkGoesOn) {
    auto const id = desk_->submit(tests::request("script", "u1")).job->id;
    fail_over();
    EXPECT_EQ(desk_->job(id).state, jobs::State::queued);
    EXPECT_EQ(desk_->claim("w1").size(), 1U);
    EXPECT_EQ(desk_->balance("u1"), 515);
    EXPECT_EQ(desk_->audit(), "");
}

TEST_F(Failover, ACommitIsNotBelievedForTheSakeOfAnotherOfItsId) {
    // Of a server that has just started nothing is believed, for that reason alone.
    ASSERT_TRUE(until(
        [&] {
            return pair_.sql("SELECT now() - backend_start > '7s' FROM pg_stat_replication") == "t";
        },
        Millis{30'000}));
    Scene scene{.desk = *desk_};
    auto const operation = writing_operations().front();
    operation.prepare(scene);
    auto const said = failure_of<Unavailable>([&] {
        desk_->store->transact(operation.load(scene), [&](jobs::Batch& batch) {
            operation.decide(scene, batch);
            fail_over();
        });
    });
    EXPECT_TRUE(holds(said, "whether it was done can't be found out yet"));
    EXPECT_EQ(told(scene), operation.before);
    desk_->store->transact(operation.load(scene),
                           [&](jobs::Batch& batch) { operation.decide(scene, batch); });
    EXPECT_EQ(told(scene), operation.after);
    EXPECT_EQ(desk_->audit(), "");
}

// Sessions and their locks stay behind with the old primary; that says nothing of who held them.
TEST_F(Failover, WorkersHaveTimeToComeBackBeforeTheyAreTakenForGone) {
    desk_->submit(tests::request("script", "u1"));
    EXPECT_EQ(desk_->claim("w1").size(), 1U);
    auto const silent = [&] {
        pair_.sql(
            "UPDATE tallyman.running SET worker = 'w9'; "
            "INSERT INTO tallyman.workers (name, lease_until, seen_at, locked) VALUES ('w9', "
            "4e12, tallyman.now_ms() - 5000, true) ON CONFLICT (name) DO UPDATE SET locked = true, "
            "seen_at = excluded.seen_at, lease_until = excluded.lease_until");
    };
    auto const serving = "SELECT pg_postmaster_start_time() < clock_timestamp() - interval '9 s'";
    EXPECT_EQ(desk_->rescue().requeued, 0);  // and the timeline is noted
    fail_over();
    ASSERT_TRUE(until([&] { return pair_.sql(serving) == "t"; }, Millis{30'000}));
    silent();
    EXPECT_EQ(desk_->rescue().requeued, 0);
    pair_.sql("UPDATE tallyman.marks SET value = value - 8001 WHERE name LIKE 'timeline %'");
    silent();
    EXPECT_EQ(desk_->rescue().requeued, 1);
}

}  // namespace
}  // namespace postgres_tests
