// What a worker says about an attempt, and what it is told.
#include <algorithm>

#include <gtest/gtest.h>

#include "jobs/backoff.h"
#include "tests/jobs/desk.h"

namespace tests {
namespace {

using jobs::Error;
using jobs::ReportOutcome;
using jobs::Said;
using jobs::State;
using jobs::Wait;

Error const retryable{.code = "busy", .message = "try later", .retryable = true};
Error const final_error{.code = "bad_voice", .message = "no such voice"};

class Report : public testing::Test {
protected:
    // A job that worker w1 holds in its first attempt.
    base::JobId started(jobs::Request const& what = request("script")) {
        auto const id = desk.submit(what).job->id;
        EXPECT_EQ(desk.claim("w1").at(0).outcome, jobs::StartOutcome::started);
        return id;
    }

    base::JobId started_tts(std::string const& service = "tts") {
        auto tts = request(service);
        tts.usage.characters = 30;
        return started(tts);
    }

    ReportOutcome say(base::JobId id, int attempt, Said said) {
        return desk.report({.job = id, .attempt = attempt, .said = said}).outcome;
    }

    ReportOutcome complete(base::JobId id, Millis duration) {
        return desk
            .report({.job = id,
                     .attempt = desk.job(id).attempt,
                     .said = Said::completed,
                     .result = R"({"ok":true})",
                     .duration = duration})
            .outcome;
    }

    ReportOutcome fail(base::JobId id, Error const& error) {
        return desk
            .report(
                {.job = id, .attempt = desk.job(id).attempt, .said = Said::failed, .error = error})
            .outcome;
    }

    // Waits until the job may be tried again, and has it claimed.
    void next_attempt(base::JobId id) {
        desk.now = std::max(desk.now, desk.job(id).run_at);
        desk.wake();
        EXPECT_EQ(desk.claim("w1").size(), 1U);
    }

