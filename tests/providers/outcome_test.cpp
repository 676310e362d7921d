// From what was said and how it ended to a verdict.
#include "adapters/providers/outcome.h"

#include <gtest/gtest.h>

using adapters::Fate;
using adapters::Verdict;
using adapters::providers::CommandOptions;
using adapters::providers::Exit;
using adapters::providers::outcome;
using adapters::providers::Said;
using adapters::providers::SaidError;
using adapters::providers::SaidResult;
using adapters::providers::Stopped;

namespace {

Verdict judge(Said const& said, Exit exit, std::string_view errors = "") {
    return outcome(Stopped::no, said, exit, errors, CommandOptions{.final_codes = {64, 75}});
}

Said const a_result{.result = SaidResult{.json = R"({"a":1})", .duration = base::Millis{5}}};

}  // namespace

TEST(Outcome, AResultAndExitZeroCompletes) {
    auto const verdict = judge(a_result, {});
    EXPECT_EQ(verdict.fate, Fate::completed);
    EXPECT_EQ(verdict.result, R"({"a":1})");
    EXPECT_EQ(verdict.duration, base::Millis{5});
}

TEST(Outcome, ExitZeroWithoutAResultCompletesWithAnEmptyOne) {
    EXPECT_EQ(judge({}, {}).fate, Fate::completed);
    EXPECT_EQ(judge({}, {}).result, "{}");
}

TEST(Outcome, ABrokenResultIsNotAnEmptyOne) {
    auto const verdict = judge({.broken_result = true}, {});
    EXPECT_EQ(verdict.fate, Fate::failed_retryable);
    EXPECT_EQ(verdict.code, "bad_output");
}

TEST(Outcome, AResultWithABadExitIsAFailure) {
    auto const verdict = judge(a_result, {.code = 3}, "oh\nno\n");
    EXPECT_EQ(verdict.fate, Fate::failed_retryable);
    EXPECT_EQ(verdict.code, "provider_failed");
    EXPECT_EQ(verdict.message, "exit code 3: oh no");
    EXPECT_EQ(verdict.result, "");
}

TEST(Outcome, ExitCodesSayWhetherAnotherTryMaySucceed) {
    EXPECT_EQ(judge({}, {.code = 64}).fate, Fate::failed_final);
    EXPECT_EQ(judge({}, {.code = 75}).fate, Fate::failed_retryable) << "retry wins over final";
    EXPECT_EQ(judge({}, {.code = 1}).fate, Fate::failed_retryable);
}

TEST(Outcome, ASignalIsWorthAnotherTry) {
    auto const verdict = judge(a_result, {.signal = 11});
    EXPECT_EQ(verdict.fate, Fate::failed_retryable);
    EXPECT_EQ(verdict.message, "killed by signal 11");
}

TEST(Outcome, ItsOwnWordGoesBeforeTheExitCode) {
    Said const final_error{.error = SaidError{.code = "bad_voice", .retryable = false}};
    EXPECT_EQ(judge(final_error, {.code = 75}).fate, Fate::failed_final);
    EXPECT_EQ(judge(final_error, {}).fate, Fate::failed_final);
    EXPECT_EQ(judge(final_error, {}).code, "bad_voice");
    Said const passing_error{.error = SaidError{.message = "busy", .retryable = true}};
    EXPECT_EQ(judge(passing_error, {.code = 64}).fate, Fate::failed_retryable);
    EXPECT_EQ(judge(passing_error, {.code = 64}).message, "busy");
}

TEST(Outcome, AnErrorThatDoesNotSayGoesByTheExitCode) {
    Said const error{.error = SaidError{.message = "hm"}};
    EXPECT_EQ(judge(error, {.code = 64}).fate, Fate::failed_final);
    EXPECT_EQ(judge(error, {}).fate, Fate::failed_retryable);
}

TEST(Outcome, WhoWasStoppedIsNotAskedForMore) {
    auto const stopped = [](Stopped why) { return outcome(why, a_result, {}, "", {}); };
    EXPECT_EQ(stopped(Stopped::timeout).fate, Fate::failed_retryable);
    EXPECT_EQ(stopped(Stopped::timeout).code, "timeout");
    EXPECT_EQ(stopped(Stopped::output_too_large).fate, Fate::failed_final);
    EXPECT_EQ(stopped(Stopped::output_too_large).code, "output_too_large");
    EXPECT_EQ(stopped(Stopped::cancelled).fate, Fate::gone);
}
