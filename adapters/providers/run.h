// One program while it runs: its pipes are read, its time is kept, its end is awaited, by
// coroutines on the executor. They all end with the program.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "adapters/provider.h"
#include "adapters/providers/command.h"
#include "adapters/providers/lines.h"
#include "adapters/providers/outcome.h"
#include "adapters/providers/process.h"

namespace adapters::providers {

class Run {
public:
    using Clock = std::chrono::steady_clock;
    // Shared by the table of running programs and the coroutines that attend to one: whoever needs
    // it last lets it go.
    using Shared = std::shared_ptr<Run>;

    Run(boost::asio::any_io_executor executor, CommandOptions const& options, Process process);
    Run(Run const&) = delete;
    Run& operator=(Run const&) = delete;
    ~Run();

    // Begins to read and to wait. Zero timeout: no limit.
    static void attend(Shared const& run, base::Millis timeout);

    // Asks the program to stop; kills it if it has not after `kill_after`.
    void stop(Stopped why);

    // Kills and reaps it, and forgets about it without a verdict.
    void abandon();

    bool ended() const { return ended_; }

    // Returns when it has said something that was not reported yet, when it has ended, or at
    // `until`.
    boost::asio::awaitable<void> news(Clock::time_point until);

    // The final verdict once it has ended, until then what is known of its progress.
    Verdict report();

private:
    using Pipe = boost::asio::posix::stream_descriptor;
    enum class Flow : std::uint8_t { open, nothing_now, closed };

    static boost::asio::awaitable<void> read_output(Shared run);
    static boost::asio::awaitable<void> read_errors(Shared run);
    static boost::asio::awaitable<void> keep_time(Shared run);
    static boost::asio::awaitable<void> await_exit(Shared run);

    Flow take_output();
    Flow take_errors();
    void finish();
    void release();
    void ring();

    CommandOptions options_;
    pid_t pid_;
    Pipe exited_;
    Pipe output_;
    Pipe errors_;
    boost::asio::steady_timer clock_;
    std::array<char, 65'536> buffer_;

    Lines lines_;
    std::int64_t output_bytes_ = 0;
    std::string last_errors_;
    Stopped stopped_ = Stopped::no;
    bool ended_ = false;
    Verdict verdict_;

    int reported_ = 0;  // updates of lines_ that were told
    Clock::time_point quiet_until_{};
    std::vector<boost::asio::steady_timer*> listeners_;  // in frames of news()
};

}  // namespace adapters::providers
