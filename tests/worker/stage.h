// A provider whose every answer a test writes, and which remembers what it was asked.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "adapters/provider.h"

namespace tests {

// The script and the record, shared by the providers of several workers, which may have a thread
// each.
class Stage {
public:
    // Called one at a time. By default a job is accepted with the task "task-JOB-ATTEMPT", and the
    // first poll says that it is done.
    std::function<adapters::Submitted(adapters::Call const&)> on_submit;
    // The same of one provider, where a world has several.
    std::map<std::string, std::function<adapters::Submitted(adapters::Call const&)>> on_submit_to;
    std::function<adapters::Verdict(adapters::Call const&, std::string const& task)> on_poll;

    std::atomic<bool> hold_submits = false;  // the answer does not come while this is set
    std::atomic<bool> hold_polls = false;
    std::atomic<bool> resubmit_is_safe = true;
    std::optional<adapters::Doubt> doubt{};  // none: as `resubmit_is_safe` says; set it early
    std::atomic<bool> tasks_are_local = false;
    std::function<adapters::Submitted(adapters::Call const&)> on_look_up;

    [[nodiscard]] std::vector<adapters::Call> submits() const;
    [[nodiscard]] std::vector<std::string> asked() const;  // who was, one a submit
    [[nodiscard]] std::vector<std::string> polls() const;  // tasks, also of polls that are held
    [[nodiscard]] std::vector<std::string> cancels() const;
    [[nodiscard]] int most_at_once(std::string const& service) const;

    [[nodiscard]] int most_at_once() const { return most_at_once(""); }  // of all services

    void submit_begins(adapters::Call const& call, std::string const& name = "stage");
    adapters::Submitted submit_ends(adapters::Call const& call, std::string const& name = "stage");
    adapters::Submitted look_up(adapters::Call const& call);
    void poll_begins(std::string const& task);
    adapters::Verdict poll_ends(adapters::Call const& call, std::string const& task);
    void cancel(adapters::Call const& call, std::string const& task);

private:
    void enter(adapters::Call const& call);
    void leave(adapters::Call const& call);

    mutable std::mutex mutex_;
    std::vector<adapters::Call> submits_;
    std::vector<std::string> asked_;
    std::vector<std::string> polls_;
    std::vector<std::string> cancels_;
    std::map<std::string, std::set<base::JobId>> busy_;  // by service; "" is all
    std::map<std::string, int> most_;
};

class ScriptedProvider final : public adapters::Provider {
public:
    ScriptedProvider(boost::asio::any_io_executor executor, Stage& stage,
                     std::string name = "stage")
        : executor_{std::move(executor)}, stage_{stage}, name_{std::move(name)} {}

    boost::asio::awaitable<adapters::Submitted> submit(adapters::Call call) override;
    boost::asio::awaitable<adapters::Verdict> poll(adapters::Call call, std::string task) override;
    boost::asio::awaitable<void> cancel(adapters::Call call, std::string task) override;
    boost::asio::awaitable<adapters::Submitted> look_up(adapters::Call call) override;

    adapters::Doubt in_doubt() const override {
        if (stage_.doubt) {
            return *stage_.doubt;
        }
        return stage_.resubmit_is_safe ? adapters::Doubt::resubmit : adapters::Doubt::park;
    }

    bool tasks_are_local() const override { return stage_.tasks_are_local; }

private:
    boost::asio::awaitable<void> wait_while(std::atomic<bool> const& held);

    boost::asio::any_io_executor executor_;
    Stage& stage_;
    std::string name_;
};

// Answers, in a word.
adapters::Verdict still_running(int progress = -1);
adapters::Verdict done(std::string result = R"({"text":"made"})");
adapters::Verdict failed(bool retryable, std::string code = "provider_failed");
adapters::Verdict unseen();
adapters::Verdict gone();
adapters::Submitted not_taken(adapters::Blame blame, std::string code = "provider_unavailable");

}  // namespace tests
