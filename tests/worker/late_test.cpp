// Tasks that outlive their jobs: what they made and what they cost is still heard of, once.
#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

#include "base/rethrow.h"
#include "jobs/steer.h"
#include "tests/worker/world.h"
#include "worker/late_watch.h"

namespace tests {

using jobs::State;

namespace {

void look_after_late_tasks(World& world) {
    auto const log = worker::Log::silent();
    boost::asio::io_context io;
    worker::BlockingPool pool{1};
    worker::Providers providers;
    providers.emplace("stage", std::make_unique<ScriptedProvider>(io.get_executor(), world.stage));
    worker::LateWatch watch{io.get_executor(), *world.desk.store, pool,
                            providers,         world.settings,    *log};
    boost::asio::co_spawn(io, watch.look(), base::rethrow);
    io.run();
    pool.join();
}

adapters::Verdict costing(adapters::Verdict verdict) {
    verdict.cost = adapters::Cost{.micros = 9, .currency = "CNY"};
    return verdict;
}

// A job that was ended at its deadline, and whose task still runs.
base::JobId past_its_deadline(World& world) {
    world.stage.on_poll = [](auto const&, auto const&) { return still_running(); };
    auto const id = world.submit();
    world.hire();
    world.until([&] { return !world.job(id).task.empty(); });
    world.advance(Millis{24LL * 3'600 * 1'000});
    world.until_ended(id);
    return id;
}

}  // namespace

TEST(LateResult, IsAskedForAfterTheDeadlineAndKeptWithoutACharge) {
    World world;
    auto const id = past_its_deadline(world);
    EXPECT_EQ(world.job(id).error.value().code, "deadline_exceeded");
    EXPECT_EQ(world.balance(), 520);
    auto const asked = world.stage.polls().size();
    look_after_late_tasks(world);
    EXPECT_EQ(world.stage.polls().size(), asked);  // not at once
    world.advance(Millis{60'000});
    look_after_late_tasks(world);
    EXPECT_FALSE(world.job(id).late_result);
    world.stage.on_poll = [](auto const&, auto const&) { return costing(done()); };
    world.advance(Millis{60'000});
    look_after_late_tasks(world);
    EXPECT_TRUE(world.job(id).late_result);
    EXPECT_EQ(world.job(id).state, State::failed);
    EXPECT_EQ(world.balance(), 520);
    auto const calls = world.desk.store->calls().of(id);
    ASSERT_EQ(calls.size(), 1U);
    EXPECT_EQ(calls[0].micros, 9);
    EXPECT_EQ(calls[0].credits, Credits{0});
    auto const polls = world.stage.polls().size();
    world.advance(Millis{3'600'000});
    look_after_late_tasks(world);
    EXPECT_EQ(world.stage.polls().size(), polls);
}

TEST(LateResult, IsToldBesideAJobThatWasQueuedAgainByHand) {
    World world;
    auto const id = past_its_deadline(world);
    world.leave();
    world.desk.retry(id);
    world.stage.on_poll = [](auto const&, auto const&) { return costing(done()); };
    world.advance(Millis{60'000});
    look_after_late_tasks(world);
    EXPECT_EQ(world.job(id).state, State::queued);
    EXPECT_FALSE(world.job(id).late_result);
    EXPECT_TRUE(world.events(id).ends_with("late_result")) << world.events(id);
    EXPECT_EQ(world.desk.store->calls().of(id).size(), 1U);
    world.hire("w2");
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
    EXPECT_EQ(world.balance(), 515);
}

TEST(LateCosts, AreToldOnceWhereTheAttemptItselfHearsOfTheEnd) {
    World world;
    world.stage.hold_polls = true;
    world.stage.on_poll = [](auto const&, auto const&) { return costing(done()); };
    auto const id = world.submit();
    world.hire();
    world.until([&] { return !world.stage.polls().empty(); });
    world.advance(Millis{24LL * 3'600 * 1'000});
    world.until_ended(id);
    world.stage.hold_polls = false;
    world.until([&] { return world.hand().runner().running() == 0; });
    world.advance(Millis{60'000});
    look_after_late_tasks(world);
    EXPECT_TRUE(world.job(id).late_result);
    EXPECT_EQ(world.desk.store->calls().of(id).size(), 1U);
}

TEST(LateCosts, OfATaskThatFailedAreToldAsWell) {
    World world;
    auto const id = past_its_deadline(world);
    world.stage.on_poll = [](auto const&, auto const&) { return costing(failed(false)); };
    world.advance(Millis{60'000});
    look_after_late_tasks(world);
    EXPECT_FALSE(world.job(id).late_result);
    EXPECT_EQ(world.desk.store->calls().of(id).size(), 1U);
}

TEST(LateCosts, AreWhatTheSettingsSayWhereTheProviderDoesNot) {
    World world;
    world.settings.providers["stage"].cost = config::CallCost{.micros = 7, .currency = "CNY"};
    auto const id = past_its_deadline(world);
    world.stage.on_poll = {};
    world.advance(Millis{60'000});
    look_after_late_tasks(world);
    auto const calls = world.desk.store->calls().of(id);
    ASSERT_EQ(calls.size(), 1U);
    EXPECT_EQ(calls[0].micros, 7);
}

TEST(LostTask, IsRefundedAtTheDeadlineAndStillAskedAboutAfterIt) {
    World world;
    world.stage.on_poll = [](auto const&, auto const&) { return gone(); };
    auto const id = world.submit();
    world.hire();
    world.until([&] { return world.job(id).parked; });
    world.advance(Millis{24LL * 3'600 * 1'000});
    world.until_ended(id);
    EXPECT_EQ(world.job(id).error.value().code, "deadline_exceeded");
    EXPECT_EQ(world.balance(), 520);
    world.stage.on_poll = {};
    world.advance(Millis{60'000});
    look_after_late_tasks(world);
    EXPECT_TRUE(world.job(id).late_result);
}

TEST(LateResult, OfAJobThatTookItsWorkersDownIsHeardOfAsWell) {
    World world;
    world.stage.on_poll = [](auto const&, auto const&) { return still_running(); };
    auto const id = world.submit();
    for (int attempt = 1; attempt <= world.desk.rules.poison_losses; ++attempt) {
        world.hire();
        world.until(
            [&] { return world.job(id).attempt == attempt && !world.job(id).task.empty(); });
        world.crash();
        world.desk.rescue();
    }
    EXPECT_TRUE(world.job(id).poison);
    EXPECT_EQ(world.balance(), 520);
    world.stage.on_poll = [](auto const&, auto const&) { return costing(done()); };
    world.advance(Millis{60'000});
    look_after_late_tasks(world);
    EXPECT_TRUE(world.job(id).late_result);
    EXPECT_EQ(world.desk.store->calls().of(id).size(), 1U);
}

TEST(LostTask, OfAJobThatWasGivenUpIsStillAskedAbout) {
    World world;
    world.stage.on_poll = [](auto const&, auto const&) { return gone(); };
    auto const id = world.submit();
    world.hire();
    world.until([&] { return world.job(id).parked; });
    world.desk.store->transact(jobs::load_for_cancel(id), [&](jobs::Batch& batch) {
        jobs::settle_doubt(batch, id, {.verdict = jobs::Ruling::Verdict::fail}, world.desk.rules);
    });
    EXPECT_EQ(world.balance(), 520);
    world.leave();
    world.stage.on_poll = [](auto const&, auto const&) { return costing(done()); };
    world.advance(Millis{60'000});
    look_after_late_tasks(world);
    EXPECT_TRUE(world.job(id).late_result);
    EXPECT_EQ(world.desk.store->calls().of(id).size(), 1U);
    EXPECT_EQ(world.balance(), 520);
}

}  // namespace tests
