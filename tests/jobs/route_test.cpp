// Which provider a job goes to as it is written down, and what calls to providers cost.
#include <gtest/gtest.h>

#include "tests/jobs/attempt_test.h"

namespace tests {
namespace {

using jobs::ReportOutcome;
using jobs::Said;
using jobs::State;

class Routes : public AttemptTest {
protected:
    jobs::Reported route(base::JobId id, std::string const& provider, int most,
                         std::string const& model = "") {
        return desk.report({.job = id,
                            .attempt = 1,
                            .said = Said::routed,
                            .provider = provider,
                            .model = model,
                            .most = most});
    }

    std::vector<jobs::Event> events(base::JobId id) { return desk.store->story_of(id)->events; }

    std::vector<jobs::ProviderCall> calls(base::JobId id) {
        return desk.store->story_of(id)->calls;
    }

    static jobs::ProviderCall a_call(bool completed = false) {
        return {.provider = "alpha",
                .micros = 1'500,
                .currency = "USD",
                .usage = R"({"seconds":3})",
                .completed = completed};
    }

    jobs::Reported told(base::JobId id, Said said, std::string const& task = "") {
        return desk.report({.job = id,
                            .attempt = 1,
                            .said = said,
                            .task = task,
                            .result = "{}",
                            .error = final_error,
                            .calls = {a_call(said == Said::completed)},
                            .needs_charge = true});
    }
};

TEST_F(Routes, ARouteIsWrittenDownBeforeTheCall) {
    auto const id = started();
    EXPECT_EQ(route(id, "alpha", 1, "m1").outcome, ReportOutcome::noted);
    EXPECT_EQ(desk.job(id).provider, "alpha");
    EXPECT_EQ(desk.job(id).model, "m1");
    ASSERT_EQ(events(id).size(), 1U);
    EXPECT_EQ(events(id)[0].kind, "routed");
    EXPECT_EQ(events(id)[0].detail, "alpha m1");
}

TEST_F(Routes, AFullProviderTakesNoOtherJobUntilThereIsRoom) {
    auto const first = started();
    auto const second = started();
    EXPECT_EQ(route(first, "alpha", 1).outcome, ReportOutcome::noted);
    EXPECT_EQ(route(second, "alpha", 1).outcome, ReportOutcome::full);
    EXPECT_EQ(desk.job(second).provider, "");
    EXPECT_EQ(desk.job(second).state, State::processing);
    EXPECT_EQ(route(first, "alpha", 1).outcome, ReportOutcome::noted);  // its own place
    EXPECT_EQ(route(second, "alpha", 2).outcome, ReportOutcome::noted);
    EXPECT_EQ(route(second, "beta", 0).outcome, ReportOutcome::noted);  // takes any number
    EXPECT_EQ(events(second).back().detail, "beta");
}

TEST_F(Routes, AParkedJobHoldsNoPlace) {
    auto const parked = started();
    auto const other = started();
    route(parked, "alpha", 1);
    EXPECT_EQ(say(parked, 1, Said::parked), ReportOutcome::noted);
    EXPECT_EQ(route(other, "alpha", 1).outcome, ReportOutcome::noted);
    EXPECT_EQ(route(parked, "alpha", 1).outcome, ReportOutcome::full);
}

TEST_F(Routes, NobodyHasItOnceThatIsSaid) {
    auto const id = started();
    route(id, "alpha", 1, "m1");
    EXPECT_EQ(route(id, "", 0).outcome, ReportOutcome::noted);
    EXPECT_EQ(desk.job(id).provider, "");
    EXPECT_EQ(desk.job(id).model, "");
    EXPECT_EQ(events(id).size(), 1U);
}

TEST_F(Routes, AJobThatWaitsForAProviderSaysWhyOnce) {
    auto const id = started();
    auto const wait = [&](int attempt, std::string const& why) {
        return desk
            .report({.job = id,
                     .attempt = attempt,
                     .said = Said::waiting,
                     .note = why,
                     .again_in = Millis{1'000}})
            .outcome;
    };
    route(id, "alpha", 1);
    EXPECT_EQ(wait(1, "all are full"), ReportOutcome::requeued);
    EXPECT_EQ(desk.job(id).run_at, desk.now + Millis{1'000});
    EXPECT_EQ(desk.job(id).provider, "");
    EXPECT_EQ(desk.job(id).failures, 0);
    next_attempt(id);
    EXPECT_EQ(wait(2, "all are full"), ReportOutcome::requeued);
    next_attempt(id);
    EXPECT_EQ(wait(3, ""), ReportOutcome::requeued);
    EXPECT_EQ(events(id).size(), 2U);  // routed, waiting
    EXPECT_EQ(events(id)[1].detail, "all are full");
}

TEST_F(Routes, WhatIsUnknownIsToldAgainOnlyWithNews) {
    auto const id = started();
    auto const unseen = [&](std::string const& why) {
        desk.report({.job = id, .attempt = 1, .said = Said::unknown, .note = why});
        return events(id).size();
    };
    EXPECT_EQ(unseen("no answer"), 1U);
    EXPECT_EQ(unseen("no answer"), 1U);
    EXPECT_EQ(unseen(""), 1U);
    EXPECT_EQ(unseen("a bad answer"), 2U);
}

TEST_F(Routes, AnEventIsNotCutWithinACharacter) {
    auto const id = started();
    desk.report({.job = id,
                 .attempt = 1,
                 .said = Said::resubmit,
                 .note = std::string(1'999, 'a') + "\xc3\xa9"});
    EXPECT_EQ(events(id).at(0).detail, std::string(1'999, 'a'));
    EXPECT_TRUE(desk.job(id).resubmitted);
    desk.report({.job = id, .attempt = 1, .said = Said::resubmit, .note = std::string(2'500, 'b')});
    EXPECT_EQ(events(id).at(1).detail, std::string(2'000, 'b'));
}

TEST_F(Routes, TheCallThatCompletesSaysWhatTheJobWasSettledAt) {
    auto const id = started();
    told(id, Said::submitted, "t1");
    told(id, Said::completed);
    ASSERT_EQ(calls(id).size(), 2U);
    EXPECT_EQ(calls(id)[0].credits.value, 0);
    EXPECT_EQ(calls(id)[1].credits.value, 5);
    EXPECT_EQ(calls(id)[1].attempt, 1);
    EXPECT_EQ(calls(id)[1].service, "script");
    EXPECT_EQ(calls(id)[1].usage, R"({"seconds":3})");
}

TEST_F(Routes, AUsageThatIsTooLongIsLeftOut) {
    auto const id = started();
    auto call = a_call(true);
    call.usage = std::string(2'001, '1');
    desk.report(
        {.job = id, .attempt = 1, .said = Said::failed, .error = final_error, .calls = {call}});
    ASSERT_EQ(calls(id).size(), 1U);
    EXPECT_EQ(calls(id)[0].usage, "");
    EXPECT_EQ(calls(id)[0].credits.value, 0);  // whatever the call says of itself
}

TEST_F(Routes, AReportThatIsRepeatedWritesItsCallsOnce) {
    auto const id = started();
    told(id, Said::submitted, "t1");
    told(id, Said::submitted, "t1");
    EXPECT_EQ(calls(id).size(), 1U);
    told(id, Said::submitted, "t2");
    EXPECT_EQ(calls(id).size(), 2U);
    EXPECT_EQ(told(id, Said::completed).outcome, ReportOutcome::ended);
    EXPECT_EQ(told(id, Said::completed).outcome, ReportOutcome::ended);
    EXPECT_EQ(calls(id).size(), 3U);
}

TEST_F(Routes, WhatALateResultCostIsWrittenOnce) {
    auto const id = started();
    desk.cancel(id);
    EXPECT_EQ(told(id, Said::completed).outcome, ReportOutcome::stale);
    EXPECT_EQ(told(id, Said::completed).outcome, ReportOutcome::stale);
    EXPECT_TRUE(desk.job(id).late_result);
    ASSERT_EQ(calls(id).size(), 1U);
    EXPECT_EQ(calls(id)[0].credits.value, 0);
    EXPECT_EQ(told(id, Said::failed).outcome, ReportOutcome::stale);  // what is paid is paid
    EXPECT_EQ(calls(id).size(), 2U);
}

TEST_F(Routes, AFailureAfterTheDeadlineCostsWhatItCostUnlessTheTaskIsWatched) {
    desk.rules.defaults.deadline = Millis{60'000};
    auto const without = started();
    auto const with_task = started();
    told(with_task, Said::submitted, "t1");
    desk.now += Millis{60'000};
    for (auto const id : {without, with_task}) {
        desk.report({.job = id, .attempt = 1, .needs_charge = true});
        EXPECT_EQ(desk.job(id).error->code, "deadline_exceeded");
        EXPECT_EQ(told(id, Said::failed).outcome, ReportOutcome::ended);
    }
    EXPECT_EQ(calls(without).size(), 1U);
    EXPECT_EQ(calls(with_task).size(), 1U);  // that of its submit
}

TEST_F(Routes, AFailureThatIsRepeatedWritesItsCallsOnce) {
    auto const id = started();
    EXPECT_EQ(told(id, Said::failed).outcome, ReportOutcome::ended);
    EXPECT_EQ(told(id, Said::failed).outcome, ReportOutcome::ended);
    EXPECT_EQ(calls(id).size(), 1U);
}

}  // namespace
}  // namespace tests
