// Everything is worked out anew from the call and the task, so there is nothing to lose in a crash.
#include "adapters/providers/simulated.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <fstream>
#include <optional>
#include <system_error>

#include <fcntl.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "adapters/providers/directions.h"

namespace adapters::providers {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

constexpr base::Millis longest_wait{250};
constexpr std::size_t most_cancelled = 10'000;

struct Task {
    std::int64_t start_ms = 0;
    std::int64_t latency_ms = 0;
    int attempt = 0;
};

std::uint64_t mix(std::uint64_t value) {  // splitmix64
    value += 0x9E3779B97F4A7C15ULL;
    value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    value = (value ^ (value >> 27U)) * 0x94D049BB133111EBULL;
    return value ^ (value >> 31U);
}

// 0 to 999,999, as a rate counts.
std::int64_t draw(std::uint64_t seed, base::JobId job, int attempt, std::int64_t poll) {
    auto value = mix(seed ^ mix(static_cast<std::uint64_t>(job.value)));
    value = mix(value ^ static_cast<std::uint64_t>(attempt));
    value = mix(value ^ static_cast<std::uint64_t>(poll));
    return static_cast<std::int64_t>(value % 1'000'000U);
}

Verdict failed(Fate fate, std::string_view message) {
    return {.fate = fate,
            .code = fate == Fate::failed_final ? "simulated_refusal" : "simulated_failure",
            .message = std::string{message}};
}

Verdict unknown() {
    return {.fate = Fate::unknown,
            .message = "the simulated task can't be seen",
            .ask_again = longest_wait};
}

Verdict completed(Call const& call, Directions const& directions) {
    return {.fate = Fate::completed,
            .progress = 100,
            .result = fmt::format(R"({{"text":{}}})",
                                  json::serialize(json::string_view{"simulated " + call.service})),
            .duration = base::Millis{directions.duration_ms.value_or(directions.output_ms)}};
}

// How this attempt ends.
Verdict ending_of(Call const& call, int attempt, Directions const& directions,
                  SimulatedOptions const& options) {
    if (attempt <= directions.fail_attempts || directions.outcome == "failed") {
        return failed(Fate::failed_retryable, "directed to fail");
    }
    if (directions.outcome == "failed_final") {
        return failed(Fate::failed_final, "directed to fail for good");
    }
    if (directions.outcome == "garbage") {
        return {.fate = Fate::failed_retryable,
                .code = "bad_output",
                .message = "the simulated answer can't be read"};
    }
    if (directions.outcome == "unknown") {
        return unknown();
    }
    auto const drawn = draw(options.seed, call.job, attempt, -1);
    if (directions.outcome != "completed" && drawn < options.failure_rate.micros) {
        return failed(Fate::failed_retryable, "drawn to fail");
    }
    if (directions.outcome != "completed" &&
        drawn < options.failure_rate.micros + options.final_rate.micros) {
        return failed(Fate::failed_final, "drawn to fail for good");
    }
    return completed(call, directions);
}

std::int64_t now_ms() {
    return base::to_ms(std::chrono::floor<base::Millis>(std::chrono::system_clock::now()));
}

std::string to_text(Task const& task) {
    return fmt::format("sim:{}:{}:{}", task.start_ms, task.latency_ms, task.attempt);
}

template <typename Number>
bool take_number(std::string_view& text, Number& number) {
    if (!text.starts_with(':')) {
        return false;
    }
    auto const [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), number);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return error == std::errc{};
}

std::optional<Task> parse_task(std::string_view text) {
    Task task;
    if (!text.starts_with("sim:")) {
        return std::nullopt;
    }
    text.remove_prefix(3);
    bool const good = take_number(text, task.start_ms) && take_number(text, task.latency_ms) &&
                      take_number(text, task.attempt) && text.empty() && task.latency_ms >= 0;
    return good ? std::optional{task} : std::nullopt;
}

base::Millis elapsed(Task const& task) {
    return base::Millis{std::max<std::int64_t>(now_ms() - task.start_ms, 0)};
}

// Tasks of two jobs that were submitted in the same millisecond may have the same name.
std::string task_of(Call const& call, std::string_view task) {
    return fmt::format("{} {}", call.job.value, task);
}

// Polls are numbered by time, so that the number does not have to be remembered.
bool hidden(Call const& call, Task const& task, SimulatedOptions const& options) {
    auto const poll = elapsed(task) / longest_wait;
    return draw(options.seed, call.job, task.attempt, poll) < options.unknown_rate.micros;
}

}  // namespace

