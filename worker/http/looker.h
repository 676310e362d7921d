// A blocking look at something, at most one at a time and not more often than it is worth, for all
// who ask meanwhile. Nobody waits longer for it than they want, however long the look takes: it has
// a thread of its own.
#pragma once

#include <chrono>
#include <functional>
#include <set>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/time.h"
#include "worker/blocking_pool.h"

namespace worker::http {

class Looker {
public:
    // `look` runs on the thread. When it throws adapters::Unavailable that is the trouble. Whatever
    // it works with must outlive this. Used on the executor's thread only.
    Looker(boost::asio::any_io_executor executor, std::function<void()> look);
    Looker(Looker const&) = delete;
    Looker& operator=(Looker const&) = delete;
    ~Looker();

    // Sees to it that the last look is not older than this, unless that takes longer than that.
    // Looks that are expensive come less often: a twentieth of the time goes into them at the most.
    boost::asio::awaitable<void> refresh(base::Millis max_age, base::Millis at_most);

    // What went wrong at the last look, or that it takes too long; empty: nothing.
    [[nodiscard]] std::string trouble(base::Millis patience) const;

    // Whether a look has ever come to a good end.
    [[nodiscard]] bool has_seen() const { return has_seen_; }

    [[nodiscard]] base::Millis cost() const { return cost_; }

private:
    using Clock = std::chrono::steady_clock;

    // Somebody who waits for the end of the look; leaves the list when it goes.
    struct Waiter {
        Waiter(Looker& looker, base::Millis at_most);
        Waiter(Waiter const&) = delete;
        Waiter& operator=(Waiter const&) = delete;
        ~Waiter();

        Looker& home;
        boost::asio::steady_timer timer;
    };

    boost::asio::awaitable<void> ask();

    boost::asio::any_io_executor executor_;
    std::function<void()> look_;
    BlockingPool pool_{1};
    std::set<Waiter*> waiting_;
    bool looking_ = false;
    bool has_looked_ = false;
    bool has_seen_ = false;
    std::string trouble_;
    base::Millis cost_{};
    Clock::time_point began_;
    Clock::time_point ended_;
};

}  // namespace worker::http
