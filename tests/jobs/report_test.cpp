// What a worker says about an attempt while it goes on, and what it is told.
#include <algorithm>

#include <gtest/gtest.h>

#include "tests/jobs/attempt_test.h"

namespace tests {
namespace {

using jobs::ReportOutcome;
using jobs::Said;
using jobs::State;
using jobs::Wait;

class Report : public AttemptTest {};

TEST_F(Report, OfAnUnknownJobIsToldSo) {
    EXPECT_EQ(say({99}, 1, Said::completed), ReportOutcome::missing);
}

TEST_F(Report, AliveRenewsTheLeaseAndCarriesProgress) {
    auto const id = started();
    desk.now += Millis{5'000};
    auto const answer =
        desk.report({.job = id, .attempt = 1, .progress = 40, .note = "halfway, nearly"});
    EXPECT_EQ(answer.outcome, ReportOutcome::noted);
    auto const job = desk.job(id);
    EXPECT_EQ(job.lease_until, desk.now + desk.rules.lease);
    EXPECT_EQ(job.progress, 40);
    EXPECT_EQ(job.progress_note, "halfway, nearly");
    EXPECT_EQ(answer.job->progress, 40);
    say(id, 1, Said::alive);
    EXPECT_EQ(desk.job(id).progress, 40);  // nothing new is not nothing
}

TEST_F(Report, ProgressReachesAHundredOnlyWithTheEnd) {
    auto const id = started();
    desk.report({.job = id, .attempt = 1, .progress = 100});
    EXPECT_LT(desk.job(id).progress, 100);
    complete(id, Millis{0});
    EXPECT_EQ(desk.job(id).progress, 100);
}

TEST_F(Report, SubmittedKeepsTheProvidersTask) {
    auto const id = started();
    EXPECT_EQ(
        desk.report({.job = id, .attempt = 1, .said = Said::submitted, .task = "t-1"}).outcome,
        ReportOutcome::noted);
    EXPECT_EQ(desk.job(id).task, "t-1");
    auto const story = desk.store->story_of(id);
    ASSERT_EQ(story->events.size(), 1U);
    EXPECT_EQ(story->events[0].kind, "submitted");
    EXPECT_EQ(story->events[0].detail, "t-1");
}

TEST_F(Report, OfAStaleAttemptChangesNothing) {
    auto const id = started_tts();
    say(id, 1, Said::released);
    desk.claim("w2");
    auto const before = desk.job(id);
    auto const entries = desk.entries("u1").size();
    for (Said const said : {Said::alive, Said::submitted, Said::unknown, Said::completed,
                            Said::failed, Said::gone, Said::released}) {
        auto const answer = desk.report({.job = id,
                                         .attempt = 1,
                                         .said = said,
                                         .progress = 77,
                                         .note = "ghost",
                                         .task = "ghost",
                                         .result = "{}",
                                         .duration = Millis{1},
                                         .error = final_error});
        EXPECT_EQ(answer.outcome, ReportOutcome::stale);
    }
    auto const after = desk.job(id);
    EXPECT_EQ(after.state, State::processing);
    EXPECT_EQ(after.attempt, 2);
    EXPECT_EQ(after.worker, "w2");
    EXPECT_EQ(after.lease_until, before.lease_until);
    EXPECT_EQ(after.progress, before.progress);
    EXPECT_EQ(after.task, "");
    EXPECT_EQ(after.result, "");
    EXPECT_EQ(after.bill, before.bill);
    EXPECT_EQ(desk.entries("u1").size(), entries);
    EXPECT_EQ(desk.balance("u1"), 510);
}

TEST_F(Report, OfAnAttemptThatNeverWasIsStale) {
    auto const id = started();
    EXPECT_EQ(say(id, 2, Said::completed), ReportOutcome::stale);
    EXPECT_EQ(say(id, 0, Said::failed), ReportOutcome::stale);
    EXPECT_EQ(desk.job(id).state, State::processing);
}

TEST_F(Report, AfterTheEndAnotherWordIsStale) {
    auto const id = started();
    complete(id, Millis{0});
    for (Said const said :
         {Said::alive, Said::submitted, Said::unknown, Said::failed, Said::gone, Said::released}) {
        EXPECT_EQ(say(id, 1, said), ReportOutcome::stale);
    }
    EXPECT_EQ(desk.job(id).state, State::completed);
    EXPECT_EQ(desk.balance("u1"), 515);
}

TEST_F(Report, UnknownFateKeepsTheChargeAndTheAttempt) {
    auto const id = started();
    desk.now += Millis{1'000};
    EXPECT_EQ(say(id, 1, Said::unknown), ReportOutcome::noted);
    auto job = desk.job(id);
    EXPECT_EQ(job.state, State::processing);
    EXPECT_TRUE(job.fate_unknown);
    EXPECT_TRUE(job.bill.open);
    EXPECT_EQ(job.lease_until, desk.now + desk.rules.lease);
    EXPECT_EQ(desk.balance("u1"), 515);
    complete(id, Millis{0});
    job = desk.job(id);
    EXPECT_EQ(job.state, State::completed);
    EXPECT_FALSE(job.fate_unknown);
}

TEST_F(Report, UnknownFateEndsWithTheDeadlineAndARefund) {
    desk.rules.defaults.deadline = Millis{60'000};
    auto const id = started();
    desk.now += Millis{59'999};
    EXPECT_EQ(say(id, 1, Said::unknown), ReportOutcome::noted);
    desk.now += Millis{1};
    EXPECT_EQ(say(id, 1, Said::unknown), ReportOutcome::ended);
    EXPECT_EQ(desk.job(id).state, State::failed);
    EXPECT_EQ(desk.job(id).error->code, "deadline_exceeded");
    EXPECT_EQ(desk.balance("u1"), 520);
}

TEST_F(Report, GoneForgetsTheTaskAndUsesNoTry) {
    auto const id = started();
    desk.report({.job = id, .attempt = 1, .said = Said::submitted, .task = "t-1"});
    EXPECT_EQ(say(id, 1, Said::gone), ReportOutcome::requeued);
    auto const job = desk.job(id);
    EXPECT_EQ(job.task, "");
    EXPECT_EQ(job.failures, 0);
    EXPECT_EQ(job.losses, 0);
    EXPECT_EQ(job.wait, Wait::none);
    EXPECT_TRUE(job.bill.open);
}

TEST_F(Report, ReleasedKeepsTheTaskAndUsesNoTry) {
    auto const id = started();
    desk.report({.job = id, .attempt = 1, .said = Said::submitted, .task = "t-1"});
    EXPECT_EQ(say(id, 1, Said::released), ReportOutcome::requeued);
    auto const job = desk.job(id);
    EXPECT_EQ(job.task, "t-1");
    EXPECT_EQ(job.failures, 0);
    EXPECT_EQ(job.losses, 0);
    EXPECT_EQ(job.state, State::queued);
    EXPECT_EQ(desk.balance("u1"), 515);
}

TEST_F(Report, SeveralInOneTransactionAreAnsweredInOrder) {
    auto const first = started();
    auto const second = started();
    std::vector<jobs::Report> const reports = {
        {.job = second, .attempt = 1, .said = Said::completed},
        {.job = {99}, .attempt = 1, .said = Said::completed},
        {.job = first,
         .attempt = 1,
         .said = Said::failed,
         .error = final_error,
         .needs_charge = true},
        {.job = second, .attempt = 1, .said = Said::failed, .error = final_error},
    };
    std::vector<jobs::Reported> answers;
    desk.store->transact(jobs::load_for_report(reports), [&](jobs::Batch& batch) {
        answers = jobs::report(batch, reports, desk.rules);
    });
    ASSERT_EQ(answers.size(), 4U);
    EXPECT_EQ(answers[0].outcome, ReportOutcome::ended);
    EXPECT_EQ(answers[1].outcome, ReportOutcome::missing);
    EXPECT_EQ(answers[2].outcome, ReportOutcome::ended);
    EXPECT_EQ(answers[3].outcome, ReportOutcome::stale);
    EXPECT_EQ(desk.balance("u1"), 515);
    EXPECT_EQ(desk.audit(), "");
}

TEST_F(Report, WithoutTheChargeAtHandTheDeadlineWaitsForTheNextWord) {
    desk.rules.defaults.deadline = Millis{60'000};
    auto const id = started();
    desk.now += Millis{60'000};
    std::vector<jobs::Report> const reports = {{.job = id, .attempt = 1}};  // needs_charge: false
    std::vector<jobs::Reported> answers;
    desk.store->transact(jobs::load_for_report(reports), [&](jobs::Batch& batch) {
        answers = jobs::report(batch, reports, desk.rules);
    });
    EXPECT_EQ(answers.at(0).outcome, ReportOutcome::noted);
    EXPECT_EQ(desk.audit(), "");
    EXPECT_EQ(say(id, 1, Said::alive), ReportOutcome::ended);
    EXPECT_EQ(desk.balance("u1"), 520);
}

TEST_F(Report, NeedsTheChargeExactlyWhereMoneyMayMove) {
    jobs::Job job{.terms = {.mode = pricing::Mode::duration}, .bill = {.charge = 1, .open = true}};
    EXPECT_TRUE(jobs::needs_charge(job, Said::completed));
    EXPECT_TRUE(jobs::needs_charge(job, Said::failed));
    EXPECT_TRUE(jobs::needs_charge(job, Said::unknown));
    EXPECT_FALSE(jobs::needs_charge(job, Said::alive));
    EXPECT_FALSE(jobs::needs_charge(job, Said::released));
    job.terms.mode = pricing::Mode::fixed;
    EXPECT_FALSE(jobs::needs_charge(job, Said::completed));
    job.bill.open = false;
    EXPECT_FALSE(jobs::needs_charge(job, Said::failed));
}

}  // namespace
}  // namespace tests
