// The provider that pretends: repeatable, directed by the input, resumable from its task.
#include "adapters/providers/simulated.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "tests/providers/support.h"

using adapters::Call;
using adapters::Fate;
using adapters::Verdict;
using adapters::providers::Simulated;
using adapters::providers::SimulatedOptions;
using tests::finish;

namespace {

Call call(std::int64_t job, std::string input = "{}", int attempt = 1) {
    return {.job = {job}, .attempt = attempt, .key = "k", .service = "tts", .input = input};
}

Verdict at_once(SimulatedOptions const& options, Call const& job) {
    boost::asio::io_context io;
    Simulated simulated{io.get_executor(), options};
    auto const submitted = finish(io, simulated.submit(job));
    EXPECT_EQ(submitted.task, "");
    return submitted.verdict;
}

std::vector<Fate> fates(SimulatedOptions const& options) {
    std::vector<Fate> all;
    for (int job = 1; job <= 300; ++job) {
        all.push_back(at_once(options, call(job)).fate);
    }
    return all;
}

}  // namespace

TEST(Simulated, WithoutLatencyTheVerdictComesWithTheSubmit) {
    auto const verdict = at_once({}, call(1, R"({"text":"twelve chars"})"));
    EXPECT_EQ(verdict.fate, Fate::completed);
    EXPECT_EQ(verdict.result, R"({"text":"simulated tts"})");
    EXPECT_EQ(verdict.duration, base::Millis{1000});
}

