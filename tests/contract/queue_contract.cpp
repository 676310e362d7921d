// The queue: what a claim finds, and in which order; turns, live attempts, stale ones.
#include "tests/contract/store_contract.h"

namespace contract {

namespace {

using jobs::State;
using jobs::Wait;
using support::a_job;
using support::ended;
using support::processing;
using support::waiting;

using Ids = std::vector<base::JobId>;

jobs::Load claim(int limit, std::vector<jobs::Claim::Room> rooms) {
    return {.claim = jobs::Claim{.limit = limit, .rooms = std::move(rooms)}};
}

}  // namespace

TEST_P(StoreContract, AClaimBringsTheMeasurementOfTheInput) {
    open("u1");
    auto job = a_job({.service = "video"});
    job.measurement = jobs::Measurement{
        .samples = 288'001, .rate = 24'000, .of = jobs::Source::input, .codec = "pcm_s16le"};
    job.duration = jobs::duration_of(*job.measurement);
    job.id = add(job);
    job.account = store().find_job(job.id)->account;

    auto const batch = load(claim(1, {{"video", 1}}));

    ASSERT_EQ(batch.jobs.size(), 1U);
    expect_same(job, batch.jobs[0].job);
    EXPECT_EQ(batch.jobs[0].job.duration, base::Millis{12'001});
}

TEST_P(StoreContract, ClaimsByPriorityThenTurnThenId) {
    open("u1");
    auto const ids = add({a_job({.turn = 20}), a_job({.turn = 10}), a_job({.turn = 10}),
                          a_job({.priority = 5, .turn = 99}), a_job({.priority = -1, .turn = 0})});

    auto const batch = load(claim(10, {{"tts", 10}}));

    EXPECT_EQ(ids_of(batch.jobs), (Ids{ids[3], ids[1], ids[2], ids[0], ids[4]}));
}

TEST_P(StoreContract, ClaimMergesServicesInTheOrderOfTheQueue) {
    open("u1");
    auto const ids =
        add({a_job({.service = "video", .turn = 1}), a_job({.service = "tts", .turn = 2}),
             a_job({.service = "video", .turn = 3}), a_job({.service = "tts", .turn = 4}),
             a_job({.service = "script", .turn = 0})});

    auto const batch = load(claim(3, {{"tts", 9}, {"video", 9}}));

    EXPECT_EQ(ids_of(batch.jobs), (Ids{ids[0], ids[1], ids[2]}));
}

TEST_P(StoreContract, ClaimTakesNoMoreOfAServiceThanItHasSlots) {
    open("u1");
    auto const ids =
        add({a_job({.turn = 1}), a_job({.turn = 2}), a_job({.turn = 3}),
             a_job({.service = "video", .turn = 9}), a_job({.service = "video", .turn = 10})});

    EXPECT_EQ(ids_of(load(claim(10, {{"tts", 2}, {"video", 1}})).jobs),
              (Ids{ids[0], ids[3], ids[1]}));
    EXPECT_EQ(ids_of(load(claim(10, {{"tts", 0}, {"video", 1}})).jobs), (Ids{ids[3]}));
    EXPECT_TRUE(load(claim(0, {{"tts", 2}})).jobs.empty());
}

TEST_P(StoreContract, ClaimsOnlyQueuedJobsThatWaitForNothing) {
    open("u1");
    add({waiting(a_job(), Wait::time), waiting(a_job(), Wait::parents),
         waiting(a_job(), Wait::room), processing(a_job(), "w", now() + base::Millis{1}),
         ended(a_job(), State::completed, now()), ended(a_job(), State::failed, now()),
         ended(a_job(), State::cancelled, now())});
    auto const ready = add(a_job());

    EXPECT_EQ(ids_of(load(claim(10, {{"tts", 10}})).jobs), (Ids{ready}));
}

TEST_P(StoreContract, ClaimSeesAJobThatBecomesReadyOrStopsBeingSo) {
    open("u1");
    auto const id = add(waiting(a_job(), Wait::room));
    EXPECT_TRUE(load(claim(1, {{"tts", 1}})).jobs.empty());

    change_job(id, [](jobs::Job& job) { job.wait = Wait::none; });
    EXPECT_EQ(ids_of(load(claim(1, {{"tts", 1}})).jobs), (Ids{id}));

    change_job(id, [&](jobs::Job& job) { job = processing(job, "w", now()); });
    EXPECT_TRUE(load(claim(1, {{"tts", 1}})).jobs.empty());
}

TEST_P(StoreContract, PutsClaimedJobsFirstThenTheOnesByIdAndEachOnce) {
    open("u1");
    auto const ids = add({a_job(), a_job({.turn = -1}), waiting(a_job(), Wait::room), a_job()});
    auto what = claim(2, {{"tts", 2}});
    what.jobs = {ids[3], ids[0], ids[2], {987'654}};

    EXPECT_EQ(ids_of(load(what).jobs), (Ids{ids[1], ids[0], ids[2], ids[3]}));
}

TEST_P(StoreContract, AnythingReadyLooksOnlyAtTheNamedServices) {
    open("u1");
    EXPECT_FALSE(store().anything_ready({"tts", "video"}));
    add(a_job({.service = "video"}));
    EXPECT_TRUE(store().anything_ready({"tts", "video"}));
    EXPECT_FALSE(store().anything_ready({"tts"}));
    EXPECT_FALSE(store().anything_ready({}));
}

TEST_P(StoreContract, TellsTheTurnsInUse) {
    auto const u1 = open("u1");
    auto const u2 = open("u2");
    add({a_job({.turn = 30}), a_job({.turn = 50}), a_job({.user = "u2", .turn = 20}),
         a_job({.priority = 7, .turn = 70}), a_job({.service = "video", .turn = 1}),
         waiting(a_job({.turn = 5}), Wait::room),
         processing(a_job({.turn = 6}), "w", now() + base::Millis{1})});

    auto const turns = load({.users = {"u1"}, .fairness_of = {"tts"}}).turns;

    using Lowest = decltype(turns.lowest);
    using Highest = decltype(turns.highest);
    EXPECT_EQ(turns.lowest, (Lowest{{{"tts", 0}, 20}, {{"tts", 7}, 70}}));
    EXPECT_EQ(turns.highest, (Highest{{{u1, "tts", 0}, 50}, {{u1, "tts", 7}, 70}}));
    auto const both = load({.users = {"u1", "u2"}, .fairness_of = {"tts", "video"}}).turns;
    EXPECT_EQ(both.lowest.size(), 3U);
    EXPECT_EQ(both.highest.at({u2, "tts", 0}), 20);
    EXPECT_EQ(both.highest.at({u1, "video", 0}), 1);
}

TEST_P(StoreContract, TellsTheTurnsOfTheJobsThatAreLoaded) {
    auto const u1 = open("u1");
    auto const ids = add({a_job({.turn = 30}), waiting(a_job(), Wait::room),
                          a_job({.service = "video", .turn = 8})});

    auto const turns = load({.jobs = {ids[1]}, .fairness_of_jobs = true}).turns;

    EXPECT_EQ(turns.lowest.size(), 1U);
    EXPECT_EQ(turns.lowest.at({"tts", 0}), 30);
    EXPECT_EQ(turns.highest.at({u1, "tts", 0}), 30);
    EXPECT_TRUE(load({.jobs = {ids[1]}}).turns.lowest.empty());
}

TEST_P(StoreContract, FindsTheJobsThatAWorkerHolds) {
    open("u1");
    auto const ids = add({processing(a_job(), "w1", now()), processing(a_job(), "w2", now()),
                          processing(a_job(), "w1", now()), a_job()});

    EXPECT_EQ(ids_of(load({.live_of = "w1"}).jobs), (Ids{ids[0], ids[2]}));
    EXPECT_TRUE(load({.live_of = "w3"}).jobs.empty());
}

TEST_P(StoreContract, CountsLiveAttemptsOfEachWallet) {
    auto const u1 = open("u1");
    auto const u2 = open("u2");
    add({processing(a_job(), "w1", now()), processing(a_job(), "w2", now()), a_job(),
         ended(a_job(), State::completed, now()), a_job({.user = "u2"})});

    auto batch = load({.users = {"u1", "u2"}, .in_flight = true});

    EXPECT_EQ(batch.in_flight[u1], 2);
    EXPECT_EQ(batch.in_flight[u2], 0);
}

TEST_P(StoreContract, SaysWhichAttemptsAreStale) {
    open("u1");
    auto const ids =
        add({processing(a_job(), "w", now()), a_job(), ended(a_job(), State::completed, now())});

    EXPECT_EQ(store().stale({{ids[0], 1}, {ids[1], 1}, {ids[2], 1}, {{987'654}, 1}}),
              (Ids{ids[1], ids[2], {987'654}}));
    EXPECT_EQ(store().stale({{ids[0], 2}}), (Ids{ids[0]}));
    EXPECT_TRUE(store().stale({}).empty());
}

TEST_P(StoreContract, CountsWhatIsReadyWaitingAndProcessing) {
    open("u1");
    EXPECT_FALSE(store().counts().oldest_ready.has_value());
    add(waiting(a_job(), Wait::time));
    auto const oldest = now() + base::Millis{5};
    auto const later = now() + base::Millis{9};
    add({a_job({.turn = 9, .at = oldest}), a_job({.turn = 1, .at = later}),
         waiting(a_job(), Wait::parents), waiting(a_job(), Wait::room),
         processing(a_job(), "w", now()), ended(a_job(), State::failed, now())});

    auto const counts = store().counts();

    EXPECT_EQ(counts.ready, 2);
    EXPECT_EQ(counts.waiting, 3);
    EXPECT_EQ(counts.processing, 1);
    EXPECT_EQ(counts.oldest_ready, oldest);
}

}  // namespace contract
