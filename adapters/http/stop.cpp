// How a server comes to its end.
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "adapters/http/core.h"

namespace adapters::http {

namespace asio = boost::asio;

namespace {

constexpr base::Millis to_fall_apart{1'000};

}  // namespace

asio::awaitable<void> Core::stop(base::Millis at_most) {
    stopping = true;
    for (auto at = connections_.begin(); at != connections_.end();) {
        auto const& connection = *at++;  // it may be gone afterwards
        connection->stop();
    }
    co_await wait_until_empty(at_most);
    kill_all();
    co_await wait_until_empty(to_fall_apart);
    close();
}

void Core::abandon() {
    stopping = true;
    kill_all();
    close();
}

void Core::close() {
    closed_ = true;
    tick_.cancel();
}

void Core::kill_all() {
    for (auto at = connections_.begin(); at != connections_.end();) {
        auto const& connection = *at++;  // it may be gone afterwards
        connection->kill();
    }
}

asio::awaitable<void> Core::wait_until_empty(base::Millis at_most) {
    if (connections_.empty()) {
        co_return;
    }
    error_code cancelled;
    empty_.expires_after(at_most);
    co_await empty_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

}  // namespace adapters::http
