// Why a request was refused: each way has a code of its own and a line that says what to do.
#include "jobs/refusal.h"

#include <gtest/gtest.h>

namespace jobs {
namespace {

using enum SubmitOutcome;

Error refused(Submission const& submission) {
    auto const error = refusal_of(submission, "tts");
    EXPECT_TRUE(error);
    return error.value_or(Error{});
}

TEST(Refusal, WhatWasTakenIsNone) {
    EXPECT_FALSE(refusal_of({.outcome = created}, "tts"));
    EXPECT_FALSE(refusal_of({.outcome = repeated}, "tts"));
}

TEST(Refusal, HasACodeForEachReason) {
    std::pair<SubmitOutcome, std::string> const codes[]{
        {key_conflict, "idempotency_conflict"},
        {unknown_service, "unknown_service"},
        {needs_duration, "needs_duration"},
        {needs_text_or_maximum, "needs_text_or_maximum"},
        {too_expensive, "too_expensive"},
        {insufficient_credits, "insufficient_credits"},
        {frozen, "account_frozen"},
        {braked, "account_braked"},
        {draining, "queue_draining"},
        {unknown_parent, "unknown_parent"},
        {parent_failed, "parent_failed"},
        {taken_elsewhere, "taken_elsewhere"}};
    for (auto const& [outcome, code] : codes) {
        auto const error = refused({.outcome = outcome});
        EXPECT_EQ(error.code, code);
        EXPECT_FALSE(error.message.empty());
        EXPECT_FALSE(error.retryable);
    }
}

TEST(Refusal, NamesWhatItIsAbout) {
    EXPECT_NE(refused({.outcome = key_conflict, .job = Job{.id = {41}}}).message.find("job 41,"),
              std::string::npos);
    EXPECT_NE(refused({.outcome = unknown_service}).message.find("`tts`"), std::string::npos);
    EXPECT_NE(refused({.outcome = draining}).message.find("`tts`"), std::string::npos);
    EXPECT_NE(refused({.outcome = parent_failed, .parent = {7}}).message.find("job 7 "),
              std::string::npos);
    EXPECT_EQ(refused({.outcome = insufficient_credits, .required = {9}, .balance = {4}}).message,
              "not enough credits: 9 needed, 4 there; recharge the account");
}

TEST(Refusal, OverACapSaysWhichCapAndWhenThereIsRoomAgain) {
    Hit hit{.guard = Guard::job_cap, .required = {9}, .limit = {5}};
    EXPECT_EQ(refused({.outcome = over_job_cap, .hit = hit}).code, "over_job_cap");
    EXPECT_EQ(in_words(hit), "the job would cost 9 credits; a job may cost at most 5");
    hit = {.guard = Guard::daily_cap, .required = {1}, .limit = {5}, .used = {5}};
    EXPECT_EQ(refused({.outcome = over_cap, .hit = hit}).code, "over_daily_cap");
    EXPECT_EQ(in_words(hit),
              "it would cost 1 credit; the account may spend 5 a day and has spent 5");
    hit.guard = Guard::service_monthly_cap;
    hit.frees_at = base::from_ms(0);
    EXPECT_EQ(in_words(hit),
              "it would cost 1 credit; the account may spend 5 a month on this "
              "service and has spent 5; there is room again from "
              "1970-01-01T00:00:00.000Z");
    hit.guard = Guard::service_daily_cap;
    EXPECT_NE(in_words(hit).find("5 a day on this service"), std::string::npos);
    for (auto const guard : {Guard::key_daily_cap, Guard::key_monthly_cap}) {
        hit.guard = guard;
        EXPECT_NE(in_words(hit).find("this API key may spend 5"), std::string::npos);
    }
}

}  // namespace
}  // namespace jobs
