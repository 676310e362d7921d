// Which jobs a worker takes, and how many at once.
#include <set>

#include <gtest/gtest.h>

#include "adapters/sqlite/open.h"
#include "tests/support/temp_dir.h"
#include "tests/worker/world.h"

namespace tests {

using jobs::State;
using support::FlakyStore;
using support::Flaw;

namespace {

bool all_completed(World& world, std::size_t count) {
    return world.desk.store->list_jobs({.state = State::completed, .limit = 1'000}).size() == count;
}

// Each job is asked about a few times, so that many are under way at once.
void take_some_polls(Stage& stage) {
    stage.on_poll = [asked = std::map<base::JobId, int>{}](adapters::Call const& call,
                                                           auto const&) mutable {
        return ++asked[call.job] < 5 ? still_running() : done();
    };
}

// Every pair of job and attempt that reached a provider, which must be there once.
void expect_no_attempt_twice(Stage const& stage, std::size_t jobs) {
    std::set<std::pair<base::JobId, int>> seen;
    for (auto const& call : stage.submits()) {
        EXPECT_TRUE(seen.emplace(call.job, call.attempt).second)
            << "attempt " << call.attempt << " of job " << call.job.value << " ran twice";
    }
    EXPECT_EQ(seen.size(), jobs);
}

void run_with_two_workers(World& world, int count) {
    take_some_polls(world.stage);
    for (int i = 0; i < count; ++i) {
        world.submit("polish", "u" + std::to_string(i % 7));
    }
    world.hire("w1").run_on_a_thread();
    world.hire("w2").run_on_a_thread();
    world.until([&] { return all_completed(world, static_cast<std::size_t>(count)); });
    world.leave("w1");
    world.leave("w2");
    expect_no_attempt_twice(world.stage, static_cast<std::size_t>(count));
}

}  // namespace

TEST(Claim, NeverTakesMoreThanTheSlots) {
    World world;
    world.settings.worker.slots = 3;
    take_some_polls(world.stage);
    for (int i = 0; i < 20; ++i) {
        world.submit("polish");
    }
    world.hire();
    world.until([&] {
        EXPECT_LE(world.desk.store->counts().processing, 3);
        return all_completed(world, 20);
    });
    EXPECT_EQ(world.stage.most_at_once(), 3);
}

TEST(Claim, NeverTakesMoreOfAServiceThanItsConcurrency) {
    World world;
    world.settings.services["polish"].concurrency = 2;
    take_some_polls(world.stage);
    for (int i = 0; i < 12; ++i) {
        world.submit("polish");
        world.submit("script");
    }
    world.hire();
    world.until([&] { return all_completed(world, 24); });
    EXPECT_EQ(world.stage.most_at_once("polish"), 2);
    EXPECT_GT(world.stage.most_at_once("script"), 2);
    EXPECT_LE(world.stage.most_at_once(), 8);
}

TEST(Claim, JobsThatCanNotStartDoNotHoldUpTheOthers) {
    World world;
    world.settings.worker.poll = Millis{3'600'000};  // nothing but the work itself wakes the worker
    world.settings.services["poster"].concurrency = 1;
    world.settings.rules.signup_gift = {};
    world.desk.rules.signup_gift = {};
    for (int i = 0; i < 10; ++i) {
        world.submit("poster", "poor");
    }
    world.desk.give("rich", {.amount = Credits{100}});
    auto const last = world.submit("poster", "rich");
    world.hire();
    world.until_ended(last);
    EXPECT_EQ(world.job(last).state, State::completed);
    EXPECT_EQ(world.stage.submits().size(), 1U);
}

TEST(Claim, TakesNothingAfterQuiet) {
    World world;
    world.hire().runner().quiet();
    auto const id = world.submit();
    world.idle(Millis{20});
    EXPECT_EQ(world.job(id).state, State::queued);
}

TEST(Claim, ThatIsUnderWayWhenTheWorkerIsToldToStopIsWorkedOff) {
    World world{[](int number) { return number == 1 ? Flaw::slow : Flaw::none; }};
    auto const id = world.submit();
    world.hire();
    world.until([&] { return world.store.writes() == 1; });
    world.leave();
    EXPECT_EQ(world.job(id).state, State::completed);
}

TEST(Claim, ThatIsUnderWayWhenJobsAreHandedBackIsHandedBackToo) {
    World world{[](int number) { return number == 1 ? Flaw::slow : Flaw::none; }};
    auto const id = world.submit();
    world.hire();
    world.until([&] { return world.store.writes() == 1; });
    world.leave("w1", true);
    EXPECT_EQ(world.job(id).state, State::queued);
    EXPECT_EQ(world.job(id).attempt, 1);
    EXPECT_EQ(world.job(id).losses, 0);
    EXPECT_TRUE(world.stage.submits().empty());
}

TEST(Claim, WhoseCommitIsInDoubtIsHandedBackAndMadeAgain) {
    World world{FlakyStore::at(1, Flaw::after)};
    auto const id = world.submit();
    world.hire();
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
    EXPECT_EQ(world.job(id).attempt, 2);
    EXPECT_EQ(world.job(id).losses, 0);
    EXPECT_EQ(world.stage.submits().size(), 1U);
    EXPECT_EQ(world.balance(), 515);
    EXPECT_EQ(world.events(id), "released submitted");
}

TEST(Claim, InDoubtLeavesAloneWhatRunsAlready) {
    World world{FlakyStore::at(3, Flaw::after)};  // after a claim and what it submitted
    world.stage.on_poll = [](auto const&, auto const&) { return still_running(); };
    world.settings.worker.heartbeat = Millis{3'600'000};
    auto const first = world.submit();
    world.hire();
    world.until([&] { return !world.job(first).task.empty(); });
    auto const second = world.submit();
    world.until([&] { return !world.job(second).task.empty(); });
    EXPECT_EQ(world.job(first).attempt, 1);
    EXPECT_EQ(world.job(second).attempt, 2);
    world.stage.on_poll = {};
    world.until_ended(first);
    world.until_ended(second);
}

TEST(TwoWorkers, NeverRunOneAttemptTwice) {
    World world;
    run_with_two_workers(world, 120);
}

TEST(TwoWorkers, NeverRunOneAttemptTwiceOnTheEmbeddedStore) {
    support::TempDir const folder;
    World world{
        FlakyStore::flawless(), [&](Desk::Clock clock) {
            return adapters::open_sqlite(
                {.path = folder / "tallyman.db", .clock = std::move(clock), .durable = false});
        }};
    world.desk.auditing = false;  // once, at the end, is enough here
    run_with_two_workers(world, 40);
}

TEST(TwoWorkers, ThatLoseAndFindTheStoreNeverRunOneAttemptTwice) {
    World world{FlakyStore::by_seed(7, 60, 60)};
    run_with_two_workers(world, 60);
}

TEST(Worker, FinishesTheJobsOfAServiceThatHasLeftTheBook) {
    World world;
    auto const id = world.submit("polish");
    world.desk.book.services.erase("polish");
    world.hire();
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
}

}  // namespace tests
