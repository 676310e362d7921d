// What is done about a submit whose answer was lost, by what its provider says of such submits.
#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

#include "base/rethrow.h"
#include "jobs/steer.h"
#include "tests/worker/world.h"
#include "worker/late_watch.h"

namespace tests {

using adapters::Blame;
using adapters::Doubt;
using jobs::State;

namespace {

adapters::Submitted lost(adapters::Call const& /*call*/) {
    return {.verdict = unseen()};
}

// The first submit is lost with its worker, and the job is claimed by another one.
base::JobId lose_a_worker_at_the_submit(World& world) {
    world.stage.hold_submits = true;
    auto const id = world.submit();
    world.hire("w1");
    world.until([&] { return !world.stage.submits().empty(); });
    world.crash("w1");
    world.desk.rescue();
    world.stage.hold_submits = false;
    world.hire("w2");
    return id;
}

jobs::Steered resolve(World& world, base::JobId id, jobs::Ruling const& what) {
    jobs::Steered steered;
    world.desk.store->transact(jobs::load_for_cancel(id), [&](jobs::Batch& batch) {
        steered = jobs::settle_doubt(batch, id, what, world.desk.rules);
    });
    return steered;
}

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

bool until_parked(World& world, base::JobId id) {
    return world.until([&] { return world.job(id).parked; });
}

}  // namespace

TEST(Doubt, IsLookedUpUntilItCanBeToldAndThenFollowed) {
    World world;
    world.stage.doubt = Doubt::look_up;
    int asked = 0;
    world.stage.on_look_up = [&](auto const& call) {
        EXPECT_EQ(call.key, "tallyman-1-1-0-1767225600000");
        asked += 1;
        return asked < 4 ? adapters::Submitted{.verdict = unseen()}
                         : adapters::Submitted{.task = "found", .verdict = still_running()};
    };
    auto const id = lose_a_worker_at_the_submit(world);
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
    EXPECT_EQ(world.job(id).task, "found");
    EXPECT_EQ(asked, 4);
    EXPECT_EQ(world.stage.submits().size(), 1U);
}

TEST(Doubt, IsOverWhenTheLookUpProvesThatNothingWasBegun) {
    World world;
    world.stage.doubt = Doubt::look_up;
    world.stage.on_look_up = [](auto const&) { return not_taken(Blame::moment); };
    auto const id = lose_a_worker_at_the_submit(world);
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
    EXPECT_EQ(world.stage.submits().size(), 2U);
    EXPECT_EQ(world.balance(), 515);
}

TEST(Doubt, AllowsOneMoreSubmitAndNoThirdEvenAfterAnotherCrash) {
    World world;
    world.stage.doubt = Doubt::resubmit_once;
    world.stage.hold_submits = true;
    auto const id = world.submit();
    for (auto const* const name : {"w1", "w2"}) {
        auto const before = world.stage.submits().size();
        world.hire(name);
        world.until([&] { return world.stage.submits().size() > before; });
        world.crash(name);
        world.desk.rescue();
    }
    EXPECT_TRUE(world.job(id).resubmitted);
    world.hire("w3");
    until_parked(world, id);
    EXPECT_EQ(world.stage.submits().size(), 2U);
    EXPECT_EQ(world.job(id).state, State::processing);
    EXPECT_EQ(world.balance(), 515);
    resolve(world, id, {.verdict = jobs::Ruling::Verdict::fail});
    world.until_ended(id);
}

TEST(Doubt, OfASecondSubmitWhoseAnswerIsLostToo_Parks) {
    World world;
    world.stage.doubt = Doubt::resubmit_once;
    world.stage.on_submit = lost;
    auto const id = world.submit();
    world.hire();
    until_parked(world, id);
    EXPECT_EQ(world.stage.submits().size(), 2U);
    EXPECT_EQ(world.events(id), "unknown resubmit parked");
    resolve(world, id, {.verdict = jobs::Ruling::Verdict::fail});
    world.until_ended(id);
}

TEST(Doubt, MayBeTheOperatorsCost) {
    World world;
    world.stage.doubt = Doubt::refund;
    world.stage.on_submit = lost;
    auto const id = world.submit();
    world.hire();
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::failed);
    EXPECT_EQ(world.job(id).error.value().code, "unknown_fate");
    EXPECT_EQ(world.stage.submits().size(), 1U);
    EXPECT_EQ(world.balance(), 520);
}

TEST(Doubt, IsNotEndedByARefusalOfTheSecondSubmit) {
    World world;
    int submits = 0;
    world.stage.on_submit = [&](auto const&) {
        submits += 1;
        return submits == 1  ? adapters::Submitted{.verdict = unseen()}
               : submits < 4 ? not_taken(Blame::moment)
                             : adapters::Submitted{.task = "it", .verdict = still_running()};
    };
    auto const id = world.submit();
    world.hire();
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
    EXPECT_EQ(world.job(id).attempt, 1);
    EXPECT_EQ(world.job(id).failures, 0);
}

