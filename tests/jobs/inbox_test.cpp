// Requests that come through the store's inbox: their ids were promised, and those who put them
// there have committed.
#include <gtest/gtest.h>

#include "tests/jobs/desk.h"

namespace tests {
namespace {

using jobs::State;
using jobs::SubmitOutcome;
using Ids = std::vector<base::JobId>;

constexpr base::JobId promised{1'000};

jobs::Request from_inbox(std::string const& service, base::JobId id = promised) {
    auto what = request(service);
    what.id = id;
    return what;
}

struct TakenUp {
    std::vector<jobs::Submission> answers;
    Ids dealt_with;
};

// As a store that has an inbox does it: `waiting` is what nobody else has taken up.
TakenUp take_up(Desk& desk, std::vector<jobs::Request> const& requests,
                std::set<base::JobId> const& waiting = {promised}) {
    TakenUp taken;
    desk.store->transact(jobs::load_for_submit(requests, desk.rules), [&](jobs::Batch& batch) {
        batch.inbox = waiting;
        taken.answers = jobs::submit(batch, requests, desk.book, desk.rules);
        taken.dealt_with = batch.taken_up;
    });
    EXPECT_EQ(desk.audit(), "");
    return taken;
}

jobs::Submission take_up_one(Desk& desk, jobs::Request const& what) {
    auto const taken = take_up(desk, {what});
    EXPECT_EQ(taken.dealt_with, (Ids{promised}));
    return taken.answers.at(0);
}

// It exists, failed for that reason, and nothing was taken for it.
void expect_failed(Desk& desk, std::string const& code) {
    auto const job = desk.job(promised);
    EXPECT_EQ(job.state, State::failed);
    EXPECT_EQ(job.error.value().code, code);
    EXPECT_FALSE(job.error.value().message.empty());
    EXPECT_EQ(job.finished_at, desk.now);
    EXPECT_EQ(job.bill, jobs::Bill{});
    EXPECT_EQ(desk.balance("u1"), 520);
}

}  // namespace

TEST(Inbox, ARequestBecomesAJobOfItsPromisedId) {
    Desk desk;
    auto const answer = take_up_one(desk, from_inbox("script"));
    EXPECT_EQ(answer.outcome, SubmitOutcome::created);
    EXPECT_EQ(answer.job.value().id, promised);
    EXPECT_EQ(desk.job(promised).state, State::queued);
    EXPECT_EQ(desk.job(promised).quoted.value, 5);
    EXPECT_EQ(desk.claim("w1").at(0).job.id, promised);
}

TEST(Inbox, OnlyRequestsWithoutAnIdNeedANewOne) {
    std::vector const requests{from_inbox("script"), request("script"),
                               from_inbox("script", {promised.value + 1})};
    auto const load = jobs::load_for_submit(requests, jobs::Rules{});
    EXPECT_EQ(load.new_jobs, 1);
    EXPECT_EQ(load.inbox, (Ids{promised, {promised.value + 1}}));
    EXPECT_TRUE(load.wallets_only_read);
    Desk desk;
    auto const taken = take_up(desk, requests, {promised, {promised.value + 1}});
    EXPECT_EQ(taken.answers[1].outcome, SubmitOutcome::created);
    EXPECT_EQ(taken.dealt_with, load.inbox);
    EXPECT_EQ(desk.store->list_jobs({}).size(), 3U);
}

TEST(Inbox, WhatSomebodyElseHasTakenUpChangesNothing) {
    Desk desk;
    auto const taken = take_up(desk, {from_inbox("script")}, {});
    EXPECT_EQ(taken.answers.at(0).outcome, SubmitOutcome::taken_elsewhere);
    EXPECT_TRUE(taken.dealt_with.empty());
    EXPECT_TRUE(desk.store->list_jobs({}).empty());
    EXPECT_FALSE(desk.store->find_wallet("u1").has_value());
}

TEST(Inbox, ARequestIsTakenUpOnceThoughItComesTwice) {
    Desk desk;
    auto const taken = take_up(desk, {from_inbox("script"), from_inbox("script")});
    EXPECT_EQ(taken.answers.at(0).outcome, SubmitOutcome::created);
    EXPECT_EQ(taken.answers.at(1).outcome, SubmitOutcome::taken_elsewhere);
    EXPECT_EQ(taken.dealt_with, (Ids{promised}));
}

TEST(Inbox, IsQueuedThoughItCanNotBeAffordedNow) {
    Desk desk;
    auto video = from_inbox("video");
    video.usage.duration = Millis{105'000};
    EXPECT_EQ(take_up_one(desk, video).outcome, SubmitOutcome::created);
}

TEST(Inbox, ARefusedRequestIsAFailedJobAndItsAccountIsOpened) {
    Desk desk;
    auto const answer = take_up_one(desk, from_inbox("nothing"));
    EXPECT_EQ(answer.outcome, SubmitOutcome::unknown_service);
    EXPECT_EQ(answer.job.value().id, promised);
    expect_failed(desk, "unknown_service");
    EXPECT_EQ(desk.job(promised).service, "nothing");
}

TEST(Inbox, ARefusalAfterTheAccountWasLookedAtIsAFailedJobToo) {
    Desk desk;
    desk.change_account("u1", [](auto& account) { account.frozen = true; });
    EXPECT_EQ(take_up_one(desk, from_inbox("script")).outcome, SubmitOutcome::frozen);
    expect_failed(desk, "account_frozen");
}

// It was committed before the queue was drained, or while that was being said.
TEST(Inbox, ADrainingQueueTakesItAndWorksItOff) {
    Desk desk;
    desk.store->set_queue_mode("script", adapters::QueueMode::draining);
    EXPECT_EQ(desk.submit(request("script")).outcome, SubmitOutcome::draining);
    EXPECT_EQ(take_up_one(desk, from_inbox("script")).outcome, SubmitOutcome::created);
    EXPECT_EQ(desk.claim("w1").at(0).job.id, promised);
}

TEST(Inbox, ARepeatedKeyIsAFailedJobThatNamesTheFirst) {
    Desk desk;
    auto first = request("script");
    first.key = "k1";
    auto const id = desk.submit(first).job->id;
    first.id = promised;
    auto const answer = take_up_one(desk, first);
    EXPECT_EQ(answer.outcome, SubmitOutcome::repeated);
    EXPECT_EQ(answer.job.value().id, promised);
    expect_failed(desk, "repeated");
    EXPECT_NE(desk.job(promised).error->message.find(base::to_text(id)), std::string::npos);
    first.id = {};
    EXPECT_EQ(desk.submit(first).job->id, id) << "the key is still that of the first";
}

TEST(Inbox, AConflictOfKeysIsAFailedJobThatLeavesTheKeyToTheFirst) {
    Desk desk;
    auto first = request("script");
    first.key = "k1";
    auto const id = desk.submit(first).job->id;
    auto other = first;
    other.id = promised;
    other.body_hash = base::sha256("another");
    EXPECT_EQ(take_up_one(desk, other).outcome, SubmitOutcome::key_conflict);
    expect_failed(desk, "idempotency_conflict");
    EXPECT_NE(desk.job(promised).error->message.find(base::to_text(id)), std::string::npos);
    EXPECT_EQ(desk.submit(first).job->id, id);
}

TEST(Inbox, ARefusalDoesNotUseUpTheKey) {
    Desk desk;
    desk.change_account("u1", [](auto& account) { account.frozen = true; });
    auto first = from_inbox("script");
    first.key = "k1";
    EXPECT_EQ(take_up_one(desk, first).outcome, SubmitOutcome::frozen);
    desk.change_account("u1", [](auto& account) { account.frozen = false; });
    first.id = {};
    EXPECT_EQ(desk.submit(first).outcome, SubmitOutcome::created);
}

// It has no price, so running it would be free.
TEST(Inbox, AFailedRequestCanNotBeRetried) {
    Desk desk;
    take_up_one(desk, from_inbox("tts"));
    expect_failed(desk, "needs_text_or_maximum");
    EXPECT_EQ(desk.retry(promised).outcome, jobs::SteerOutcome::wrong_state);
    EXPECT_TRUE(desk.claim("w1").empty());
}

TEST(Inbox, OneThatIsRefusedBeforeItCanBeSubmittedFailsWithThatError) {
    Desk desk;
    auto const what = from_inbox("script");
    auto refused = [&](std::set<base::JobId> const& waiting) {
        std::optional<jobs::Job> job;
        desk.store->transact(jobs::load_for_submit({what}, desk.rules), [&](jobs::Batch& batch) {
            batch.inbox = waiting;
            job = jobs::refuse(batch, what, {.code = "bad", .message = "is bad"}, desk.rules);
        });
        return job.has_value();
    };
    EXPECT_FALSE(refused({}));
    EXPECT_TRUE(desk.store->list_jobs({}).empty());
    EXPECT_TRUE(refused({promised}));
    expect_failed(desk, "bad");
    EXPECT_EQ(desk.audit(), "");
}

TEST(Ids, AreTakenFirstToLastAndThereMustBeOneLeft) {
    jobs::Batch batch;
    batch.job_ids = {{7}, {9}};
    batch.account_ids = {{4}};
    EXPECT_EQ(batch.take_job_id().value, 7);
    EXPECT_EQ(batch.take_job_id().value, 9);
    EXPECT_EQ(batch.take_account_id().value, 4);
    EXPECT_DEATH(batch.take_job_id(), "job_ids");
    EXPECT_DEATH(batch.take_account_id(), "account_ids");
}

TEST(Ids, AWalletThatWasOpenedForNothingGivesItsIdBack) {
    jobs::Batch batch;
    batch.account_ids = {{4}};
    jobs::wallet_for(batch, "u1", {});
    jobs::close_unused(batch);
    EXPECT_EQ(jobs::wallet_for(batch, "u2", {}).account.id.value, 4);
    EXPECT_EQ(batch.wallet_of("u1"), nullptr);
}

}  // namespace tests
