#include "worker/http/looker.h"

#include <algorithm>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "adapters/store.h"
#include "base/rethrow.h"

namespace worker::http {

namespace asio = boost::asio;

namespace {

constexpr int share = 20;  // of the time between two looks, one part goes into a look

}  // namespace

Looker::Looker(asio::any_io_executor executor, std::function<void()> look)
    : executor_{std::move(executor)}, look_{std::move(look)} {}

Looker::~Looker() {
    pool_.join();
}

Looker::Waiter::Waiter(Looker& looker, base::Millis at_most)
    : home{looker}, timer{looker.executor_, at_most} {
    home.waiting_.insert(this);
}

Looker::Waiter::~Waiter() {
    home.waiting_.erase(this);
}

asio::awaitable<void> Looker::refresh(base::Millis max_age, base::Millis at_most) {
    auto const now = Clock::now();
    auto const pace = std::max(max_age, cost_ * share);
    if (!looking_ && has_looked_ && now < ended_ + pace) {
        co_return;
    }
    if (!looking_) {
        looking_ = true;
        began_ = now;
        asio::co_spawn(executor_, ask(), base::rethrow);
    }
    Waiter waiter{*this, at_most};
    boost::system::error_code cancelled;
    co_await waiter.timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

std::string Looker::trouble(base::Millis patience) const {
    if (looking_ && Clock::now() >= began_ + patience) {
        return "no answer within " + base::to_text(patience);
    }
    return trouble_;
}

asio::awaitable<void> Looker::ask() {
    std::string trouble;
    try {
        co_await pool_.run([this] { look_(); });
    } catch (adapters::Unavailable const& error) {
        trouble = error.what();
    }
    has_seen_ = has_seen_ || trouble.empty();
    trouble_ = std::move(trouble);
    ended_ = Clock::now();
    cost_ = std::chrono::duration_cast<base::Millis>(ended_ - began_);
    has_looked_ = true;
    looking_ = false;
    for (auto* const waiter : waiting_) {
        waiter->timer.cancel();
    }
}

}  // namespace worker::http
