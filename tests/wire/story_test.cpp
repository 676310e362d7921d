// The life of a job reads in the order in which it happened.
#include "wire/story.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "wire/json.h"

namespace wire {
namespace {

adapters::JobStory a_story() {
    adapters::JobStory story;
    story.job = {.id = {12},
                 .account = {3},
                 .user = "ann",
                 .service = "tts",
                 .state = jobs::State::failed,
                 .attempt = 2,
                 .created_at = base::from_ms(10),
                 .run_at = base::from_ms(10),
                 .started_at = base::from_ms(30),
                 .finished_at = base::from_ms(40),
                 .quoted = {7},
                 .bill = {.charge = 1, .debited = {7}, .refunded = {7}},
                 .error = jobs::Error{.code = "broken", .message = "it broke"}};
    story.entries = {{.account = {3},
                      .seq = 2,
                      .kind = ledger::Kind::consume,
                      .amount = {-7},
                      .balance_after = {513},
                      .job = {12},
                      .charge = 1,
                      .recorded_at = base::from_ms(20),
                      .draws = {{1, {-7}}}},
                     {.account = {3},
                      .seq = 3,
                      .kind = ledger::Kind::refund,
                      .amount = {7},
                      .balance_after = {520},
                      .job = {12},
                      .charge = 1,
                      .recorded_at = base::from_ms(40),
                      .draws = {{1, {7}}}}};
    story.grants = {{.number = 1, .kind = ledger::Kind::signup, .amount = {520}}};
    story.events = {
        {.job = {12}, .at = base::from_ms(25), .kind = "retry", .attempt = 1, .detail = "busy"}};
    return story;
}

TEST(Story, IsInTheOrderOfTime) {
    std::vector<std::string> order;
    for (auto const& step : steps_of(a_story())) {
        order.push_back(step.what);
    }
    EXPECT_EQ(order, (std::vector<std::string>{"created", "consume", "retry", "started", "refund",
                                               "failed"}));
}

TEST(Story, TheEndSaysByWhatTheBillWasMade) {
    auto story = a_story();
    story.job.state = jobs::State::completed;
    story.job.error.reset();
    story.job.bill = {.charge = 1, .debited = {10}, .settled = {8}};
    story.job.measurement = jobs::Measurement{
        .samples = 175'200, .rate = 24'000, .basis = jobs::Basis::trimmed, .codec = "mp3"};
    EXPECT_EQ(steps_of(story).back().detail,
              "measured 7.300 s (175,200 samples at 24,000 Hz, trimmed), settled at 8");
    story.job.measurement->of = jobs::Source::input;
    story.job.measurement->exact = false;
    EXPECT_EQ(steps_of(story).back().detail,
              "input measured 7.300 s (175,200 samples at 24,000 Hz, trimmed, not exact), "
              "settled at 8");
    story.job.measurement = jobs::as_told(jobs::Source::provider, base::Millis{1'234'567});
    EXPECT_EQ(steps_of(story).back().detail, "1,234.567 s as the provider says, settled at 8");
    story.job.measurement->of = jobs::Source::declared;
    EXPECT_EQ(steps_of(story).back().detail, "1,234.567 s as declared, settled at 8");
}

TEST(Story, WhatHappensInOneMillisecondKeepsItsCourse) {
    auto story = a_story();
    story.job.started_at = story.job.finished_at = story.job.created_at;
    for (auto& entry : story.entries) {
        entry.recorded_at = story.job.created_at;
    }
    story.events.clear();
    std::vector<std::string> order;
    for (auto const& step : steps_of(story)) {
        order.push_back(step.what);
    }
    EXPECT_EQ(order,
              (std::vector<std::string>{"created", "started", "consume", "refund", "failed"}));
}

TEST(Story, MoneyStepsSayHowMuchFromWhereAndWhatWasLeft) {
    auto const steps = steps_of(a_story());
    EXPECT_EQ(steps[1].amount, base::Credits{-7});
    EXPECT_EQ(steps[1].balance_after, base::Credits{513});
    EXPECT_EQ(steps[1].detail, "signup 3-1 -7");
    EXPECT_EQ(steps[0].amount, std::nullopt);
    EXPECT_NE(steps[5].detail.find("it broke"), std::string::npos);
    EXPECT_NE(steps[5].detail.find("refunded 7"), std::string::npos);
}

TEST(Story, AsJsonHasJobStepsEntriesAndNet) {
    auto const out = story_json(a_story()).as_object();
    EXPECT_EQ(out.at("job").at("id").as_string(), "12");
    EXPECT_EQ(out.at("steps").as_array().size(), 6U);
    EXPECT_EQ(out.at("entries").as_array().size(), 2U);
    EXPECT_EQ(out.at("grants").at(0).at("id").as_string(), "3-1");
    EXPECT_EQ(out.at("net").as_int64(), 0);
}

}  // namespace
}  // namespace wire
