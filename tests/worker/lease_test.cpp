// Leases: kept while a worker lives, given back when it stops.
#include <algorithm>

#include <gtest/gtest.h>

#include "tests/worker/world.h"

namespace tests {

using jobs::State;

namespace {

// The worker renewed its lease at the present time of the store.
bool is_renewed(World& world, base::JobId id) {
    return world.job(id).lease_until == world.clock.now() + world.settings.rules.lease;
}

}  // namespace

TEST(Lease, OfAJobThatOutlivesSeveralIsRenewedAndTheJobNotRescued) {
    World world;
    world.stage.on_poll = [](auto const&, auto const&) { return still_running(); };
    auto const id = world.submit();
    world.hire();
    world.until([&] { return !world.job(id).task.empty(); });
    for (int i = 0; i < 10; ++i) {
        world.advance(world.settings.rules.lease - Millis{1});
        ASSERT_TRUE(world.until([&] { return is_renewed(world, id); }));
        EXPECT_EQ(world.desk.rescue().requeued, 0);
    }
    world.stage.on_poll = {};
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
    EXPECT_EQ(world.job(id).attempt, 1);
    EXPECT_EQ(world.job(id).losses, 0);
}

TEST(Lease, IsRenewedWhileASubmitTakesLong) {
    World world;
    world.stage.hold_submits = true;
    auto const id = world.submit();
    world.hire();
    world.until([&] { return !world.stage.submits().empty(); });
    world.advance(world.settings.rules.lease - Millis{1});
    world.until([&] { return is_renewed(world, id); });
    world.stage.hold_submits = false;
    world.until_ended(id);
}

TEST(Lease, CarriesProgress) {
    World world;
    world.stage.on_poll = [](auto const&, auto const&) {
        auto verdict = still_running(42);
        verdict.note = "drawing";
        return verdict;
    };
    auto const id = world.submit();
    world.hire();
    world.until([&] { return world.job(id).progress == 42; });
    EXPECT_EQ(world.job(id).progress_note, "drawing");
    world.stage.on_poll = {};
    world.until_ended(id);
    EXPECT_EQ(world.job(id).progress, 100);
}

TEST(Lease, OfManyJobsWithNothingNewToTellIsOneWriteAHeartbeat) {
    World world;
    world.settings.worker.slots = 50;
    world.stage.on_poll = [](auto const&, auto const&) {
        auto running = still_running(42);
        running.ask_again = Millis{50};  // or fifty jobs keep the loop busy for ever
        return running;
    };
    std::vector<base::JobId> ids;
    for (int i = 0; i < 50; ++i) {
        ids.push_back(world.submit());
    }
    world.hire();
    auto const told = [&](base::JobId id) { return world.job(id).progress == 42; };
    world.until([&] { return std::ranges::all_of(ids, told); });
    auto const others = [&] { return world.store.writes() - world.store.renewals(); };
    auto const writes = others();
    auto const renewals = world.store.renewals();
    world.until([&] { return world.store.renewals() >= renewals + 10; });
    EXPECT_EQ(others(), writes) << "what was told before was told again";
    world.stage.on_poll = {};
    world.until_ended(ids.back());
}

TEST(Lease, EndsAQuietAttemptAtItsDeadline) {
    World world;
    world.settings.rules.defaults.deadline = Millis{60'000};
    world.stage.on_poll = [](auto const&, auto const&) { return still_running(); };
    auto const id = world.submit();
    world.hire();
    world.until([&] { return !world.job(id).task.empty(); });
    for (int i = 0; i < 6; ++i) {
        world.advance(Millis{9'999});
        world.until([&] { return is_renewed(world, id); });
    }
    EXPECT_EQ(world.job(id).state, State::processing);
    world.advance(Millis{6});
    world.until_ended(id);
    EXPECT_EQ(world.job(id).error.value().code, "deadline_exceeded");
    EXPECT_EQ(world.balance(), 520);
}

// The claim was committed and the worker never heard of it; then it was told to take nothing more.
// Its other job's heartbeats must not keep the stray from being rescued.
TEST(Lease, OfAJobThatNobodyRunsIsNotRenewed) {
    std::function<bool()> strikes = [] { return false; };
    World world{[&](int) { return strikes() ? support::Flaw::after : support::Flaw::none; }};
    world.settings.worker.heartbeat = world.settings.worker.poll = Millis{3'600'000};
    bool first_may_end = false;
    auto const first = world.submit();
    auto const long_one = world.submit();
    world.stage.on_poll = [&](adapters::Call const& call, auto const&) {
        return call.job == first && first_may_end ? done() : still_running();
    };
    world.hire();
    world.until([&] { return !world.job(long_one).task.empty(); });
    auto const stray = world.submit();
    strikes = [&] { return world.job(first).state == State::completed; };
    first_may_end = true;  // the end of a job wakes the claim
    world.until([&] { return world.job(stray).state == State::processing; });
    world.hand().runner().quiet();
    world.until([&] { return world.hand().runner().running() == 1; });
    strikes = [] { return false; };
    world.settings.worker.heartbeat = Millis{5};

    world.advance(world.settings.rules.lease - Millis{1});
    world.until([&] { return is_renewed(world, long_one); });
    EXPECT_FALSE(is_renewed(world, stray));
    world.advance(Millis{1});
    EXPECT_EQ(world.desk.rescue().requeued, 1);
    EXPECT_EQ(world.job(stray).state, State::queued);
    EXPECT_EQ(world.job(long_one).state, State::processing);
    world.stage.on_poll = {};
    world.until_ended(long_one);
}

TEST(Lease, SurvivesAStoreThatIsGoneForAWhile) {
    World world;
    world.stage.on_poll = [](auto const&, auto const&) { return still_running(); };
    auto const id = world.submit();
    world.hire();
    world.until([&] { return !world.job(id).task.empty(); });
    world.store.set_down(true);
    world.stage.on_poll = {};
    world.idle(Millis{30});
    EXPECT_EQ(world.job(id).state, State::processing);
    world.store.set_down(false);
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
    EXPECT_EQ(world.job(id).attempt, 1);
    EXPECT_EQ(world.stage.submits().size(), 1U);
}

TEST(Stopping, LetsWhatRunsGoOnAndTakesNothingNew) {
    World world;
    int left_to_poll = 20;
    world.stage.on_poll = [&](auto const&, auto const&) {
        left_to_poll -= 1;
        return left_to_poll > 0 ? still_running() : done();
    };
    auto const running = world.submit();
    world.hire();
    world.until([&] { return world.job(running).state == State::processing; });
    world.hand().runner().quiet();
    auto const late = world.submit();
    world.leave();
    EXPECT_EQ(world.job(running).state, State::completed);
    EXPECT_EQ(world.job(late).state, State::queued);
}

TEST(Stopping, HandsBackWhatRunsWithoutALossAndTheNextWorkerResumes) {
    World world;
    world.stage.on_poll = [](auto const&, auto const&) { return still_running(); };
    std::vector<base::JobId> ids;
    for (int i = 0; i < 5; ++i) {
        ids.push_back(world.submit());
    }
    world.hire("w1");
    world.until([&] { return world.stage.polls().size() > 20; });
    world.leave("w1", true);
    for (auto const id : ids) {
        EXPECT_EQ(world.job(id).state, State::queued);
        EXPECT_EQ(world.job(id).losses + world.job(id).failures, 0);
        EXPECT_TRUE(world.job(id).bill.open);
        EXPECT_EQ(world.events(id), "submitted released");
    }
    world.stage.on_poll = {};
    world.hire("w2");
    for (auto const id : ids) {
        world.until_ended(id);
        EXPECT_EQ(world.job(id).state, State::completed);
    }
    EXPECT_EQ(world.stage.submits().size(), 5U);
    EXPECT_TRUE(world.stage.cancels().empty());
    EXPECT_EQ(world.balance(), 495);
}

TEST(Stopping, ReportsAVerdictThatComesWhileJobsAreHandedBack) {
    World world;
    world.stage.hold_polls = true;
    auto const id = world.submit();
    world.hire();
    world.until([&] { return !world.stage.polls().empty(); });
    world.hand().leave(true);
    world.idle(Millis{10});
    world.stage.hold_polls = false;
    world.until([&] { return world.hand().left(); });
    EXPECT_EQ(world.job(id).state, State::completed);
}

}  // namespace tests
