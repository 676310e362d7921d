// Every way of saying no has a code, a line and a status.
#include <set>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "wire/json.h"

namespace wire {
namespace {

TEST(Refusal, AcceptedIsNone) {
    EXPECT_EQ(refusal_of(jobs::Submission{}, "tts").code, "");
    EXPECT_EQ(refusal_of(jobs::Submission{.outcome = jobs::SubmitOutcome::repeated}, "tts").code,
              "");
    EXPECT_EQ(refusal_of(jobs::Steered{}, {1}).code, "");
    EXPECT_EQ(refusal_of(jobs::Moved{}).code, "");
}

TEST(Refusal, EveryOtherOutcomeHasACodeOfItsOwn) {
    using enum jobs::SubmitOutcome;
    std::set<std::string> codes;
    for (auto const outcome : {key_conflict, unknown_service, needs_duration, needs_text_or_maximum,
                               too_expensive, over_job_cap, over_cap, insufficient_credits, frozen,
                               braked, draining, unknown_parent, parent_failed, taken_elsewhere}) {
        jobs::Submission submission{.outcome = outcome};
        submission.hit = jobs::Hit{.guard = outcome == over_cap ? jobs::Guard::key_monthly_cap
                                                                : jobs::Guard::job_cap};
        auto const refusal = refusal_of(submission, "tts");
        EXPECT_FALSE(refusal.detail.empty());
        EXPECT_GE(refusal.status, 400);
        EXPECT_TRUE(codes.insert(refusal.code).second) << refusal.code;
    }
    EXPECT_EQ(codes.size(), 14U);
    EXPECT_TRUE(codes.contains("queue_draining"));
}

TEST(Refusal, MissingCreditsAreA402WithTheFacts) {
    auto const out = problem_json(
        refusal_of(jobs::Submission{.outcome = jobs::SubmitOutcome::insufficient_credits,
                                    .required = {600},
                                    .balance = {520}},
                   "tts"));
    EXPECT_EQ(out.at("status").as_int64(), 402);
    EXPECT_EQ(out.at("code").as_string(), "insufficient_credits");
    EXPECT_EQ(out.at("required").as_int64(), 600);
    EXPECT_EQ(out.at("balance").as_int64(), 520);
    for (auto const* const name : {"type", "title", "detail"}) {
        EXPECT_TRUE(out.at(name).is_string()) << name;
    }
}

TEST(Refusal, TheStatusesAreThoseOfTheContract) {
    using enum jobs::SubmitOutcome;
    auto const status = [](jobs::SubmitOutcome outcome) {
        jobs::Submission submission{.outcome = outcome};
        submission.hit = jobs::Hit{};
        return refusal_of(submission, "tts").status;
    };
    EXPECT_EQ(status(unknown_service), 404);
    EXPECT_EQ(status(key_conflict), 409);
    EXPECT_EQ(status(needs_duration), 422);
    EXPECT_EQ(status(over_cap), 429);
    EXPECT_EQ(status(draining), 503);
}

TEST(Refusal, BadFieldsAreNamedOneAndAll) {
    auto const out = problem_json(
        refusal_of(std::vector<FieldError>{{"user_id", "is empty"}, {"input", "is too large"}}));
    EXPECT_EQ(out.at("detail").as_string(), "user_id is empty; input is too large");
    EXPECT_EQ(out.at("field").as_string(), "user_id");
    EXPECT_EQ(out.at("errors").as_array().size(), 2U);
}

TEST(Refusal, AStateThatForbidsItIsAConflict) {
    auto const refusal =
        refusal_of(jobs::Steered{.outcome = jobs::SteerOutcome::wrong_state,
                                 .job = {.id = {4}, .state = jobs::State::completed}},
                   {4});
    EXPECT_EQ(refusal.status, 409);
    EXPECT_NE(refusal.detail.find("completed"), std::string::npos);
}

TEST(Refusal, AJobThatWasNeverAcceptedIsToBeEnqueuedAnew) {
    auto const refusal = refusal_of(jobs::Steered{.outcome = jobs::SteerOutcome::wrong_state,
                                                  .job = {.id = {4}, .state = jobs::State::failed}},
                                    {4});
    EXPECT_EQ(refusal.status, 409);
    EXPECT_NE(refusal.detail.find("enqueue it anew"), std::string::npos);
}

}  // namespace
}  // namespace wire