Simulated::Simulated(asio::any_io_executor executor, SimulatedOptions options)
    : executor_{std::move(executor)}, options_{std::move(options)} {
    if (options_.submissions.empty()) {
        return;
    }
    submissions_ =
        Fd{::open(options_.submissions.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644)};
    if (!submissions_) {
        throw std::system_error{errno, std::generic_category(),
                                "can't open " + options_.submissions.string()};
    }
}

asio::awaitable<void> Simulated::wait(base::Millis time) {
    if (time.count() > 0) {
        asio::steady_timer timer{executor_, time};
        co_await timer.async_wait(asio::use_awaitable);
    }
}

asio::awaitable<Submitted> Simulated::submit(Call call) {
    co_await wait(options_.take_after);
    if (!note_submission(call)) {
        co_return Submitted{.verdict = failed(Fate::failed_retryable,
                                              "can't write " + options_.submissions.string())};
    }
    co_await wait(options_.answer_after);
    auto const directions = read_directions(call.input, options_.characters_per_second);
    Task const task{.start_ms = now_ms(),
                    .latency_ms = directions.latency_ms.value_or(options_.latency.count()),
                    .attempt = call.attempt};
    if (task.latency_ms > 0 || hidden(call, task, options_)) {
        co_return Submitted{.task = to_text(task),
                            .verdict = {.fate = Fate::running, .ask_again = base::Millis{0}}};
    }
    auto verdict = ending_of(call, call.attempt, directions, options_);
    bool const decided = verdict.fate != Fate::unknown;
    co_return Submitted{.task = decided ? "" : to_text(task), .verdict = std::move(verdict)};
}

asio::awaitable<Verdict> Simulated::poll(Call call, std::string text) {
    auto const task = parse_task(text);
    if (!task) {
        co_return Verdict{.fate = Fate::gone, .message = "not a simulated task"};
    }
    base::Millis const latency{task->latency_ms};
    if (auto const left = latency - elapsed(*task); left.count() > 0) {
        asio::steady_timer timer{executor_, std::min(left, longest_wait)};
        co_await timer.async_wait(asio::use_awaitable);
    }
    if (cancelled_.erase(task_of(call, text)) != 0) {
        co_return Verdict{.fate = Fate::failed_final, .code = "cancelled", .message = "cancelled"};
    }
    if (hidden(call, *task, options_)) {
        co_return unknown();
    }
    auto const passed = elapsed(*task);
    if (passed >= latency) {
        co_return ending_of(call, task->attempt,
                            read_directions(call.input, options_.characters_per_second), options_);
    }
    if (call.timeout.count() > 0 && passed >= call.timeout) {
        co_return Verdict{.fate = Fate::failed_retryable,
                          .code = "timeout",
                          .message = "took longer than " + base::to_text(call.timeout)};
    }
    co_return Verdict{.fate = Fate::running,
                      .progress = static_cast<int>(100 * passed / latency),
                      .ask_again = base::Millis{0}};
}

asio::awaitable<Submitted> Simulated::look_up(Call call) {
    std::ifstream lines{options_.submissions};
    auto const directions = read_directions(call.input, options_.characters_per_second);
    std::int64_t job = 0;
    int attempt = 0;
    std::string key;
    while (lines >> job >> attempt >> key) {
        if (key == call.key) {
            Task const task{.start_ms = now_ms(),
                            .latency_ms = directions.latency_ms.value_or(options_.latency.count()),
                            .attempt = attempt};
            co_return Submitted{.task = to_text(task), .verdict = {.fate = Fate::running}};
        }
    }
    co_return Submitted{.verdict = {.fate = Fate::not_taken}};
}

asio::awaitable<void> Simulated::cancel(Call call, std::string task) {
    if (cancelled_.size() >= most_cancelled) {
        cancelled_.clear();  // tasks that were never asked about again
    }
    cancelled_.insert(task_of(call, task));
    co_return;
}

// One write to a file opened for appending: lines of several processes don't mix.
bool Simulated::note_submission(Call const& call) const {
    if (!submissions_) {
        return true;
    }
    auto const line = fmt::format("{} {} {}\n", call.job.value, call.attempt, call.key);
    return ::write(submissions_.get(), line.data(), line.size()) ==
           static_cast<ssize_t>(line.size());
}

}  // namespace adapters::providers
