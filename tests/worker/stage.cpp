// What the stage says when a test says nothing else, and how it keeps its record.
#include "tests/worker/stage.h"

#include <algorithm>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tests {

namespace asio = boost::asio;
using adapters::Call;
using adapters::Fate;
using adapters::Submitted;
using adapters::Verdict;

namespace {

constexpr base::Millis soon{1};

bool goes_on(Fate fate) {
    return fate == Fate::running || fate == Fate::unknown;
}

}  // namespace

Verdict still_running(int progress) {
    return {.fate = Fate::running, .progress = progress, .ask_again = soon};
}

Verdict done(std::string result) {
    return {.fate = Fate::completed, .result = std::move(result)};
}

Verdict failed(bool retryable, std::string code) {
    return {.fate = retryable ? Fate::failed_retryable : Fate::failed_final,
            .code = std::move(code),
            .message = "as the test said"};
}

Submitted not_taken(adapters::Blame blame, std::string code) {
    return {.verdict = {.fate = Fate::not_taken,
                        .blame = blame,
                        .code = std::move(code),
                        .message = "as the test said",
                        .ask_again = soon}};
}

Verdict unseen() {
    return {.fate = Fate::unknown, .message = "nobody answers", .ask_again = soon};
}

Verdict gone() {
    return {.fate = Fate::gone, .message = "never heard of it", .ask_again = soon};
}

std::vector<Call> Stage::submits() const {
    std::scoped_lock const lock{mutex_};
    return submits_;
}

std::vector<std::string> Stage::polls() const {
    std::scoped_lock const lock{mutex_};
    return polls_;
}

std::vector<std::string> Stage::cancels() const {
    std::scoped_lock const lock{mutex_};
    return cancels_;
}

int Stage::most_at_once(std::string const& service) const {
    std::scoped_lock const lock{mutex_};
    auto const found = most_.find(service);
    return found == most_.end() ? 0 : found->second;
}

void Stage::enter(Call const& call) {
    for (std::string const& service : {std::string{}, call.service}) {
        auto& busy = busy_[service];
        busy.insert(call.job);
        most_[service] = std::max(most_[service], static_cast<int>(busy.size()));
    }
}

void Stage::leave(Call const& call) {
    busy_[""].erase(call.job);
    busy_[call.service].erase(call.job);
}

std::vector<std::string> Stage::asked() const {
    std::scoped_lock const lock{mutex_};
    return asked_;
}

Submitted Stage::look_up(Call const& call) {
    std::scoped_lock const lock{mutex_};
    return on_look_up ? on_look_up(call) : Submitted{};
}

void Stage::submit_begins(Call const& call, std::string const& name) {
    std::scoped_lock const lock{mutex_};
    submits_.push_back(call);
    asked_.push_back(name);
    enter(call);
}

Submitted Stage::submit_ends(Call const& call, std::string const& name) {
    std::scoped_lock const lock{mutex_};
    auto const own = on_submit_to.find(name);
    auto answer = own != on_submit_to.end() ? own->second(call)
                  : on_submit               ? on_submit(call)
                              : Submitted{.task = "task-" + base::to_text(call.job) + "-" +
                                                  std::to_string(call.attempt),
                                          .verdict = still_running()};
    if (answer.task.empty() && !goes_on(answer.verdict.fate)) {
        leave(call);
    }
    return answer;
}

void Stage::poll_begins(std::string const& task) {
    std::scoped_lock const lock{mutex_};
    polls_.push_back(task);
}

Verdict Stage::poll_ends(Call const& call, std::string const& task) {
    std::scoped_lock const lock{mutex_};
    auto verdict = on_poll ? on_poll(call, task) : done();
    if (!goes_on(verdict.fate)) {
        leave(call);
    }
    return verdict;
}

void Stage::cancel(Call const& call, std::string const& task) {
    std::scoped_lock const lock{mutex_};
    cancels_.push_back(task);
    leave(call);
}

asio::awaitable<Submitted> ScriptedProvider::submit(Call call) {
    stage_.submit_begins(call, name_);
    co_await wait_while(stage_.hold_submits);
    co_return stage_.submit_ends(call, name_);
}

asio::awaitable<Verdict> ScriptedProvider::poll(Call call, std::string task) {
    stage_.poll_begins(task);
    co_await wait_while(stage_.hold_polls);
    co_return stage_.poll_ends(call, task);
}

asio::awaitable<Submitted> ScriptedProvider::look_up(Call call) {
    co_return stage_.look_up(call);
}

asio::awaitable<void> ScriptedProvider::cancel(Call call, std::string task) {
    stage_.cancel(call, task);
    co_return;
}

asio::awaitable<void> ScriptedProvider::wait_while(std::atomic<bool> const& held) {
    asio::steady_timer timer{executor_};
    while (held) {
        timer.expires_after(soon);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

}  // namespace tests
