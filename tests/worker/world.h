// Workers over one store whose clock a test moves. A worker is driven by the test's own thread
// (`until`) or has one of its own; the books are audited when the world ends.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "adapters/wakeups/timer.h"
#include "tests/jobs/desk.h"
#include "tests/support/builders.h"
#include "tests/support/flaky_store.h"
#include "tests/worker/fake_media.h"
#include "tests/worker/stage.h"
#include "worker/runner.h"

namespace tests {

// A worker as the program has it, without the program around it.
class Hand {
public:
    Hand(adapters::Store& store, config::Settings const& settings, Stage& stage, FakeMedia& media,
         worker::RunnerOptions options);
    Hand(Hand const&) = delete;
    Hand& operator=(Hand const&) = delete;
    // Without `leave` before, this is a crash: what runs is lost.
    ~Hand();

    worker::Runner& runner() { return runner_; }

    // Does what can be done at once, unless it has a thread.
    void poll();

    // Polls on a thread of its own until it has left.
    void run_on_a_thread();

    // Quiet, drain, and stop, as the program does when it is told to. With `hand_back` what runs is
    // released instead of awaited; what is in hand then has `grace`. `left` becomes true in the
    // end.
    void leave(bool hand_back = false, base::Millis grace = {});

    [[nodiscard]] bool left() const { return left_; }

private:
    boost::asio::awaitable<void> shut_down(bool hand_back, base::Millis grace);

    std::unique_ptr<adapters::Presence> presence_;
    std::unique_ptr<worker::Log> log_ = worker::Log::silent();
    boost::asio::io_context io_{1};
    worker::BlockingPool pool_{2};
    adapters::wakeups::Timer wakeup_{io_.get_executor()};
    worker::Providers providers_;
    worker::OutputMeter meter_;
    worker::ResultKeeper keeper_;
    worker::Runner runner_;
    std::thread thread_;
    std::atomic<bool> left_ = false;
};

using MakeTruth = std::function<std::unique_ptr<adapters::Store>(Desk::Clock)>;

class World {
public:
    // Over the memory store, or another.
    explicit World(support::FlakyStore::Script script = support::FlakyStore::flawless(),
                   MakeTruth const& make_truth = {});
    World(World const&) = delete;
    World& operator=(World const&) = delete;
    // Everybody leaves, and the books must be clean.
    ~World();

    support::Clock clock;
    config::Settings settings;  // quick; set before the first worker is hired
    Stage stage;
    FakeMedia media;
    Desk desk;                  // everybody else: users, sweeps, the operator
    support::FlakyStore store;  // what the workers see of the desk's store

    Hand& hire(std::string const& name = "w1");

    Hand& hand(std::string const& name = "w1") { return *hands_.at(name); }

    void crash(std::string const& name = "w1");
    void leave(std::string const& name = "w1", bool hand_back = false, base::Millis grace = {});

    base::JobId submit(std::string const& service = "script", std::string const& user = "u1");

    // A job whose first submit is lost with its worker, w1; another one, w2, has it by then.
    base::JobId lose_a_worker_at_the_submit();

    jobs::Job job(base::JobId id) { return desk.job(id); }

    std::int64_t balance(std::string const& user = "u1") { return desk.balance(user); }

    // Of the job's events, in order, with a blank between: "submitted retry submitted".
    std::string events(base::JobId id);

    // Lets the workers work until then; false, and the test fails, if it takes 20 seconds.
    bool until(std::function<bool()> const& reached);
    bool until_ended(base::JobId id);
    // Lets the workers work for so long although nothing is expected to happen.
    void idle(base::Millis time);

    void advance(base::Millis by);

private:
    void work();

    std::map<std::string, std::unique_ptr<Hand>> hands_;
};

}  // namespace tests
