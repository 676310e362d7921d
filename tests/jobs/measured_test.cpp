// What is measured is what is billed, and stays on the job so that the bill can be computed again.
#include <gtest/gtest.h>

#include "pricing/price.h"
#include "tests/jobs/attempt_test.h"

namespace tests {
namespace {

using jobs::Measurement;
using jobs::Source;

class Measured : public AttemptTest {
protected:
    static Measurement of(Source source) {
        return {.samples = 175'201, .rate = 24'000, .of = source, .codec = "mp3"};
    }

    void complete_measured(base::JobId id, std::string remark = "", std::string note = "") {
        auto const measured = of(Source::output);
        desk.report({.job = id,
                     .attempt = desk.job(id).attempt,
                     .said = jobs::Said::completed,
                     .note = std::move(note),
                     .duration = jobs::duration_of(measured),
                     .measurement = measured,
                     .remark = std::move(remark)});
    }

    static jobs::Request video() {
        auto what = request("video");
        what.usage.duration = Millis{12'000};
        return what;
    }
};

TEST_F(Measured, TheBillFollowsFromWhatStaysOnTheJob) {
    auto const id = started_tts();
    complete_measured(id);
    auto const job = desk.job(id);
    EXPECT_EQ(job.measurement, of(Source::output));
    EXPECT_EQ(job.duration, Millis{7'301});
    EXPECT_EQ(job.bill.settled.value, 8);
    EXPECT_EQ(pricing::price_of(job.terms, jobs::duration_of(*job.measurement).value()),
              job.bill.settled);
}

TEST_F(Measured, TheWordOfAProviderIsKeptAsSuch) {
    auto const id = started_tts();
    complete(id, Millis{7'400});
    EXPECT_EQ(desk.job(id).measurement, jobs::as_told(Source::provider, Millis{7'400}));
}

TEST_F(Measured, AFixedPriceNeedsNoMeasurement) {
    auto const id = started();
    complete(id, Millis{7'400});
    EXPECT_EQ(desk.job(id).duration, Millis{7'400});
    EXPECT_EQ(desk.job(id).measurement, std::nullopt);
}

TEST_F(Measured, WhatThereIsToRemarkIsToldInItsStory) {
    auto const id = started_tts();
    complete_measured(id, "disagrees", "the provider says 9s");
    auto const story = desk.store->story_of(id).value();
    ASSERT_EQ(story.events.size(), 1U);
    EXPECT_EQ(story.events[0].kind, "disagrees");
    EXPECT_EQ(story.events[0].attempt, 1);
    EXPECT_EQ(story.events[0].detail, "the provider says 9s");
}

TEST_F(Measured, AMeasuredInputBeatsTheDeclaration) {
    auto what = video();
    what.measurement = of(Source::input);
    auto const id = desk.submit(what).job->id;
    EXPECT_EQ(desk.job(id).quoted.value, 40);
    EXPECT_EQ(desk.job(id).measurement, of(Source::input));
    EXPECT_EQ(desk.job(id).duration, Millis{7'301});
}

TEST_F(Measured, AMeasuredInputNeedsNoDeclaration) {
    auto what = request("video");
    what.measurement = of(Source::input);
    EXPECT_EQ(desk.submit(what).job->quoted.value, 40);
}

TEST_F(Measured, WhatTheInputWasPricedByOutlivesTheResult) {
    auto what = video();
    what.measurement = of(Source::input);
    auto const id = started(what);
    complete(id, Millis{3'000});
    EXPECT_EQ(desk.job(id).measurement, of(Source::input));
    EXPECT_EQ(desk.job(id).duration, Millis{7'301});
    EXPECT_EQ(desk.job(id).bill.settled.value, 40);
}

TEST_F(Measured, ADeclarationIsKeptAsSuchUntilSomethingIsMeasured) {
    auto what = request("clip");
    what.usage.duration = Millis{12'000};
    auto const declared = jobs::as_told(Source::declared, Millis{12'000});
    auto const silent = started(what);
    EXPECT_EQ(desk.job(silent).measurement, declared);
    desk.report({.job = silent, .attempt = 1, .said = jobs::Said::completed});
    EXPECT_EQ(desk.job(silent).measurement, declared);
    EXPECT_EQ(desk.job(silent).bill.settled, desk.job(silent).quoted);

    auto const measured = started(what);
    complete_measured(measured);
    EXPECT_EQ(desk.job(measured).measurement, of(Source::output));
    EXPECT_LT(desk.job(measured).bill.settled, desk.job(measured).quoted);
}

TEST_F(Measured, ARetryIsPricedByTheSameInput) {
    auto what = video();
    what.measurement = of(Source::input);
    auto const id = started(what);
    fail(id, final_error);
    desk.retry(id);
    EXPECT_EQ(desk.job(id).measurement, of(Source::input));
    EXPECT_EQ(desk.job(id).duration, Millis{7'301});
    EXPECT_EQ(desk.job(id).quoted.value, 40);
}

TEST_F(Measured, AMeasurementChangesNothingWhereTheOutputIsPriced) {
    auto what = request("tts");
    what.usage.characters = 30;
    what.measurement = of(Source::input);
    auto const id = desk.submit(what).job->id;
    EXPECT_EQ(desk.job(id).quoted.value, 10);
    EXPECT_EQ(desk.job(id).measurement, std::nullopt);
}

}  // namespace
}  // namespace tests
