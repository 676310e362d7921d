// The wait ends by time or because the timer was cancelled; either is a wake-up.
#include "adapters/wakeups/timer.h"

#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace adapters::wakeups {

namespace asio = boost::asio;

Timer::Timer(asio::any_io_executor const& executor, base::Millis limit)
    : timer_{executor}, limit_{limit} {}

asio::awaitable<void> Timer::wait(base::Millis at_most) {
    if (!poked_) {
        timer_.expires_after(std::min(at_most, limit_));
        co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    poked_ = false;
}

void Timer::poke() {
    poked_ = true;
    timer_.cancel();
}

}  // namespace adapters::wakeups