TEST(Parked, TakesNoSlotOfItsWorker) {
    World world;
    world.settings.worker.slots = 1;
    world.stage.doubt = Doubt::park;
    bool first = true;
    world.stage.on_submit = [&](auto const& call) {
        bool const is_lost = std::exchange(first, false);
        return is_lost ? lost(call) : adapters::Submitted{.verdict = done()};
    };
    auto const id = world.submit();
    world.hire();
    until_parked(world, id);
    auto const next = world.submit();
    world.until_ended(next);
    EXPECT_EQ(world.job(id).state, State::processing);
    resolve(world, id, {.verdict = jobs::Ruling::Verdict::fail});
    world.until([&] { return world.hand().runner().running() == 0; });
    EXPECT_EQ(world.job(id).error.value().code, "unknown_fate");
    EXPECT_EQ(world.balance(), 515);
}

TEST(Parked, GoesOnWithTheTaskThatSomebodyHasFound) {
    World world;
    world.stage.doubt = Doubt::park;
    auto const id = lose_a_worker_at_the_submit(world);
    until_parked(world, id);
    auto const steered = resolve(
        world, id, {.verdict = jobs::Ruling::Verdict::task, .task = "theirs-9", .who = "ann"});
    EXPECT_EQ(steered.outcome, jobs::SteerOutcome::done);
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
    EXPECT_EQ(world.stage.polls().back(), "theirs-9");
    EXPECT_EQ(world.stage.submits().size(), 1U);
    EXPECT_EQ(world.stage.cancels().size(), 0U);
}

TEST(Parked, IsSubmittedWhereSomebodySaysThatItNeverWas) {
    World world;
    world.stage.doubt = Doubt::park;
    auto const id = lose_a_worker_at_the_submit(world);
    until_parked(world, id);
    resolve(world, id, {.verdict = jobs::Ruling::Verdict::submit});
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
    EXPECT_EQ(world.stage.submits().size(), 2U);
    EXPECT_FALSE(world.job(id).parked);
}

TEST(Parked, IsNoLossHoweverManyWorkersGoDownBesideIt) {
    World world;
    world.stage.doubt = Doubt::park;
    auto const id = lose_a_worker_at_the_submit(world);
    until_parked(world, id);
    std::string worker = "w2";
    for (auto const* const next : {"w3", "w4", "w5", "w6"}) {
        auto const attempt = world.job(id).attempt;
        world.crash(worker);
        world.desk.rescue();
        worker = next;
        world.hire(worker);
        world.until([&] { return world.job(id).attempt > attempt; });
    }
    world.until([&] { return world.job(id).state == State::processing; });
    EXPECT_EQ(world.job(id).losses, 1);
    EXPECT_FALSE(world.job(id).poison);
    resolve(world, id, {.verdict = jobs::Ruling::Verdict::fail});
    world.until_ended(id);
}

TEST(LateResult, IsAskedForAfterTheDeadlineAndKeptWithoutACharge) {
    World world;
    world.stage.on_poll = [](auto const&, auto const&) { return still_running(); };
    auto const id = world.submit();
    world.hire();
    world.until([&] { return !world.job(id).task.empty(); });
    world.advance(Millis{24LL * 3'600 * 1'000});
    world.until_ended(id);
    EXPECT_EQ(world.job(id).error.value().code, "deadline_exceeded");
    EXPECT_EQ(world.balance(), 520);
    auto const asked = world.stage.polls().size();
    look_after_late_tasks(world);
    EXPECT_EQ(world.stage.polls().size(), asked);  // not at once
    world.advance(Millis{60'000});
    look_after_late_tasks(world);
    EXPECT_FALSE(world.job(id).late_result);
    world.stage.on_poll = [](auto const&, auto const&) {
        auto verdict = done();
        verdict.cost = adapters::Cost{.micros = 9, .currency = "CNY"};
        return verdict;
    };
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

TEST(Resolving, IsForJobsInDoubtOnly) {
    World world;
    auto const id = world.submit();
    EXPECT_EQ(resolve(world, id, {}).outcome, jobs::SteerOutcome::wrong_state);
    EXPECT_EQ(resolve(world, {77}, {}).outcome, jobs::SteerOutcome::missing);
    world.hire();
    world.until_ended(id);
    EXPECT_EQ(resolve(world, id, {}).outcome, jobs::SteerOutcome::wrong_state);
}

}  // namespace tests
