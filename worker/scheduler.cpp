// One coroutine a duty.
#include "worker/scheduler.h"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/rethrow.h"

namespace worker {

namespace asio = boost::asio;

namespace {

// How often a duty that another may hold is tried: its own pace, but at least every half minute, so
// that a host that takes over does not wait for hours.
constexpr base::Millis longest_sleep{30'000};
constexpr base::Millis after_failure{2'000};

}  // namespace

Scheduler::Scheduler(asio::any_io_executor executor, BlockingPool& pool, DutyClerk& clerk,
                     std::vector<DutyPlan> table, Log& log)
    : executor_{std::move(executor)},
      pool_{pool},
      clerk_{clerk},
      table_{std::move(table)},
      log_{log} {}

void Scheduler::start(bool schedules) {
    for (auto const& plan : table_) {
        if (!schedules && !plan.workers_too) {
            continue;
        }
        timers_.push_back(std::make_unique<asio::steady_timer>(executor_));
        asio::co_spawn(executor_, keep(plan, *timers_.back()), base::rethrow);
    }
}

void Scheduler::stop() {
    stopped_ = true;
    for (auto const& timer : timers_) {
        timer->cancel();
    }
}

asio::awaitable<void> Scheduler::keep(DutyPlan const& plan, asio::steady_timer& timer) {
    boost::system::error_code cancelled;
    while (!stopped_) {
        auto const pause = co_await take_turn(plan);
        if (stopped_) {
            break;
        }
        timer.expires_after(pause);
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

asio::awaitable<base::Millis> Scheduler::take_turn(DutyPlan const& plan) {
    try {
        auto const turn = co_await pool_.run([&] { return clerk_.turn(plan); });
        if (turn.ran && !turn.outcome.result.empty()) {
            log_.info("duty", plan.name, {{"result", turn.outcome.result}});
        }
        co_return turn.outcome.again ? base::Millis{} : std::min(plan.every, longest_sleep);
    } catch (adapters::Unavailable const& error) {
        log_.error("duty", plan.name + " failed", {{"why", error.what()}});
    }
    co_return after_failure;
}

}  // namespace worker
