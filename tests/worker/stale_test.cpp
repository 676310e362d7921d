// An attempt whose job was taken away: cancelled, or rescued while the worker still lived.
#include <gtest/gtest.h>

#include "tests/worker/world.h"

namespace tests {

using jobs::State;

namespace {

// Leases are looked after so rarely that a worker seems to have stalled; every half second it still
// notices what was taken from it.
void stall_heartbeats(World& world) {
    world.settings.worker.heartbeat = Millis{3'600'000};
}

void take_away(World& world, base::JobId id) {
    world.until([&] { return !world.job(id).task.empty(); });
    world.advance(world.settings.rules.lease);
    EXPECT_EQ(world.desk.rescue().requeued, 1);
}

}  // namespace

TEST(Cancelled, TheProviderIsToldAndTheCreditsGoBack) {
    World world;
    world.stage.on_poll = [](auto const&, auto const&) { return still_running(); };
    auto const id = world.submit();
    world.hire();
    world.until([&] { return !world.job(id).task.empty(); });
    EXPECT_EQ(world.desk.cancel(id).outcome, jobs::SteerOutcome::done);
    world.until([&] { return world.hand().runner().running() == 0; });
    EXPECT_EQ(world.job(id).state, State::cancelled);
    EXPECT_EQ(world.stage.cancels(), std::vector<std::string>{"task-1-1"});
    EXPECT_EQ(world.balance(), 520);
}

TEST(Cancelled, IsNoticedSoonEvenIfHeartbeatsAreFarApart) {
    World world;
    stall_heartbeats(world);
    world.stage.on_poll = [](auto const&, auto const&) { return still_running(); };
    auto const id = world.submit();
    world.hire();
    world.until([&] { return !world.job(id).task.empty(); });
    world.desk.cancel(id);
    world.until([&] { return !world.stage.cancels().empty(); });
}

// More than one look takes in.
TEST(Cancelled, IsNoticedAmongManyJobsAtEitherEnd) {
    constexpr int many = 1'100;
    World world;
    world.settings.worker.slots = many;
    world.settings.worker.heartbeat = Millis{1'000};
    world.stage.on_poll = [](auto const&, auto const&) {
        auto verdict = still_running();
        verdict.ask_again = Millis{3'600'000};
        return verdict;
    };
    world.desk.auditing = false;  // after each of so many it would take long
    base::JobId const first = world.submit("caption");
    base::JobId last = first;
    for (int i = 1; i < many; ++i) {
        last = world.submit("caption");
    }
    world.hire();
    world.until([&] { return std::ssize(world.stage.polls()) == many; });
    world.desk.cancel(first);
    world.desk.cancel(last);
    world.until([&] { return world.stage.cancels().size() == 2; });
    EXPECT_EQ(world.hand().runner().running(), many - 2U);
    world.hand().runner().release_all();
}

TEST(Cancelled, WhileTheSubmitIsOnItsWayTheTaskIsCancelledToo) {
    World world;
    world.stage.hold_submits = true;
    auto const id = world.submit();
    world.hire();
    world.until([&] { return !world.stage.submits().empty(); });
    world.desk.cancel(id);
    world.stage.hold_submits = false;
    world.until([&] { return world.hand().runner().running() == 0; });
    EXPECT_EQ(world.stage.cancels(), std::vector<std::string>{"task-1-1"});
    EXPECT_EQ(world.balance(), 520);
}

TEST(Cancelled, ALateResultIsRecordedAndNotCharged) {
    World world;
    world.stage.hold_polls = true;
    auto const id = world.submit();
    world.hire();
    world.until([&] { return !world.stage.polls().empty(); });
    world.desk.cancel(id);
    world.stage.hold_polls = false;
    world.until([&] { return world.job(id).late_result; });
    EXPECT_EQ(world.job(id).state, State::cancelled);
    EXPECT_EQ(world.balance(), 520);
    EXPECT_EQ(world.events(id), "submitted cancelled late_result");
    world.until([&] { return world.hand().runner().running() == 0; });
}

TEST(StaleAttempt, IsDroppedAndDoesNotDisturbTheOneThatTookOver) {
    World world;
    stall_heartbeats(world);
    world.stage.on_poll = [](auto const&, auto const&) { return still_running(); };
    auto const id = world.submit();
    world.hire("w1");
    world.until([&] { return world.job(id).state == State::processing; });
    world.hand("w1").runner().quiet();  // so that the other takes over
    take_away(world, id);
    world.hire("w2");
    world.until([&] { return world.job(id).worker == "w2"; });
    world.until([&] { return world.hand("w1").runner().running() == 0; });
    EXPECT_TRUE(world.stage.cancels().empty()) << "the task is w2's now";
    world.stage.on_poll = {};
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
    EXPECT_EQ(world.job(id).attempt, 2);
    EXPECT_EQ(world.stage.submits().size(), 1U);
    EXPECT_EQ(world.balance(), 515);
}

TEST(StaleAttempt, MayMeetItsSuccessorInTheSameWorker) {
    World world;
    stall_heartbeats(world);
    world.stage.on_poll = [](auto const&, auto const&) { return still_running(); };
    auto const id = world.submit();
    world.hire();
    take_away(world, id);
    world.until([&] { return world.hand().runner().running() == 2; });
    EXPECT_EQ(world.job(id).attempt, 2);
    world.until([&] { return world.hand().runner().running() == 1; });
    EXPECT_EQ(world.job(id).state, State::processing);
    EXPECT_TRUE(world.stage.cancels().empty()) << "the task is the successor's now";
    world.stage.on_poll = {};
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
    EXPECT_EQ(world.balance(), 515);
}

TEST(StaleAttempt, ItsOwnTaskIsCancelledWhenTheJobHasAnother) {
    World world;
    stall_heartbeats(world);
    world.stage.hold_submits = true;
    auto const id = world.submit();
    world.hire("w1");
    world.until([&] { return !world.stage.submits().empty(); });
    world.hand("w1").runner().quiet();
    world.advance(world.settings.rules.lease);
    world.desk.rescue();
    world.stage.on_poll = [](auto const&, auto const&) { return still_running(); };
    world.hire("w2");
    world.until([&] { return world.stage.submits().size() == 2; });
    world.stage.hold_submits = false;
    world.until([&] { return world.hand("w1").runner().running() == 0; });
    world.until([&] { return world.job(id).task == "task-1-2"; });
    EXPECT_EQ(world.stage.cancels(), std::vector<std::string>{"task-1-1"});
    world.stage.on_poll = {};
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
}

TEST(StaleAttempt, AFailureThatComesLateIsNotTheJobs) {
    World world;
    stall_heartbeats(world);
    world.stage.hold_polls = true;
    auto const id = world.submit();
    world.hire("w1");
    take_away(world, id);
    world.stage.on_poll = [](adapters::Call const& call, auto const&) {
        return call.attempt == 1 ? failed(false) : done();
    };
    world.until([&] { return world.job(id).attempt == 2; });
    world.stage.hold_polls = false;
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
    EXPECT_EQ(world.job(id).failures, 0);
}

}  // namespace tests
