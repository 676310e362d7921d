// One job and one worker: from the queue through the provider to the bill.
#include <gtest/gtest.h>

#include "base/trace.h"
#include "tests/worker/world.h"

namespace tests {

using jobs::State;

TEST(Attempt, TakesAJobFromTheQueueToItsBill) {
    World world;
    int polls = 0;
    world.stage.on_poll = [&](auto const&, auto const&) {
        polls += 1;
        return polls < 20 ? still_running(40) : done(R"({"text":"a story"})");
    };
    auto const id = world.submit("script");
    EXPECT_EQ(world.job(id).state, State::queued);
    world.hire();
    world.until([&] { return world.job(id).state == State::processing; });
    EXPECT_EQ(world.balance(), 515);
    EXPECT_EQ(world.job(id).worker, "w1");
    world.until_ended(id);
    auto const job = world.job(id);
    EXPECT_EQ(job.state, State::completed);
    EXPECT_EQ(job.result, R"({"text":"a story"})");
    EXPECT_EQ(job.task, "task-1-1");
    EXPECT_EQ(job.bill.settled, Credits{5});
    EXPECT_EQ(world.balance(), 515);
    EXPECT_EQ(world.events(id), "submitted");
}

TEST(Attempt, TellsTheProviderWhatItNeeds) {
    World world;
    world.settings.data_dir = "data";
    world.settings.services["script"].timeout = Millis{1'234};
    auto const id = world.submit("script", "ann");
    world.hire();
    world.until_ended(id);
    ASSERT_EQ(world.stage.submits().size(), 1U);
    auto const call = world.stage.submits().front();
    EXPECT_EQ(call.job, id);
    EXPECT_EQ(call.attempt, 1);
    EXPECT_EQ(call.key, "tallyman-1-1-0-1767225600000");
    EXPECT_EQ(call.user, "ann");
    EXPECT_EQ(call.service, "script");
    EXPECT_EQ(call.input, "{}");
    EXPECT_EQ(call.result_dir, "data/results/1");
    EXPECT_EQ(call.timeout, Millis{1'234});
}

TEST(Attempt, HasASpanOfItsOwnInTheTraceOfItsJob) {
    std::string const trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    World world;
    world.stage.on_poll = [](adapters::Call const& call, auto const&) {
        return call.attempt == 1 ? failed(true, "busy") : done();
    };
    auto asked = request("script", "ann");
    asked.queue_anyway = true;
    asked.trace = trace;
    auto const id = world.desk.submit(asked).job->id;
    world.hire();
    world.until([&] { return world.job(id).failures == 1; });
    world.advance(Millis{1'000});
    world.desk.wake();
    world.until_ended(id);
    auto const calls = world.stage.submits();
    ASSERT_EQ(calls.size(), 2U);
    for (auto const& call : calls) {
        EXPECT_TRUE(base::is_traceparent(call.trace)) << call.trace;
        EXPECT_EQ(base::trace_id(call.trace), base::trace_id(trace));
        EXPECT_NE(call.trace, trace);
    }
    EXPECT_NE(calls[0].trace, calls[1].trace);
    EXPECT_EQ(world.job(id).trace, trace);
}

TEST(Attempt, HasNoTraceWhereItsJobHasNone) {
    World world;
    auto const id = world.submit();
    world.hire();
    world.until_ended(id);
    EXPECT_EQ(world.stage.submits().at(0).trace, "");
}

TEST(Attempt, TakesAVerdictThatComesAtOnce) {
    World world;
    world.stage.on_submit = [](auto const&) { return adapters::Submitted{.verdict = done()}; };
    auto const id = world.submit();
    world.hire();
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
    EXPECT_TRUE(world.stage.polls().empty());
}

TEST(Attempt, SettlesOnTheMeasuredDuration) {
    World world;
    world.stage.on_poll = [](auto const&, auto const&) {
        auto verdict = done();
        verdict.duration = Millis{3'200};
        return verdict;
    };
    auto const id = world.submit("tts");
    world.hire();
    world.until_ended(id);
    EXPECT_EQ(world.job(id).bill.debited, Credits{10});
    EXPECT_EQ(world.job(id).bill.settled, Credits{4});
    EXPECT_EQ(world.balance(), 516);
}

TEST(Attempt, IgnoresANegativeDuration) {
    World world;
    world.stage.on_poll = [](auto const&, auto const&) {
        auto verdict = done();
        verdict.duration = Millis{-1};
        return verdict;
    };
    auto const id = world.submit("tts");
    world.hire();
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
    EXPECT_EQ(world.job(id).duration, std::nullopt);
    EXPECT_EQ(world.job(id).bill.settled, Credits{10});
}

TEST(Attempt, IsTriedAgainAfterTheBackoffForOneCharge) {
    World world;
    world.stage.on_poll = [](adapters::Call const& call, auto const&) {
        return call.attempt == 1 ? failed(true, "busy") : done();
    };
    auto const id = world.submit();
    world.hire();
    world.until([&] { return world.job(id).failures == 1; });
    EXPECT_EQ(world.job(id).state, State::queued);
    EXPECT_EQ(world.job(id).wait, jobs::Wait::time);
    world.advance(Millis{500});
    EXPECT_EQ(world.desk.wake().ready, 0);
    world.idle(Millis{20});
    EXPECT_EQ(world.job(id).attempt, 1);
    world.advance(Millis{500});
    EXPECT_EQ(world.desk.wake().ready, 1);
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::completed);
    EXPECT_EQ(world.job(id).attempt, 2);
    EXPECT_EQ(world.job(id).bill.charge, 1);
    EXPECT_EQ(world.balance(), 515);
    // Or the provider would give back the task that failed.
    EXPECT_NE(world.stage.submits().at(1).key, world.stage.submits().at(0).key);
}

TEST(Attempt, EndsWithARefundWhenTheFailureIsFinal) {
    World world;
    world.stage.on_poll = [](auto const&, auto const&) { return failed(false, "refused"); };
    auto const id = world.submit();
    world.hire();
    world.until_ended(id);
    EXPECT_EQ(world.job(id).state, State::failed);
    EXPECT_EQ(world.job(id).error.value().code, "refused");
    EXPECT_EQ(world.balance(), 520);
}

TEST(Attempt, FailsWhereNoProviderOfThatNameIsConfigured) {
    World world;
    world.settings.rules.defaults.provider = "nobody";
    auto const id = world.submit();
    world.hire();
    world.until_ended(id);
    auto const job = world.job(id);
    EXPECT_EQ(job.state, State::failed);
    EXPECT_EQ(job.error.value().code, "no_provider");
    EXPECT_NE(job.error.value().message.find("`nobody`"), std::string::npos);
    EXPECT_EQ(world.balance(), 520);
}

TEST(Attempt, ATaskThatWentWithItsWorkerIsBegunAnewAndNoTryIsUsedUp) {
    World world;
    world.stage.tasks_are_local = true;
    world.stage.on_poll = [](adapters::Call const& call, auto const&) {
        return call.attempt == 1 ? gone() : done();
    };
    auto const id = world.submit();
    world.hire();
    world.until_ended(id);
    auto const job = world.job(id);
    EXPECT_EQ(job.state, State::completed);
    EXPECT_EQ(job.task, "task-1-2");
    EXPECT_EQ(job.failures + job.losses, 0);
    EXPECT_EQ(world.events(id), "submitted gone submitted");
}

TEST(Attempt, AJobWithoutFundsNeverReachesTheProvider) {
    World world;
    world.settings.rules.signup_gift = {};
    world.desk.rules.signup_gift = {};
    auto const id = world.submit();
    world.hire();
    world.until_ended(id);
    EXPECT_EQ(world.job(id).error.value().code, "insufficient_credits");
    EXPECT_TRUE(world.stage.submits().empty());
}

}  // namespace tests
