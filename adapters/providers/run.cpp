// Pipes are waited for and then read here, not by Asio: what is still in them when the program has
// ended is then taken in order, whichever of the two is noticed first.
#include "adapters/providers/run.h"

#include <algorithm>
#include <cerrno>

#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/rethrow.h"

namespace adapters::providers {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kept_errors = 2048;
constexpr base::Millis between_reports{250};
constexpr int reads_at_the_end = 32;  // of standard error, 2 MiB

auto const as_error = asio::as_tuple(asio::use_awaitable);
constexpr auto readable = asio::posix::descriptor_base::wait_read;

// Registered for as long as it lives; a coroutine's frame may go without being resumed.
class Listener {
public:
    Listener(std::vector<asio::steady_timer*>& all, asio::any_io_executor const& executor,
             Run::Clock::time_point wake)
        : all_{all}, timer_{executor, wake} {
        all_.push_back(&timer_);
    }

    Listener(Listener const&) = delete;
    Listener& operator=(Listener const&) = delete;

    ~Listener() { std::erase(all_, &timer_); }

    asio::steady_timer& timer() { return timer_; }

private:
    std::vector<asio::steady_timer*>& all_;
    asio::steady_timer timer_;
};

}  // namespace

Run::Run(asio::any_io_executor executor, CommandOptions const& options, Process process)
    : options_{options},
      pid_{process.pid},
      exited_{executor, process.exited.release()},
      output_{executor, process.output.release()},
      errors_{executor, process.errors.release()},
      clock_{executor},
      lines_{static_cast<std::size_t>(options.line_bytes)} {}

Run::~Run() {
    abandon();
}

void Run::attend(Shared const& run, base::Millis timeout) {
    auto const executor = run->clock_.get_executor();
    if (timeout > base::Millis{0}) {
        run->clock_.expires_after(timeout);
    } else {
        run->clock_.expires_at(Clock::time_point::max());
    }
    asio::co_spawn(executor, read_output(run), base::rethrow);
    asio::co_spawn(executor, read_errors(run), base::rethrow);
    asio::co_spawn(executor, keep_time(run), base::rethrow);
    asio::co_spawn(executor, await_exit(run), base::rethrow);
}

void Run::stop(Stopped why) {
    if (ended_ || stopped_ != Stopped::no) {
        return;
    }
    stopped_ = why;
    bool const at_once = why == Stopped::output_too_large;
    signal_group(pid_, at_once ? SIGKILL : SIGTERM);
    clock_.expires_after(options_.kill_after);
}

void Run::abandon() {
    if (ended_) {
        return;
    }
    ended_ = true;
    signal_group(pid_, SIGKILL);
    reap(pid_);
    release();
}

asio::awaitable<void> Run::news(Clock::time_point until) {
    while (!ended_) {
        bool const fresh = lines_.said().updates != reported_;
        auto const wake = fresh ? std::min(until, quiet_until_) : until;
        if (wake <= Clock::now()) {
            break;
        }
        Listener listener{listeners_, clock_.get_executor(), wake};
        co_await listener.timer().async_wait(as_error);
    }
}

Verdict Run::report() {
    if (ended_) {
        return verdict_;
    }
    Verdict running{.fate = Fate::running, .ask_again = base::Millis{0}};  // news() waits
    if (lines_.said().updates != reported_) {
        reported_ = lines_.said().updates;
        quiet_until_ = Clock::now() + between_reports;
        running.progress = lines_.said().progress;
        running.note = lines_.said().note;
    }
    return running;
}

asio::awaitable<void> Run::read_output(Shared run) {
    Flow flow = Flow::open;
    while (flow != Flow::closed && !run->ended_) {
        auto const [error] = co_await run->output_.async_wait(readable, as_error);
        flow = error || run->ended_ ? Flow::closed : run->take_output();
    }
}

asio::awaitable<void> Run::read_errors(Shared run) {
    Flow flow = Flow::open;
    while (flow != Flow::closed && !run->ended_) {
        auto const [error] = co_await run->errors_.async_wait(readable, as_error);
        flow = error || run->ended_ ? Flow::closed : run->take_errors();
    }
}

asio::awaitable<void> Run::keep_time(Shared run) {
    while (!run->ended_) {
        co_await run->clock_.async_wait(as_error);
        if (run->ended_ || run->clock_.expiry() > Clock::now()) {
            continue;  // it ended, or stop() has set the clock anew
        }
        if (run->stopped_ != Stopped::no) {
            signal_group(run->pid_, SIGKILL);
            co_return;
        }
        run->stop(Stopped::timeout);
    }
}

asio::awaitable<void> Run::await_exit(Shared run) {
    auto const [error] = co_await run->exited_.async_wait(readable, as_error);
    if (!error && !run->ended_) {
        run->finish();
    }
}

Run::Flow Run::take_output() {
    auto const count = ::read(output_.native_handle(), buffer_.data(), buffer_.size());
    if (count < 0) {
        return errno == EAGAIN || errno == EINTR ? Flow::nothing_now : Flow::closed;
    }
    if (count == 0 || stopped_ == Stopped::output_too_large) {
        return Flow::closed;
    }
    output_bytes_ += count;
    int const before = lines_.said().updates;
    bool const short_lines = lines_.take({buffer_.data(), static_cast<std::size_t>(count)});
    if (!short_lines || output_bytes_ > options_.output_bytes) {
        stop(Stopped::output_too_large);
        return Flow::closed;
    }
    if (lines_.said().updates != before) {
        ring();
    }
    return Flow::open;
}

Run::Flow Run::take_errors() {
    auto const count = ::read(errors_.native_handle(), buffer_.data(), buffer_.size());
    if (count < 0) {
        return errno == EAGAIN || errno == EINTR ? Flow::nothing_now : Flow::closed;
    }
    last_errors_.append(buffer_.data(), static_cast<std::size_t>(count));
    if (last_errors_.size() > kept_errors) {
        last_errors_.erase(0, last_errors_.size() - kept_errors);
    }
    return count == 0 ? Flow::closed : Flow::open;
}

// Not until the pipes are closed, only until they are empty: a grandchild may hold them for ever.
void Run::finish() {
    signal_group(pid_, SIGKILL);  // what it left behind, while its number is still its own
    while (take_output() == Flow::open) {
    }
    for (int i = 0; i < reads_at_the_end && take_errors() == Flow::open; ++i) {
    }
    auto const exit = reap(pid_);
    lines_.finish();
    verdict_ = outcome(stopped_, lines_.said(), exit, last_errors_, options_);
    ended_ = true;
    release();
    ring();
}

void Run::release() {
    boost::system::error_code ignored;
    exited_.close(ignored);
    output_.close(ignored);
    errors_.close(ignored);
    clock_.cancel();
}

void Run::ring() {
    for (auto* const listener : listeners_) {
        listener->cancel();
    }
}

}  // namespace adapters::providers
