// What becomes of a job whose fate at the provider can't be seen, or whose worker was lost.
#include <gtest/gtest.h>

#include "tests/worker/world.h"

namespace tests {

using jobs::State;

namespace {

constexpr Millis just_before_the_deadline{24LL * 3'600 * 1'000 - 1'000};

bool was_seen_no_more(World& world, base::JobId id) {
    return world.until([&] { return world.job(id).fate_unknown; });
}

}  // namespace

TEST(UnknownFate, KeepsTheChargeAndKeepsAskingUntilThereIsAVerdict) {
    World world;
    bool seen = false;
    world.stage.on_poll = [&](auto const&, auto const&) { return seen ? done() : unseen(); };
    auto const id = world.submit();
    world.hire();
    was_seen_no_more(world, id);
    world.until([&] { return world.stage.polls().size() > 5; });
    EXPECT_EQ(world.job(id).state, State::processing);
    EXPECT_EQ(world.balance(), 515);
    seen = true;
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
    EXPECT_EQ(world.balance(), 515);
    EXPECT_EQ(world.stage.submits().size(), 1U);
    EXPECT_EQ(world.events(id), "submitted unknown");
}

TEST(UnknownFate, IsForgottenWhenTheTaskIsSeenAgain) {
    World world;
    adapters::Verdict answer = unseen();
    world.stage.on_poll = [&](auto const&, auto const&) { return answer; };
    auto const id = world.submit();
    world.hire();
    was_seen_no_more(world, id);
    answer = still_running();
    world.until([&] { return !world.job(id).fate_unknown; });
    EXPECT_EQ(world.job(id).state, State::processing);
    answer = done();
    world.until_ended(id);
}

TEST(UnknownFate, EndsWithARefundAtTheDeadline) {
    World world;
    world.stage.on_poll = [](auto const&, auto const&) { return unseen(); };
    auto const id = world.submit();
    world.hire();
    was_seen_no_more(world, id);
    world.advance(just_before_the_deadline);
    world.idle(Millis{20});
    EXPECT_EQ(world.job(id).state, State::processing);
    world.advance(Millis{1'000});
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::failed);
    EXPECT_EQ(world.job(id).error.value().code, "deadline_exceeded");
    EXPECT_EQ(world.balance(), 520);
    world.until([&] { return world.hand().runner().running() == 0; });
    EXPECT_EQ(world.stage.cancels(), std::vector<std::string>{"task-1-1"});
}

TEST(UnknownFate, OfASubmitIsStoredAtOnceSoThatAReleasedJobIsNotSubmittedTwice) {
    World world;
    world.stage.resubmit_is_safe = false;
    world.stage.on_submit = [](auto const&) { return adapters::Submitted{.verdict = unseen()}; };
    auto const id = world.submit();
    world.hire();
    was_seen_no_more(world, id);
    world.leave("w1", true);
    EXPECT_EQ(world.job(id).state, State::queued);
    world.hire("w2");
    world.until([&] { return world.job(id).attempt == 2; });
    world.idle(Millis{20});
    EXPECT_EQ(world.stage.submits().size(), 1U);
    EXPECT_EQ(world.job(id).state, State::processing);
    world.leave("w2", true);
}

TEST(UnknownFate, OfASubmitThatMayBeRepeatedIsFoundOutByRepeatingIt) {
    World world;
    int submits = 0;
    world.stage.on_submit = [&](auto const&) {
        submits += 1;
        return submits < 3 ? adapters::Submitted{.verdict = unseen()}
                           : adapters::Submitted{.task = "found", .verdict = still_running()};
    };
    auto const id = world.submit();
    world.hire();
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
    EXPECT_EQ(world.job(id).attempt, 1);
    EXPECT_EQ(world.stage.submits().back().key, world.stage.submits().front().key);
}

TEST(LostWorker, LeavesATaskThatTheNextOneResumes) {
    World world;
    world.stage.on_poll = [](auto const&, auto const&) { return still_running(); };
    auto const id = world.submit();
    world.hire("w1");
    world.until([&] { return !world.job(id).task.empty(); });
    world.crash("w1");
    EXPECT_EQ(world.desk.rescue().requeued, 1);
    world.stage.on_poll = {};
    world.hire("w2");
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
    EXPECT_EQ(world.job(id).attempt, 2);
    EXPECT_EQ(world.job(id).losses, 1);
    EXPECT_EQ(world.job(id).failures, 0);
    EXPECT_EQ(world.stage.submits().size(), 1U);
    EXPECT_EQ(world.stage.polls().back(), "task-1-1");
    EXPECT_EQ(world.balance(), 515);
}

TEST(LostWorker, LeavesADoubtThatIsClearedWhenItsTaskIsSeen) {
    World world;
    world.stage.on_poll = [](auto const&, auto const&) { return unseen(); };
    auto const id = world.submit();
    world.hire("w1");
    was_seen_no_more(world, id);
    world.crash("w1");
    world.desk.rescue();
    world.stage.on_poll = [](auto const&, auto const&) { return still_running(); };
    world.hire("w2");
    world.until([&] { return !world.job(id).fate_unknown; });
    EXPECT_EQ(world.job(id).state, State::processing);
    world.stage.on_poll = {};
    world.until_ended(id);
}

TEST(LostWorker, BeforeTheTaskWasKnownIsRepeatedWithTheSameKeyWhereThatIsSafe) {
    World world;
    auto const id = world.lose_a_worker_at_the_submit();
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
    ASSERT_EQ(world.stage.submits().size(), 2U);
    EXPECT_EQ(world.stage.submits().at(0).key, world.stage.submits().at(1).key);
}

TEST(LostWorker, BeforeTheTaskWasKnownIsParkedWhereRepeatingIsNotSafe) {
    World world;
    world.stage.resubmit_is_safe = false;
    auto const id = world.lose_a_worker_at_the_submit();
    world.until([&] { return world.job(id).attempt == 2; });
    world.idle(Millis{20});
    EXPECT_EQ(world.job(id).state, State::processing);
    EXPECT_TRUE(world.job(id).fate_unknown);
    EXPECT_NE(world.job(id).progress_note.find("parked"), std::string::npos);
    EXPECT_EQ(world.balance(), 515);
    world.advance(just_before_the_deadline + Millis{1'000});
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::failed);
    EXPECT_EQ(world.stage.submits().size(), 1U);
    EXPECT_EQ(world.balance(), 520);
}

}  // namespace tests