    Desk desk;
};

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
    EXPECT_EQ(answer.job.progress, 40);
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

TEST_F(Report, CompletedKeepsTheResultAndTheQuotedPrice) {
    auto const id = started();
    desk.now += Millis{700};
    EXPECT_EQ(complete(id, Millis{7'400}), ReportOutcome::ended);
    auto const job = desk.job(id);
    EXPECT_EQ(job.state, State::completed);
    EXPECT_EQ(job.result, R"({"ok":true})");
    EXPECT_EQ(job.duration, Millis{7'400});
    EXPECT_EQ(job.finished_at, desk.now);
    EXPECT_EQ(job.lease_until, std::nullopt);
    EXPECT_EQ(job.worker, "");
    EXPECT_FALSE(job.bill.open);
    EXPECT_EQ(job.bill.settled.value, 5);
    EXPECT_EQ(job.bill.net.value, 5);
    EXPECT_EQ(desk.balance("u1"), 515);
    EXPECT_EQ(desk.entries("u1").size(), 2U);
}

TEST_F(Report, CompletedSettlesOnTheMeasuredDuration) {
    auto const id = started_tts();
    EXPECT_EQ(desk.balance("u1"), 510);
    complete(id, Millis{7'400});
    EXPECT_EQ(desk.job(id).bill.settled.value, 8);
    EXPECT_EQ(desk.job(id).bill.debited.value, 10);
    EXPECT_EQ(desk.job(id).bill.refunded.value, 0);
    EXPECT_EQ(desk.balance("u1"), 512);
}

TEST_F(Report, WithoutAMeasuredDurationTheQuoteStands) {
    auto const id = started_tts();
    EXPECT_EQ(desk.report({.job = id, .attempt = 1, .said = Said::completed}).outcome,
              ReportOutcome::ended);
    EXPECT_EQ(desk.job(id).bill.settled.value, 10);
    EXPECT_EQ(desk.balance("u1"), 510);
}

TEST_F(Report, AnOverrunIsAbsorbedChargedOrOwed) {
    desk.rules.signup_gift = {12};
    auto const tts = started_tts("tts");
    complete(tts, Millis{20'000});
    EXPECT_EQ(desk.job(tts).bill.settled.value, 10);
    EXPECT_EQ(desk.job(tts).bill.absorbed.value, 10);
    EXPECT_EQ(desk.balance("u1"), 2);

    auto song = request("song", "u2");
    song.usage.characters = 30;
    auto const charged = started(song);
    complete(charged, Millis{20'000});
    EXPECT_EQ(desk.job(charged).bill.settled.value, 12);
    EXPECT_EQ(desk.job(charged).bill.absorbed.value, 8);
    EXPECT_EQ(desk.job(charged).bill.net.value, 12);
    EXPECT_EQ(desk.balance("u2"), 0);

    auto opera = request("opera", "u3");
    opera.usage.characters = 30;
    auto const owed = started(opera);
    complete(owed, Millis{20'000});
    EXPECT_EQ(desk.job(owed).bill.settled.value, 20);
    EXPECT_EQ(desk.job(owed).bill.absorbed.value, 0);
    EXPECT_EQ(desk.balance("u3"), -8);
}

TEST_F(Report, AnAbsurdDurationLeavesTheQuote) {
    auto const id = started_tts("opera");
    complete(id, Millis{-5});
    EXPECT_EQ(desk.job(id).bill.settled.value, 10);
    EXPECT_EQ(desk.balance("u1"), 510);
}

TEST_F(Report, TheSameFinishTwiceIsAnsweredAsTheFirstTime) {
    auto const id = started_tts();
    EXPECT_EQ(complete(id, Millis{7'400}), ReportOutcome::ended);
    EXPECT_EQ(complete(id, Millis{7'400}), ReportOutcome::ended);
    EXPECT_EQ(desk.entries("u1").size(), 3U);
    auto const failing = started();
    EXPECT_EQ(fail(failing, final_error), ReportOutcome::ended);
    EXPECT_EQ(fail(failing, final_error), ReportOutcome::ended);
    EXPECT_EQ(desk.balance("u1"), 512);
    auto const retried = started();
    EXPECT_EQ(fail(retried, retryable), ReportOutcome::requeued);
    EXPECT_EQ(fail(retried, retryable), ReportOutcome::requeued);
    EXPECT_EQ(desk.job(retried).failures, 1);
}

TEST_F(Report, AFinalFailureRefundsAtOnce) {
    auto const id = started();
    EXPECT_EQ(fail(id, final_error), ReportOutcome::ended);
    auto const job = desk.job(id);
    EXPECT_EQ(job.state, State::failed);
    EXPECT_EQ(job.error, final_error);
    EXPECT_EQ(job.bill.refunded.value, 5);
    EXPECT_EQ(job.bill.net.value, 0);
    EXPECT_EQ(desk.balance("u1"), 520);
}

TEST_F(Report, ARetryableFailureKeepsTheChargeAndBacksOff) {
    auto const id = started();
    EXPECT_EQ(fail(id, retryable), ReportOutcome::requeued);
    auto const job = desk.job(id);
    EXPECT_EQ(job.state, State::queued);
    EXPECT_EQ(job.wait, Wait::time);
    EXPECT_EQ(job.failures, 1);
    EXPECT_TRUE(job.bill.open);
    EXPECT_EQ(job.lease_until, std::nullopt);
    EXPECT_EQ(desk.balance("u1"), 515);
    EXPECT_TRUE(desk.claim("w1").empty());
    desk.now = job.run_at - Millis{1};
    EXPECT_EQ(desk.wake().ready, 0);
    next_attempt(id);
    EXPECT_EQ(desk.job(id).attempt, 2);
    EXPECT_EQ(desk.balance("u1"), 515);
}

TEST_F(Report, TheLastTryFailsForGoodAndRefundsOnce) {
    desk.rules.defaults.max_attempts = 3;
    auto const id = started();
    EXPECT_EQ(fail(id, retryable), ReportOutcome::requeued);
    next_attempt(id);
    EXPECT_EQ(fail(id, retryable), ReportOutcome::requeued);
    next_attempt(id);
    EXPECT_EQ(fail(id, retryable), ReportOutcome::ended);
    EXPECT_EQ(desk.job(id).state, State::failed);
    EXPECT_EQ(desk.job(id).attempt, 3);
    EXPECT_EQ(desk.balance("u1"), 520);
    EXPECT_EQ(desk.entries("u1").size(), 3U);
}

TEST_F(Report, AServiceHasItsOwnNumberOfTries) {
    desk.rules.services["script"].max_attempts = 1;
    auto const id = started();
    EXPECT_EQ(fail(id, retryable), ReportOutcome::ended);
}

TEST_F(Report, BackoffDoublesWithinItsBoundsUpToItsCap) {
    jobs::ServiceRules const rules{.backoff = Millis{2'000}, .backoff_cap = Millis{10'000}};
    std::vector<std::int64_t> const longest = {2'000, 4'000, 8'000, 10'000, 10'000};
    bool jitters = false;
    for (std::int64_t id = 1; id <= 200; ++id) {
        for (int failures = 1; failures <= 5; ++failures) {
            auto const wait = jobs::backoff({.id = {id}, .failures = failures}, rules).count();
            auto const most = longest[static_cast<std::size_t>(failures) - 1];
            EXPECT_LE(wait, most);
            EXPECT_GE(wait, most - most / 4);
            jitters = jitters || wait != most;
            EXPECT_EQ(wait, jobs::backoff({.id = {id}, .failures = failures}, rules).count());
        }
    }
    EXPECT_TRUE(jitters);
}

TEST_F(Report, BackoffSurvivesAnAbsurdNumberOfFailures) {
    jobs::ServiceRules const rules;
    auto const wait = jobs::backoff({.id = {1}, .failures = 1'000'000}, rules);
    EXPECT_LE(wait, rules.backoff_cap);
    EXPECT_GT(wait, Millis{0});
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

TEST_F(Report, ALateResultIsRecordedAndNotCharged) {
    auto const id = started();
    desk.cancel(id);
    EXPECT_EQ(desk.balance("u1"), 520);
    EXPECT_EQ(complete(id, Millis{3'000}), ReportOutcome::stale);
    auto const job = desk.job(id);
    EXPECT_TRUE(job.late_result);
    EXPECT_EQ(job.state, State::cancelled);
    EXPECT_EQ(job.result, "");
    EXPECT_EQ(desk.balance("u1"), 520);
    complete(id, Millis{3'000});
    auto const story = desk.store->story_of(id);
    EXPECT_EQ(std::ranges::count(story->events, "late_result", &jobs::Event::kind), 1);
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

TEST_F(Report, AVerdictInTimeCountsEvenAtTheDeadline) {
    desk.rules.defaults.deadline = Millis{60'000};
    auto const id = started();
    desk.now += Millis{60'000};
    EXPECT_EQ(complete(id, Millis{0}), ReportOutcome::ended);
    EXPECT_EQ(desk.job(id).state, State::completed);
}

TEST_F(Report, PastTheDeadlineARetryableFailureIsFinal) {
    desk.rules.defaults.deadline = Millis{60'000};
    auto const id = started();
    desk.now += Millis{60'000};
    EXPECT_EQ(fail(id, retryable), ReportOutcome::ended);
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

TEST_F(Report, AFailureForgetsTheTask) {
    auto const id = started();
    desk.report({.job = id, .attempt = 1, .said = Said::submitted, .task = "t-1"});
    fail(id, retryable);
    EXPECT_EQ(desk.job(id).task, "");
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
    desk.store->transact(jobs::load_for_report(reports, desk.rules), [&](jobs::Batch& batch) {
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
    desk.store->transact(jobs::load_for_report(reports, desk.rules), [&](jobs::Batch& batch) {
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
