// A provider that only pretends: for demos, benchmarks and tests. What becomes of an attempt
// follows from the seed, the job and the attempt alone, so a run can be repeated; a job's input may
// direct it with "simulate": {"outcome", "latency_ms", "duration_ms", "fail_attempts"}.
//
// Without latency a submit returns its verdict at once. With latency it returns a task that says
// when it began, so that any process can go on polling it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <unordered_set>

#include <boost/asio/any_io_executor.hpp>

#include "adapters/provider.h"
#include "adapters/providers/fd.h"
#include "base/credits.h"

namespace adapters::providers {

// The meaning of each is config::Simulated's.
struct SimulatedOptions {
    std::uint64_t seed = 1;
    base::Millis latency{0};
    base::Rate failure_rate;
    base::Rate final_rate;
    base::Rate unknown_rate;
    base::Rate characters_per_second{12'000'000};
    std::filesystem::path submissions;
    Doubt on_doubt = Doubt::resubmit;
    base::Millis take_after{0};
    base::Millis answer_after{0};
};

class Simulated final : public Provider {
public:
    // Throws std::system_error if the file of submissions can't be opened.
    Simulated(boost::asio::any_io_executor executor, SimulatedOptions options);

    boost::asio::awaitable<Submitted> submit(Call call) override;
    boost::asio::awaitable<Verdict> poll(Call call, std::string task) override;
    boost::asio::awaitable<void> cancel(Call call, std::string task) override;

    // By the file of submissions.
    boost::asio::awaitable<Submitted> look_up(Call call) override;

    Doubt in_doubt() const override { return options_.on_doubt; }

private:
    boost::asio::awaitable<void> wait(base::Millis time);
    bool note_submission(Call const& call) const;

    boost::asio::any_io_executor executor_;
    SimulatedOptions options_;
    Fd submissions_;
    std::unordered_set<std::string> cancelled_;
};

}  // namespace adapters::providers
