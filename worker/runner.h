// Takes jobs from the queue, as many as there are free slots, runs each through its provider, and
// keeps their leases. Everything here happens on one thread; the store is called on the pool.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "adapters/provider.h"
#include "adapters/store.h"
#include "adapters/wakeup.h"
#include "config/settings.h"
#include "jobs/start.h"
#include "worker/attempt.h"
#include "worker/blocking_pool.h"
#include "worker/compose.h"
#include "worker/log.h"
#include "worker/reporter.h"

namespace worker {

struct RunnerOptions {
    std::string name;                     // of this worker, unique among all
    std::vector<std::string> services;    // whose jobs it takes
    OutputMeter* meter = nullptr;         // measures what they make; none: see Attempt
    adapters::RateLimit* rate = nullptr;  // that all processes share; none: see Router
    ResultKeeper* keeper = nullptr;       // keeps what they make; none: see Attempt
    // Where a provider may say that there is news of an attempt; none: nowhere.
    std::function<std::string(base::JobId)> hint_url;
};

class Runner {
public:
    Runner(boost::asio::any_io_executor executor, adapters::Store& store, BlockingPool& pool,
           Providers& providers, adapters::Wakeup& wakeup, config::Settings const& settings,
           Log& log, RunnerOptions options);

    // Claims and runs until `quiet`; returns when no more will be claimed.
    boost::asio::awaitable<void> claim_jobs();

    // Renews leases, and notices jobs that were taken away, until `stop`.
    boost::asio::awaitable<void> keep_leases();

    // Writes reports until `stop`.
    boost::asio::awaitable<void> write_reports() { return reporter_.run(); }

    // Takes no new jobs. Those that run go on.
    void quiet();

    // Hands back what still runs, no try used up; what nobody could fetch again is kept first,
    // unless there is no more time for that. Call after `quiet`.
    void release_all(bool at_once = false);

    // Ends keep_leases and write_reports; what was reported is written first.
    void stop();

    // Asks at once about a job that runs here; nothing happens for others.
    void hint(base::JobId job);

    [[nodiscard]] std::size_t running() const { return attempts_.size(); }

    [[nodiscard]] Router const& router() const { return router_; }

    // Nothing runs, and no claim is under way that may bring something.
    [[nodiscard]] bool idle() const { return attempts_.empty() && !claiming_; }

    // Which services this worker takes; a reload may change it.
    void take(std::vector<std::string> services) { options_.services = std::move(services); }

    // Called on each start, with when it was claimed; for bench.
    std::function<void(jobs::Job const&)> on_start;
    // Called when an attempt's last report was answered.
    std::function<void(jobs::Reported const&)> on_end;

private:
    // A job and its attempt: after a rescue the same job may come back here while its former
    // attempt still lets go.
    using Key = std::pair<base::JobId, int>;

    [[nodiscard]] jobs::Claim room() const;
    boost::asio::awaitable<bool> claim_once();
    bool learn(std::vector<std::string> const& waiting);
    boost::asio::awaitable<void> release_strays();
    void begin(jobs::Start started);
    boost::asio::awaitable<void> run_attempt(Attempt& attempt);
    void finish(Key key, jobs::Reported const& reported);
    boost::asio::awaitable<void> beat();
    std::vector<Key> next_to_look_at();
    boost::asio::awaitable<void> drop_stale();
    void abandon(Key key, jobs::Reported const& why);

    boost::asio::any_io_executor executor_;
    adapters::Store& store_;
    BlockingPool& pool_;
    adapters::Wakeup& wakeup_;
    config::Settings const& settings_;
    Log& log_;
    RunnerOptions options_;
    Router router_;
    Reporter reporter_;
    boost::asio::steady_timer beat_timer_;
    std::map<Key, std::unique_ptr<Attempt>> attempts_;
    std::map<std::string, int, std::less<>> running_of_;  // by service; without parked ones
    int parked_ = 0;
    Key last_looked_at_;  // by the look for stale attempts
    bool quiet_ = false;
    bool releasing_ = false;
    bool stopped_ = false;
    bool claiming_ = false;
    bool more_waits_ = false;      // as far as the last claim knows
    bool claim_in_doubt_ = false;  // a claim may have been committed without our knowing
};

}  // namespace worker
