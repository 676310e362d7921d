// Asks, slowly, about tasks whose jobs have ended at their deadline: a result that still comes is
// kept for the operator, and what it cost is written down. Any worker of the store goes on with it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "adapters/store.h"
#include "config/settings.h"
#include "jobs/watch.h"
#include "worker/blocking_pool.h"
#include "worker/compose.h"
#include "worker/log.h"

namespace worker {

class LateWatch {
public:
    LateWatch(boost::asio::any_io_executor executor, adapters::Store& store, BlockingPool& pool,
              Providers& providers, config::Settings const& settings, Log& log);

    // Until `stop`.
    boost::asio::awaitable<void> run();
    void stop();

    // No provider is being asked.
    [[nodiscard]] bool idle() const { return !looking_; }

    // One look at those that are due.
    boost::asio::awaitable<void> look();

private:
    boost::asio::awaitable<void> ask_about(jobs::Watch watch);
    boost::asio::awaitable<adapters::Verdict> poll(adapters::Provider& provider,
                                                   jobs::Watch const& watch);
    boost::asio::awaitable<void> conclude(jobs::Watch watch, jobs::LateVerdict verdict);

    boost::asio::steady_timer timer_;
    adapters::Store& store_;
    BlockingPool& pool_;
    Providers& providers_;
    config::Settings const& settings_;
    Log& log_;
    bool stopped_ = false;
    bool looking_ = false;
};

}  // namespace worker
