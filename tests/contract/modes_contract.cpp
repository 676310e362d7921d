// Queues that pause, drain and resume; leases renewed all at once; the inbox.
#include "tests/contract/store_contract.h"

namespace contract {

namespace {

using adapters::QueueMode;
using base::Millis;
using support::a_job;
using support::processing;

using Ids = std::vector<base::JobId>;
using Modes = std::map<std::string, QueueMode>;
using Services = std::vector<std::string>;

jobs::Load claim_both() {
    return {.claim = jobs::Claim{.limit = 9, .rooms = {{"tts", 9}, {"video", 9}}}};
}

jobs::Job held_by(std::string const& worker, base::Timestamp lease_until) {
    return processing(a_job(), worker, lease_until);
}

}  // namespace

TEST_P(StoreContract, AQueueRunsUntilToldOtherwise) {
    EXPECT_EQ(store().queue_modes(), Modes{});
    store().set_queue_mode("tts", QueueMode::paused);
    store().set_queue_mode("video", QueueMode::draining);
    EXPECT_EQ(store().queue_modes(),
              (Modes{{"tts", QueueMode::paused}, {"video", QueueMode::draining}}));
    store().set_queue_mode("tts", QueueMode::draining);
    store().set_queue_mode("video", QueueMode::running);
    store().set_queue_mode("video", QueueMode::running);
    EXPECT_EQ(store().queue_modes(), (Modes{{"tts", QueueMode::draining}}));
}

TEST_P(StoreContract, APausedQueueIsNotClaimedAndNotReady) {
    open("u1");
    auto const tts = add(a_job());
    auto const video = add(a_job({.service = "video"}));
    store().set_queue_mode("tts", QueueMode::paused);

    EXPECT_EQ(ids_of(load(claim_both()).jobs), (Ids{video}));
    EXPECT_FALSE(store().anything_ready({"tts"}));
    EXPECT_TRUE(store().anything_ready({"tts", "video"}));
    EXPECT_EQ(store().services_ready(), (Services{"video"}));

    store().set_queue_mode("tts", QueueMode::running);
    EXPECT_EQ(ids_of(load(claim_both()).jobs), (Ids{tts, video}));
    EXPECT_TRUE(store().anything_ready({"tts"}));
    EXPECT_EQ(store().services_ready(), (Services{"tts", "video"}));
}

TEST_P(StoreContract, ADrainingQueueIsClaimedAndReady) {
    open("u1");
    auto const id = add(a_job());
    store().set_queue_mode("tts", QueueMode::draining);

    EXPECT_EQ(ids_of(load(claim_both()).jobs), (Ids{id}));
    EXPECT_TRUE(store().anything_ready({"tts"}));
    EXPECT_EQ(store().services_ready(), (Services{"tts"}));
}

TEST_P(StoreContract, TellsADecisionWhichOfItsQueuesAreDraining) {
    store().set_queue_mode("tts", QueueMode::draining);
    store().set_queue_mode("video", QueueMode::paused);
    store().set_queue_mode("script", QueueMode::draining);

    using Draining = decltype(jobs::Batch::draining);
    EXPECT_EQ(load({.fairness_of = {"tts", "video", "caption"}}).draining, (Draining{"tts"}));
    EXPECT_EQ(load({.fairness_of = {"video"}}).draining, Draining{});
    EXPECT_EQ(load({}).draining, Draining{});
}

TEST_P(StoreContract, RenewsTheLeasesOfAllJobsThatAWorkerHolds) {
    open("u1");
    auto const soon = now() + Millis{1'000};
    auto const ids = add({held_by("w1", soon), held_by("w2", soon), held_by("w1", now())});
    auto const queued = add(a_job());

    store().renew("w1", Millis{15'000});

    EXPECT_EQ(store().find_job(ids[0])->lease_until, now() + Millis{15'000});
    EXPECT_EQ(store().find_job(ids[1])->lease_until, soon);
    EXPECT_EQ(store().find_job(ids[2])->lease_until, now() + Millis{15'000});
    EXPECT_EQ(store().find_job(queued)->lease_until, std::nullopt);
}

TEST_P(StoreContract, RenewingShortensNoLease) {
    open("u1");
    auto const later = now() + Millis{20'000};
    auto const id = add(held_by("w1", later));

    store().renew("w1", Millis{15'000});

    EXPECT_EQ(store().find_job(id)->lease_until, later);
}

TEST_P(StoreContract, ARenewedLeaseIsNotLost) {
    open("u1");
    auto const here = store().enter("w1");
    auto const id = add(held_by("w1", now() + lease_max));
    jobs::Load const sweep{.sweep = jobs::Sweep{.lost = 9}};
    clock_.advance(lease_max - Millis{1});
    store().renew("w1", lease_max);
    clock_.advance(lease_max - Millis{1});
    EXPECT_TRUE(load(sweep).jobs.empty());
    clock_.advance(Millis{1});
    EXPECT_EQ(ids_of(load(sweep).jobs), (Ids{id})) << "it was not renewed again";
}

// The clock was set back: what looks like a long lease would be taken for lost.
TEST_P(StoreContract, RenewingMendsALeaseThatIsAbsurdlyFarOff) {
    open("u1");
    auto const here = store().enter("w1");
    auto const id = add(held_by("w1", now() + 2 * lease_max + Millis{1}));
    jobs::Load const sweep{.sweep = jobs::Sweep{.lost = 9}};
    ASSERT_EQ(ids_of(load(sweep).jobs), (Ids{id}));

    store().renew("w1", lease_max);

    EXPECT_TRUE(load(sweep).jobs.empty());
    EXPECT_EQ(store().find_job(id)->lease_until, now() + lease_max);
}

TEST_P(StoreContract, RenewingCostsTheSameForOneJobAndForMany) {
    open("u1");
    auto const cost = [&](std::string const& worker) {
        auto const before = store().work().round_trips;
        store().renew(worker, Millis{15'000});
        return store().work().round_trips - before;
    };
    add(held_by("w1", now()));
    add(std::vector(50, held_by("w2", now())));
    EXPECT_EQ(cost("w1"), cost("w2"));
}

TEST_P(StoreContract, TheInboxIsEmptyUntilSomethingIsPutIntoIt) {
    EXPECT_TRUE(store().inbox(9).empty());
    EXPECT_TRUE(load({.inbox = {{987'654}}}).inbox.empty());
}

TEST_P(StoreContract, GivesAsManyIdsAsAreAskedForAndNoneInUse) {
    open("u1");
    auto const used = add({a_job(), a_job()});
    auto const ids = load({.new_jobs = 3}).job_ids;
    ASSERT_EQ(ids.size(), 3U);
    EXPECT_GT(ids[0], used[1]);
    EXPECT_GT(ids[1], ids[0]);
    EXPECT_GT(ids[2], ids[1]);
}

}  // namespace contract
