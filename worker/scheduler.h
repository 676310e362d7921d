// Runs the table of duties, each at its own pace, until told to stop.
#pragma once

#include <memory>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "worker/blocking_pool.h"
#include "worker/duties.h"
#include "worker/log.h"

namespace worker {

class Scheduler {
public:
    Scheduler(boost::asio::any_io_executor executor, BlockingPool& pool, DutyClerk& clerk,
              std::vector<DutyPlan> table, Log& log);

    // Starts a coroutine for each duty; where this process only works, for those that concern it.
    void start(bool schedules = true);

    void stop();

private:
    boost::asio::awaitable<void> keep(DutyPlan const& plan, boost::asio::steady_timer& timer);
    boost::asio::awaitable<base::Millis> take_turn(DutyPlan const& plan);

    boost::asio::any_io_executor executor_;
    BlockingPool& pool_;
    DutyClerk& clerk_;
    std::vector<DutyPlan> table_;
    Log& log_;
    std::vector<std::unique_ptr<boost::asio::steady_timer>> timers_;
    bool stopped_ = false;
};

}  // namespace worker
