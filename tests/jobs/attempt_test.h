// A worker's attempt at a job, for the tests of what it reports and how it ends.
#pragma once

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/jobs/desk.h"

namespace tests {

inline jobs::Error const retryable{.code = "busy", .message = "try later", .retryable = true};
inline jobs::Error const final_error{.code = "bad_voice", .message = "no such voice"};

class AttemptTest : public testing::Test {
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

    jobs::ReportOutcome say(base::JobId id, int attempt, jobs::Said said) {
        return desk.report({.job = id, .attempt = attempt, .said = said}).outcome;
    }

    jobs::ReportOutcome complete(base::JobId id, Millis duration) {
        return desk
            .report({.job = id,
                     .attempt = desk.job(id).attempt,
                     .said = jobs::Said::completed,
                     .result = R"({"ok":true})",
                     .duration = duration})
            .outcome;
    }

    jobs::ReportOutcome fail(base::JobId id, jobs::Error const& error) {
        return desk
            .report({.job = id,
                     .attempt = desk.job(id).attempt,
                     .said = jobs::Said::failed,
                     .error = error})
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

}  // namespace tests
