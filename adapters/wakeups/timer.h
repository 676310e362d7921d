// The plainest wake-up: waits as long as it was told, but no longer than its own limit, or until it
// is poked.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "adapters/wakeup.h"

namespace adapters::wakeups {

class Timer final : public Wakeup {
public:
    explicit Timer(boost::asio::any_io_executor const& executor,
                   base::Millis limit = base::Millis::max());

    boost::asio::awaitable<void> wait(base::Millis at_most) override;
    void poke() override;

private:
    boost::asio::steady_timer timer_;
    base::Millis limit_;
    bool poked_ = false;
};

}  // namespace adapters::wakeups