TEST(Simulated, MeasuresItsOutputByTheInput) {
    auto const duration = [](std::string const& input) {
        return at_once({}, call(1, input)).duration.value().count();
    };
    EXPECT_EQ(duration(R"({"text":"积分积分积分"})"), 500) << "characters, not bytes";
    EXPECT_EQ(duration(R"({"text":"a"})"), 83);
    EXPECT_EQ(duration(R"({"text":""})"), 0);
    EXPECT_EQ(duration(R"({"duration":2.5})"), 2500);
    EXPECT_EQ(duration(R"({"duration":-1})"), 10'000);
    EXPECT_EQ(duration("{}"), 10'000);
    EXPECT_EQ(duration("not json"), 10'000);
    EXPECT_EQ(duration(R"({"text":"a","simulate":{"duration_ms":77}})"), 77);
}

TEST(Simulated, TheSameSeedGivesTheSameFates) {
    SimulatedOptions const options{.seed = 5, .failure_rate = {300'000}, .final_rate = {200'000}};
    auto const first = fates(options);
    EXPECT_EQ(first, fates(options));
    SimulatedOptions other = options;
    other.seed = 6;
    EXPECT_NE(first, fates(other));
    EXPECT_NEAR(double(std::ranges::count(first, Fate::failed_retryable)), 90, 35);
    EXPECT_NEAR(double(std::ranges::count(first, Fate::failed_final)), 60, 30);
}

TEST(Simulated, AnotherAttemptMaySucceed) {
    SimulatedOptions const options{.failure_rate = {500'000}};
    int recovered = 0;
    for (int job = 1; job <= 100; ++job) {
        bool const failed = at_once(options, call(job)).fate == Fate::failed_retryable;
        bool const then_completed = at_once(options, call(job, "{}", 2)).fate == Fate::completed;
        recovered += failed && then_completed ? 1 : 0;
    }
    EXPECT_GT(recovered, 5);
}

TEST(Simulated, FollowsTheDirectionsInTheInput) {
    SimulatedOptions const always_fails{.failure_rate = base::one};
    auto const directed = [&](std::string const& outcome) {
        return at_once(always_fails, call(1, R"({"simulate":{"outcome":")" + outcome + R"("}})"));
    };
    EXPECT_EQ(directed("completed").fate, Fate::completed);
    EXPECT_EQ(directed("failed_final").fate, Fate::failed_final);
    EXPECT_EQ(directed("failed").fate, Fate::failed_retryable);
    EXPECT_EQ(directed("garbage").code, "bad_output");
}

TEST(Simulated, FailsTheFirstAttemptsWhenDirected) {
    auto const input = R"({"simulate":{"fail_attempts":2}})";
    EXPECT_EQ(at_once({}, call(1, input, 1)).fate, Fate::failed_retryable);
    EXPECT_EQ(at_once({}, call(1, input, 2)).fate, Fate::failed_retryable);
    EXPECT_EQ(at_once({}, call(1, input, 3)).fate, Fate::completed);
}

TEST(Simulated, IgnoresDirectionsItCanNotRead) {
    for (auto const* simulate : {"5", "[]", "null", R"({"outcome":7,"latency_ms":"x"})",
                                 R"({"latency_ms":-1,"fail_attempts":1e9,"outcome":"?"})"}) {
        auto const input = std::string{R"({"simulate":)"} + simulate + "}";
        EXPECT_EQ(at_once({}, call(1, input)).fate, Fate::completed) << simulate;
    }
}

TEST(Simulated, WithLatencyAnyProcessCanGoOnPolling) {
    boost::asio::io_context io;
    Simulated first{io.get_executor(), {.latency = base::Millis{600}}};
    auto const submitted = finish(io, first.submit(call(1)));
    EXPECT_TRUE(submitted.task.starts_with("sim:"));
    EXPECT_EQ(submitted.verdict.fate, Fate::running);

    Simulated second{io.get_executor(), {.latency = base::Millis{600}}};
    auto const begun = tests::Clock::now();
    auto verdict = finish(io, second.poll(call(1, "{}", 2), submitted.task));
    EXPECT_EQ(verdict.fate, Fate::running);
    EXPECT_GT(verdict.progress, 0);
    EXPECT_LT(verdict.progress, 100);
    while (verdict.fate == Fate::running) {
        verdict = finish(io, second.poll(call(1, "{}", 2), submitted.task));
    }
    EXPECT_EQ(verdict.fate, Fate::completed);
    EXPECT_LT(tests::Clock::now() - begun, std::chrono::seconds{5});
}

TEST(Simulated, ATaskKeepsTheFateOfItsOwnAttempt) {
    boost::asio::io_context io;
    Simulated simulated{io.get_executor(), {}};
    auto const input = R"({"simulate":{"fail_attempts":1,"latency_ms":10}})";
    auto const submitted = finish(io, simulated.submit(call(1, input, 1)));
    auto const verdict = finish(io, simulated.poll(call(1, input, 2), submitted.task));
    EXPECT_EQ(verdict.fate, Fate::failed_retryable) << "the second attempt only asks";
}

TEST(Simulated, AnUnknownFateStaysUnknown) {
    boost::asio::io_context io;
    Simulated simulated{io.get_executor(), {}};
    auto const input = R"({"simulate":{"outcome":"unknown"}})";
    auto const submitted = finish(io, simulated.submit(call(1, input)));
    EXPECT_NE(submitted.task, "");
    EXPECT_EQ(submitted.verdict.fate, Fate::unknown);
    EXPECT_EQ(finish(io, simulated.poll(call(1, input), submitted.task)).fate, Fate::unknown);
}

TEST(Simulated, HidesSomePollsAndThenAnswers) {
    boost::asio::io_context io;
    Simulated simulated{io.get_executor(), {.unknown_rate = {700'000}}};
    int hidden = 0;
    int completed = 0;
    for (int job = 1; job <= 40; ++job) {
        // Begun at another time each, so that each is asked at another number of poll.
        auto const task = "sim:" + std::to_string(job * 250'000) + ":10:1";
        auto const fate = finish(io, simulated.poll(call(job), task)).fate;
        hidden += fate == Fate::unknown ? 1 : 0;
        completed += fate == Fate::completed ? 1 : 0;
    }
    EXPECT_GT(hidden, 5);
    EXPECT_GT(completed, 0);
    EXPECT_EQ(hidden + completed, 40);
}

TEST(Simulated, ATaskItCanNotReadIsGone) {
    boost::asio::io_context io;
    Simulated simulated{io.get_executor(), {}};
    for (auto const* task : {"", "sim:", "sim:1:2", "sim:1:-2:3", "sim:1:2:3:4", "pid:1",
                             "sim:1:2:x", "sim:99999999999999999999:1:1"}) {
        EXPECT_EQ(finish(io, simulated.poll(call(1), task)).fate, Fate::gone) << task;
    }
}

TEST(Simulated, ACancelledTaskDoesNotComplete) {
    boost::asio::io_context io;
    Simulated simulated{io.get_executor(), {.latency = base::Millis{100}}};
    auto const task = finish(io, simulated.submit(call(1))).task;
    finish(io, simulated.cancel(call(1), task));
    EXPECT_EQ(finish(io, simulated.poll(call(1), task)).code, "cancelled");
}

TEST(Simulated, ACancelDoesNotTouchAnotherJobWhoseTaskHasTheSameName) {
    boost::asio::io_context io;
    Simulated simulated{io.get_executor(), {.latency = base::Millis{100}}};
    auto const task = finish(io, simulated.submit(call(1))).task;
    finish(io, simulated.cancel(call(1), task));
    EXPECT_EQ(finish(io, simulated.poll(call(2), task)).fate, Fate::completed);
}

TEST(Simulated, NotesEverySubmit) {
    tests::Folder folder;
    SimulatedOptions const options{.submissions = folder.path() / "submissions"};
    at_once(options, call(1));
    at_once(options, call(1, "{}", 2));
    at_once(options, call(2));
    EXPECT_EQ(tests::content(options.submissions), "1 1 k\n1 2 k\n2 1 k\n");
    SimulatedOptions const nowhere{.submissions = folder.path() / "no" / "such"};
    EXPECT_THROW(at_once(nowhere, call(1)), std::system_error);
}

TEST(Simulated, KeepsToItsTimeout) {
    boost::asio::io_context io;
    Simulated simulated{io.get_executor(), SimulatedOptions{}};
    auto job = call(1, R"({"simulate":{"latency_ms":60000}})");
    job.timeout = base::Millis{300};
    auto const submitted = finish(io, simulated.submit(job));
    auto verdict = finish(io, simulated.poll(job, submitted.task));
    EXPECT_EQ(verdict.fate, Fate::running);
    verdict = finish(io, simulated.poll(job, submitted.task));
    EXPECT_EQ(verdict.fate, Fate::failed_retryable);
    EXPECT_EQ(verdict.code, "timeout");
}
