// What is done about a submit whose answer was lost, by what its provider says of such submits.
#include <gtest/gtest.h>

#include "jobs/steer.h"
#include "tests/worker/world.h"

namespace tests {

using adapters::Blame;
using adapters::Doubt;
using jobs::State;

namespace {

adapters::Submitted lost(adapters::Call const& /*call*/) {
    return {.verdict = unseen()};
}

jobs::Steered resolve(World& world, base::JobId id, jobs::Ruling const& what) {
    jobs::Steered steered;
    world.desk.store->transact(jobs::load_for_cancel(id), [&](jobs::Batch& batch) {
        steered = jobs::settle_doubt(batch, id, what, world.desk.rules);
    });
    return steered;
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
    auto const id = world.lose_a_worker_at_the_submit();
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
    auto const id = world.lose_a_worker_at_the_submit();
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

TEST(Doubt, IsParkedWhereTheSecondSubmitIsRefusedForTheJob) {
    for (auto const doubt : {Doubt::resubmit, Doubt::resubmit_once}) {
        World world;
        world.stage.doubt = doubt;
        world.stage.on_submit = [](auto const&) { return not_taken(Blame::job, "other_body"); };
        auto const id = world.lose_a_worker_at_the_submit();
        until_parked(world, id);
        EXPECT_EQ(world.job(id).state, State::processing);
        EXPECT_EQ(world.balance(), 515);
        EXPECT_EQ(world.stage.submits().size(), 2U);
        resolve(world, id, {.verdict = jobs::Ruling::Verdict::fail});
        world.until_ended(id);
    }
}

TEST(LostTask, IsParkedAndNotBoughtAgain) {
    World world;
    world.stage.on_poll = [](auto const&, auto const&) { return gone(); };
    auto const id = world.submit();
    world.hire();
    until_parked(world, id);
    EXPECT_EQ(world.job(id).state, State::processing);
    EXPECT_EQ(world.job(id).task, "task-1-1");
    EXPECT_EQ(world.job(id).progress_note, "parked: never heard of it");
    EXPECT_EQ(world.events(id), "submitted parked");
    EXPECT_EQ(world.balance(), 515);
    world.until([&] { return world.hand().runner().router().states().at("stage").here == 0; });
    EXPECT_EQ(world.stage.submits().size(), 1U);
    world.stage.on_poll = {};
    resolve(world, id, {.verdict = jobs::Ruling::Verdict::submit});
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
    EXPECT_EQ(world.stage.submits().size(), 2U);
    EXPECT_EQ(world.stage.cancels(), std::vector<std::string>{"task-1-1"});
    EXPECT_NE(world.stage.submits()[0].key, world.stage.submits()[1].key);
}

TEST(LostTask, IsFollowedWhenItsProviderKnowsItAgain) {
    World world;
    bool knows = false;
    world.stage.on_poll = [&](auto const&, auto const&) {
        return knows ? still_running() : gone();
    };
    auto const id = world.submit();
    world.hire();
    until_parked(world, id);
    world.leave("w1", true);
    world.hire("w2");
    world.until([&] { return world.job(id).attempt == 2; });
    world.idle(Millis{20});
    EXPECT_TRUE(world.job(id).parked);
    knows = true;
    auto& runner = world.hand("w2").runner();
    world.until([&] {
        runner.hint(id);
        return !world.job(id).parked;
    });
    EXPECT_FALSE(world.job(id).fate_unknown);
    world.until([&] { return runner.router().states().at("stage").here == 1; });
    world.stage.on_poll = {};
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
    EXPECT_EQ(world.stage.submits().size(), 1U);
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
    auto const id = world.lose_a_worker_at_the_submit();
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
    auto const id = world.lose_a_worker_at_the_submit();
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
    auto const id = world.lose_a_worker_at_the_submit();
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

TEST(Resolving, AsSubmitIsRefusedWhileAnotherSubmitMayBeUnderWay) {
    World world;
    world.stage.doubt = Doubt::resubmit_once;
    auto const id = world.lose_a_worker_at_the_submit();
    world.stage.hold_submits = true;
    world.until([&] { return world.stage.submits().size() == 2; });
    EXPECT_EQ(resolve(world, id, {}).outcome, jobs::SteerOutcome::wrong_state);
    world.stage.hold_submits = false;
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
    EXPECT_EQ(world.stage.submits().size(), 2U);
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
