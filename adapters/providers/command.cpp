// Starts programs and knows them by their task; run.h attends to each.
#include "adapters/providers/command.h"

#include <cstdlib>
#include <random>

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>

#include "adapters/providers/process.h"
#include "adapters/providers/run.h"

namespace adapters::providers {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds longest_poll{1};

std::string json_text(std::string_view text) {
    return boost::json::serialize(boost::json::string_view{text});
}

// The input goes in as it came: parsing it could round its numbers.
std::string as_json(Call const& call, std::filesystem::path const& result_dir) {
    auto const trace =
        call.trace.empty() ? "" : fmt::format(R"(,"traceparent":{})", json_text(call.trace));
    return fmt::format(R"({{"job":"{}","attempt":{},"key":{},"user":{},"service":{},"input":{},)"
                       R"("result_dir":{}{}}})",
                       call.job.value, call.attempt, json_text(call.key), json_text(call.user),
                       json_text(call.service), call.input.empty() ? "{}" : call.input,
                       json_text(result_dir.string()), trace);
}

std::string inherited(char const* name, std::string_view otherwise) {
    char const* const value = std::getenv(name);
    return fmt::format("{}={}", name, value == nullptr ? otherwise : value);
}

// Nothing else of the worker's environment: it may hold secrets. A later setting of the same name
// replaces an earlier one.
std::vector<std::string> environment_for(Call const& call, std::filesystem::path const& result_dir,
                                         CommandOptions const& options) {
    std::vector<std::string> environment;
    for (auto const& [name, value] : options.environment) {
        environment.push_back(fmt::format("{}={}", name, value));
    }
    if (!options.environment.contains("PATH")) {
        environment.push_back(inherited("PATH", "/usr/local/bin:/usr/bin:/bin"));
    }
    if (!options.environment.contains("HOME")) {
        environment.push_back(inherited("HOME", "/"));
    }
    if (!options.environment.contains("LANG")) {
        environment.push_back(inherited("LANG", "C.UTF-8"));
    }
    if (!call.trace.empty()) {
        environment.push_back(fmt::format("TRACEPARENT={}", call.trace));
    }
    environment.push_back(fmt::format("TALLYMAN_JOB={}", call.job.value));
    environment.push_back(fmt::format("TALLYMAN_RESULT_DIR={}", result_dir.string()));
    return environment;
}

Submitted refused(bool retryable, std::string code, std::string message) {
    return {.verdict = {.fate = retryable ? Fate::failed_retryable : Fate::failed_final,
                        .code = std::move(code),
                        .message = std::move(message)}};
}

// Process numbers come again, after a restart of the machine as well; the random part does not.
std::string task_for(pid_t pid) {
    std::random_device random;
    return fmt::format("pid:{}-{:08x}{:08x}", pid, random(), random());
}

}  // namespace

Command::Command(asio::any_io_executor executor, CommandOptions options)
    : executor_{std::move(executor)}, options_{std::move(options)} {}

Command::~Command() {
    for (auto const& [task, run] : runs_) {
        run->abandon();
    }
}

asio::awaitable<Submitted> Command::submit(Call call) {
    std::error_code error;
    auto const result_dir = std::filesystem::absolute(call.result_dir, error);
    std::filesystem::create_directories(result_dir, error);
    if (error) {
        co_return refused(true, "result_dir",
                          fmt::format("can't make the folder for its results, {}: {}",
                                      result_dir.string(), error.message()));
    }
    auto process = start({.run = options_.run,
                          .environment = environment_for(call, result_dir, options_),
                          .input = as_json(call, result_dir),
                          .memory_mb = options_.memory_mb});
    if (!process) {
        auto& why = process.error();
        co_return refused(why.retryable, "not_started", std::move(why.message));
    }
    auto task = task_for(process->pid);
    // Shared, see Run::Shared.
    auto const run = std::make_shared<Run>(executor_, options_, std::move(*process));
    Run::attend(run, call.timeout);
    runs_.emplace(task, run);
    co_return Submitted{.task = std::move(task),
                        .verdict = {.fate = Fate::running, .ask_again = base::Millis{0}}};
}

asio::awaitable<Verdict> Command::poll(Call /*call*/, std::string task) {
    auto const found = runs_.find(task);
    if (found == runs_.end()) {
        co_return Verdict{.fate = Fate::gone, .message = "the program ended with its worker"};
    }
    auto const run = found->second;
    co_await run->news(Run::Clock::now() + longest_poll);
    auto verdict = run->report();
    if (run->ended()) {
        runs_.erase(task);
    }
    co_return verdict;
}

asio::awaitable<void> Command::cancel(Call /*call*/, std::string task) {
    auto const found = runs_.find(task);
    if (found == runs_.end()) {
        co_return;
    }
    auto const run = found->second;
    run->stop(Stopped::cancelled);
    while (!run->ended()) {
        co_await run->news(Run::Clock::now() + longest_poll);
        run->report();  // what it says while it stops is of no interest
    }
    runs_.erase(task);
}

}  // namespace adapters::providers
