// Enqueue: what is refused and why, what is frozen on the job, what a repeat gets.
#include <limits>

#include <gtest/gtest.h>

#include "tests/jobs/desk.h"

namespace tests {
namespace {

using jobs::State;
using jobs::SubmitOutcome;
using jobs::Wait;

TEST(Submit, FreezesThePriceAndChargesNothing) {
    Desk desk;
    auto const answer = desk.submit(request("script"));
    ASSERT_EQ(answer.outcome, SubmitOutcome::created);
    auto const job = desk.job(answer.job->id);
    EXPECT_EQ(job.state, State::queued);
    EXPECT_EQ(job.wait, Wait::none);
    EXPECT_EQ(job.quoted.value, 5);
    EXPECT_EQ(job.terms.credits.value, 5);
    EXPECT_EQ(job.version, desk.book.version);
    EXPECT_EQ(job.attempt, 0);
    EXPECT_EQ(job.bill, jobs::Bill{});
    EXPECT_EQ(desk.balance("u1"), 520);
}

TEST(Submit, OpensTheAccountWithItsGiftOnce) {
    Desk desk;
    desk.submit(request("script"));
    desk.submit(request("script"));
    EXPECT_EQ(desk.balance("u1"), 520);
    EXPECT_EQ(desk.entries("u1").size(), 1U);
}

TEST(Submit, RefusesAnUnknownServiceAndOpensNoAccount) {
    Desk desk;
    EXPECT_EQ(desk.submit(request("nothing")).outcome, SubmitOutcome::unknown_service);
    EXPECT_FALSE(desk.store->find_wallet("u1").has_value());
}

TEST(Submit, AsksForADurationWhereThePriceNeedsOne) {
    Desk desk;
    EXPECT_EQ(desk.submit(request("video")).outcome, SubmitOutcome::needs_duration);
    EXPECT_EQ(desk.submit(request("clip")).outcome, SubmitOutcome::needs_duration);
    EXPECT_EQ(desk.submit(request("tts")).outcome, SubmitOutcome::needs_text_or_maximum);
    auto video = request("video");
    video.usage.duration = Millis{12'000};
    EXPECT_EQ(desk.submit(video).job->quoted.value, 60);
    auto tts = request("tts");
    tts.usage.characters = 30;
    EXPECT_EQ(desk.submit(tts).job->quoted.value, 10);
    tts.usage.maximum = Millis{4'000};
    EXPECT_EQ(desk.submit(tts).job->quoted.value, 4);
}

TEST(Submit, RefusesAPriceThatDoesNotFit) {
    Desk desk;
    auto video = request("video");
    video.usage.duration = Millis{std::numeric_limits<std::int64_t>::max()};
    desk.book.services["video"][0].terms.per_second = {9'000'000'000'000 * base::one.micros};
    EXPECT_EQ(desk.submit(video).outcome, SubmitOutcome::too_expensive);
}

TEST(Submit, RefusesWhatTheAccountCanNotAfford) {
    Desk desk;
    auto video = request("video");
    video.usage.duration = Millis{105'000};
    auto const answer = desk.submit(video);
    EXPECT_EQ(answer.outcome, SubmitOutcome::insufficient_credits);
    EXPECT_EQ(answer.required.value, 525);
    EXPECT_EQ(answer.balance.value, 520);
    EXPECT_FALSE(answer.job.has_value());
    EXPECT_TRUE(desk.store->list_jobs({}).empty());
}

TEST(Submit, QueuesItAnywayWhenAskedTo) {
    Desk desk;
    auto video = request("video");
    video.usage.duration = Millis{105'000};
    video.queue_anyway = true;
    EXPECT_EQ(desk.submit(video).outcome, SubmitOutcome::created);
}

TEST(Submit, CountsOnlyCreditsThatMayPayForTheService) {
    Desk desk;
    desk.rules.signup_gift = {};
    desk.give("u1", {.amount = {100}, .service = "video"});
    auto const refused = desk.submit(request("script"));
    EXPECT_EQ(refused.outcome, SubmitOutcome::insufficient_credits);
    EXPECT_EQ(refused.balance.value, 0);
    auto video = request("video");
    video.usage.duration = Millis{20'000};
    EXPECT_EQ(desk.submit(video).outcome, SubmitOutcome::created);
}

TEST(Submit, NeedsNoFundsForWhatIsFreeOrWaived) {
    Desk desk;
    desk.rules.signup_gift = {};
    EXPECT_EQ(desk.submit(request("caption")).outcome, SubmitOutcome::created);
    EXPECT_EQ(desk.submit(request("polish")).outcome, SubmitOutcome::insufficient_credits);
    desk.change_account("u1", [&](auto& account) { account.member_until = desk.now + Millis{1}; });
    EXPECT_EQ(desk.submit(request("polish")).outcome, SubmitOutcome::created);
    desk.now += Millis{1};
    EXPECT_EQ(desk.submit(request("polish")).outcome, SubmitOutcome::insufficient_credits);
}

TEST(Submit, GivesATierItsPrice) {
    Desk desk;
    desk.change_account("u1", [](auto& account) { account.tier = "gold"; });
    EXPECT_EQ(desk.submit(request("script")).job->quoted.value, 4);
    EXPECT_EQ(desk.submit(request("script", "u2")).job->quoted.value, 5);
}

TEST(Submit, UsesTheTermsOfTheDay) {
    Desk desk;
    auto& periods = desk.book.services["script"];
    periods.push_back({.from = desk.now + Millis{10}, .terms = periods[0].terms});
    periods[1].terms.credits = {9};
    desk.now += Millis{9};
    EXPECT_EQ(desk.submit(request("script")).job->quoted.value, 5);
    desk.now += Millis{1};
    EXPECT_EQ(desk.submit(request("script")).job->quoted.value, 9);
}

TEST(Submit, RefusesAFrozenAccount) {
    Desk desk;
    desk.change_account("u1", [](auto& account) { account.frozen = true; });
    auto anyway = request("script");
    anyway.queue_anyway = true;
    EXPECT_EQ(desk.submit(request("script")).outcome, SubmitOutcome::frozen);
    EXPECT_EQ(desk.submit(anyway).outcome, SubmitOutcome::frozen);
}

TEST(Submit, ARepeatedKeyAnswersWithTheFirstJob) {
    Desk desk;
    auto first = request("script");
    first.key = "k1";
    auto const answer = desk.submit(first);
    desk.now += std::chrono::days{365};
    auto const repeat = desk.submit(first);
    EXPECT_EQ(repeat.outcome, SubmitOutcome::repeated);
    EXPECT_EQ(repeat.job->id, answer.job->id);
    EXPECT_EQ(desk.store->list_jobs({}).size(), 1U);
}

TEST(Submit, ARepeatedKeyWithAnotherBodyIsAConflict) {
    Desk desk;
    auto first = request("script");
    first.key = "k1";
    auto const answer = desk.submit(first);
    first.body_hash = base::sha256("another");
    auto const conflict = desk.submit(first);
    EXPECT_EQ(conflict.outcome, SubmitOutcome::key_conflict);
    EXPECT_EQ(conflict.job->id, answer.job->id);
    EXPECT_EQ(desk.store->list_jobs({}).size(), 1U);
}

TEST(Submit, AKeyBelongsToItsUser) {
    Desk desk;
    auto mine = request("script", "u1");
    auto yours = request("script", "u2");
    mine.key = yours.key = "k1";
    EXPECT_EQ(desk.submit(mine).outcome, SubmitOutcome::created);
    EXPECT_EQ(desk.submit(yours).outcome, SubmitOutcome::created);
}

TEST(Submit, ADrainingQueueTakesNoNewJobs) {
    Desk desk;
    auto first = request("script");
    first.key = "k1";
    auto const id = desk.submit(first).job->id;
    desk.store->set_queue_mode("script", adapters::QueueMode::draining);
    EXPECT_EQ(desk.submit(request("script", "u2")).outcome, SubmitOutcome::draining);
    EXPECT_FALSE(desk.store->find_wallet("u2").has_value());
    EXPECT_EQ(desk.submit(request("caption", "u2")).outcome, SubmitOutcome::created);
    auto const repeat = desk.submit(first);
    EXPECT_EQ(repeat.outcome, SubmitOutcome::repeated);
    EXPECT_EQ(repeat.job->id, id);
}

TEST(Submit, ARefusalDoesNotUseUpTheKey) {
    Desk desk;
    desk.rules.signup_gift = {};
    auto first = request("script");
    first.key = "k1";
    EXPECT_EQ(desk.submit(first).outcome, SubmitOutcome::insufficient_credits);
    desk.give("u1", {.amount = {5}});
    EXPECT_EQ(desk.submit(first).outcome, SubmitOutcome::created);
}

TEST(Submit, EachOfABatchStandsAloneAndSeesTheOnesBefore) {
    Desk desk;
    auto keyed = request("script");
    keyed.key = "k1";
    auto const answers =
        desk.submit_all({keyed, request("nothing"), keyed, request("caption", "u2")});
    ASSERT_EQ(answers.size(), 4U);
    EXPECT_EQ(answers[0].outcome, SubmitOutcome::created);
    EXPECT_EQ(answers[1].outcome, SubmitOutcome::unknown_service);
    EXPECT_EQ(answers[2].outcome, SubmitOutcome::repeated);
    EXPECT_EQ(answers[2].job->id, answers[0].job->id);
    EXPECT_EQ(answers[3].outcome, SubmitOutcome::created);
    EXPECT_NE(answers[3].job->id, answers[0].job->id);
    EXPECT_EQ(desk.store->list_jobs({}).size(), 2U);
}

TEST(Submit, RefusesWhatIsOverTheCapOfAJob) {
    Desk desk;
    desk.rules.guards.job_cap = {60};
    auto video = request("video");
    video.usage.duration = Millis{12'000};
    EXPECT_EQ(desk.submit(video).outcome, SubmitOutcome::created);
    video.usage.duration = Millis{13'000};
    auto const answer = desk.submit(video);
    EXPECT_EQ(answer.outcome, SubmitOutcome::over_job_cap);
    EXPECT_EQ(answer.required.value, 65);
    EXPECT_EQ(answer.hit->limit.value, 60);
}

TEST(Submit, RefusesWhatIsOverTheCapOfTheDay) {
    Desk desk;
    desk.rules.guards.daily_cap = {7};
    desk.submit(request("script"));
    desk.claim("w1");
    auto const answer = desk.submit(request("script"));
    EXPECT_EQ(answer.outcome, SubmitOutcome::over_cap);
    EXPECT_EQ(answer.required.value, 5);
    EXPECT_EQ(answer.hit->guard, jobs::Guard::daily_cap);
    EXPECT_EQ(answer.hit->used.value, 5);
    EXPECT_EQ(answer.hit->limit.value, 7);
    auto const tomorrow = desk.now + answer.hit->frees_in;
    EXPECT_EQ(answer.hit->frees_at, tomorrow);
    EXPECT_EQ(base::day_start(desk.rules.zone, tomorrow), tomorrow);
    desk.now = tomorrow - Millis{1};
    EXPECT_EQ(desk.submit(request("script")).outcome, SubmitOutcome::over_cap);
    desk.now = tomorrow;
    EXPECT_EQ(desk.submit(request("script")).outcome, SubmitOutcome::created);
}

TEST(Submit, WaitsForItsTime) {
    Desk desk;
    auto later = request("script");
    later.run_at = desk.now + Millis{1};
    EXPECT_EQ(desk.submit(later).job->wait, Wait::time);
    later.run_at = desk.now;
    EXPECT_EQ(desk.submit(later).job->wait, Wait::none);
    later.run_at = desk.now - Millis{1};
    EXPECT_EQ(desk.submit(later).job->wait, Wait::none);
}

TEST(Submit, WaitsForItsParents) {
    Desk desk;
    auto const parent = desk.submit(request("script")).job->id;
    auto child = request("script");
    child.after = {parent};
    auto const answer = desk.submit(child);
    EXPECT_EQ(answer.job->wait, Wait::parents);
    EXPECT_TRUE(desk.job(parent).has_children);
}

TEST(Submit, DoesNotWaitForAParentThatHasCompleted) {
    Desk desk;
    auto const parent = desk.submit(request("caption")).job->id;
    desk.claim("w1");
    desk.report({.job = parent, .attempt = 1, .said = jobs::Said::completed});
    auto child = request("script");
    child.after = {parent};
    EXPECT_EQ(desk.submit(child).job->wait, Wait::none);
}

TEST(Submit, RefusesParentsThatAreNotThereOrNotItsOwn) {
    Desk desk;
    auto child = request("script");
    child.after = {base::JobId{77}};
    auto answer = desk.submit(child);
    EXPECT_EQ(answer.outcome, SubmitOutcome::unknown_parent);
    EXPECT_EQ(answer.parent, base::JobId{77});
    auto const foreign = desk.submit(request("script", "u2")).job->id;
    child.after = {foreign};
    EXPECT_EQ(desk.submit(child).outcome, SubmitOutcome::unknown_parent);
}

TEST(Submit, RefusesAParentThatEndedWithoutAResult) {
    Desk desk;
    auto const parent = desk.submit(request("script")).job->id;
    desk.cancel(parent);
    auto child = request("script");
    child.after = {parent};
    auto const answer = desk.submit(child);
    EXPECT_EQ(answer.outcome, SubmitOutcome::parent_failed);
    EXPECT_EQ(answer.parent, parent);
}

}  // namespace
}  // namespace tests
