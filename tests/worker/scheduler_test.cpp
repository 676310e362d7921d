// Duties go on by themselves, whatever the store does, until told to stop.
#include "worker/scheduler.h"

#include <atomic>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "tests/worker/world.h"

namespace tests {

using support::FlakyStore;
using support::Flaw;
using worker::DutyPlan;
using worker::DutyRun;

namespace {

// Runs the table until `enough`; it has stopped by itself when this returns.
void keep_until(World& world, std::vector<DutyPlan> table, std::function<bool()> const& enough,
                bool schedules = true) {
    boost::asio::io_context io{1};
    worker::BlockingPool pool{1};
    auto const log = worker::Log::silent();
    worker::DutyClerk clerk{world.store, "here"};
    worker::Scheduler scheduler{io.get_executor(), pool, clerk, std::move(table), *log};
    scheduler.start(schedules);
    world.until([&] {
        io.poll();
        return enough();
    });
    scheduler.stop();
    io.run();
    EXPECT_TRUE(io.stopped());
}

}  // namespace

TEST(Scheduler, TakesEachDutyAtItsOwnPace) {
    World world;
    std::atomic<int> quick = 0;
    std::atomic<int> slow = 0;
    keep_until(world,
               {{.name = "quick",
                 .every = Millis{1},
                 .light = true,
                 .run =
                     [&] {
                         quick += 1;
                         return DutyRun{};
                     }},
                {.name = "slow",
                 .every = Millis{3'600'000},
                 .run =
                     [&] {
                         slow += 1;
                         return DutyRun{};
                     }}},
               [&] { return quick >= 10; });
    EXPECT_EQ(slow, 1);
}

TEST(Scheduler, OfAProcessThatOnlyWorksKeepsWhatConcernsWorkers) {
    World world;
    std::atomic<int> shared = 0;
    std::atomic<int> others = 0;
    keep_until(
        world,
        {{.name = "rescue",
          .every = Millis{1},
          .light = true,
          .run =
              [&] {
                  others += 1;
                  return DutyRun{};
              }},
         {.name = "inbox",
          .every = Millis{1},
          .light = true,
          .workers_too = true,
          .run =
              [&] {
                  shared += 1;
                  return DutyRun{};
              }}},
        [&] { return shared >= 10; }, false);
    EXPECT_EQ(others, 0);
}

TEST(Scheduler, TakesADutyAgainAtOnceWhenThereIsMore) {
    World world;
    std::atomic<int> runs = 0;
    keep_until(world,
               {{.name = "many",
                 .every = Millis{3'600'000},
                 .light = true,
                 .run =
                     [&] {
                         runs += 1;
                         return DutyRun{.again = runs < 5};
                     }}},
               [&] { return runs == 5; });
    EXPECT_EQ(runs, 5);
}

TEST(Scheduler, GoesOnWhenTheStoreWasGone) {
    World world{FlakyStore::at(1, Flaw::before)};
    std::atomic<int> runs = 0;
    keep_until(world,
               {{.name = "steady",
                 .every = Millis{1},
                 .run =
                     [&] {
                         runs += 1;
                         return DutyRun{};
                     }}},
               [&] { return runs == 1; });
    EXPECT_EQ(world.store.failures(), 1);
}

TEST(Scheduler, KeepsWorkersGoingWithTheShippedTable) {
    World world;
    world.stage.on_poll = [](adapters::Call const& call, auto const&) {
        return call.attempt == 1 ? failed(true) : done();
    };
    world.settings.rules.defaults.backoff = Millis{0};
    auto const id = world.submit();
    world.hire();
    auto table = worker::duty_table(world.store, world.settings, [&] { return world.desk.book; });
    keep_until(world, std::move(table), [&] {
        world.advance(Millis{1});
        return jobs::ended(world.job(id).state);
    });
    EXPECT_EQ(world.job(id).state, jobs::State::completed);
    EXPECT_EQ(world.job(id).attempt, 2);
}

}  // namespace tests
