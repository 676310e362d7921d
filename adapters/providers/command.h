// Any program as a provider. It gets the job as one JSON object on standard input and answers with
// JSON lines on standard output (lines.h). It runs in its own process group, within limits, and is
// killed when the thread that started it ends: submit must be called on the thread that runs the
// io_context for as long as the process lives.
//
// What it left behind in its group is killed when it exits. A grandchild that makes a session of
// its own is out of reach.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "adapters/provider.h"

namespace adapters::providers {

// The meaning of each is config::Command's.
struct CommandOptions {
    std::vector<std::string> run;
    std::map<std::string, std::string> environment;
    std::int64_t memory_mb = 0;
    std::int64_t output_bytes = 1 << 20;
    std::int64_t line_bytes = 1 << 19;  // of one line; longer ends the job as too much output does
    std::vector<int> retry_codes{75};
    std::vector<int> final_codes{64, 65, 66, 77, 78};
    base::Millis kill_after{2'000};
};

class Run;

class Command final : public Provider {
public:
    // The io_context behind the executor must outlive this and be run by one thread.
    Command(boost::asio::any_io_executor executor, CommandOptions options);

    // Kills and reaps what still runs.
    ~Command() override;

    boost::asio::awaitable<Submitted> submit(Call call) override;
    boost::asio::awaitable<Verdict> poll(Call call, std::string task) override;
    boost::asio::awaitable<void> cancel(Call call, std::string task) override;

    // A program dies with its worker, so nothing of it survives a lost answer.
    Doubt in_doubt() const override { return Doubt::resubmit; }

    bool tasks_are_local() const override { return true; }

private:
    boost::asio::any_io_executor executor_;
    CommandOptions options_;
    // Shared with the coroutines that read each run's pipes: they may end after this does.
    // Shared with the coroutines that attend to each program, see Run::Shared.
    std::map<std::string, std::shared_ptr<Run>, std::less<>> runs_;
};

}  // namespace adapters::providers
