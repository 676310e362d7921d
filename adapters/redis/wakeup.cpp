#include "adapters/redis/wakeup.h"

#include <cstdint>

#include <sys/eventfd.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "adapters/store.h"

namespace adapters::redis {

namespace asio = boost::asio;

namespace {

// A subscriber hears nothing for as long as nothing happens, or for as long as the line is dead.
constexpr base::Millis quiet_for{10'000};

int make_bell() {
    int const fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0) {
        throw Unavailable{"redis: no file descriptor left; raise the limit (ulimit -n)"};
    }
    return fd;
}

}  // namespace

RedisWakeup::RedisWakeup(asio::any_io_executor executor, Settings const& settings, Tell tell)
    : keys_{settings.prefix},
      timer_{executor},
      bell_{executor, make_bell()},
      bell_fd_{bell_.native_handle()},
      keeper_{settings, [this](Link& link, auto const& well) { serve(link, well); },
              std::move(tell)} {}

asio::awaitable<void> RedisWakeup::wait(base::Millis at_most) {
    using namespace asio::experimental::awaitable_operators;
    auto const token = asio::as_tuple(asio::use_awaitable);
    if (!poked_) {
        timer_.expires_after(at_most);
        auto rung = bell_.async_wait(asio::posix::descriptor_base::wait_read, token);
        auto over = timer_.async_wait(token);
        co_await (std::move(rung) || std::move(over));
    }
    poked_ = false;
    forget_rings();
}

void RedisWakeup::poke() {
    poked_ = true;
    timer_.cancel();
}

void RedisWakeup::forget_rings() {
    std::uint64_t rings = 0;
    // There may be none, and many are as good as one.
    [[maybe_unused]] auto const count = ::read(bell_fd_, &rings, sizeof rings);
}

void RedisWakeup::ring() const {
    std::uint64_t const one = 1;
    [[maybe_unused]] auto const count = ::write(bell_fd_, &one, sizeof one);
}

void RedisWakeup::serve(Link& link, std::function<void()> const& well) const {
    checked(link.command({"SUBSCRIBE", keys_.wake()}), link.where());
    well();
    ring();
    bool asked = false;
    while (true) {
        auto const message = link.next(quiet_for);
        if (message) {
            asked = false;
            if (checked(*message, link.where()).at(0).text == "message") {
                ring();
            }
        } else if (asked) {
            throw Unavailable{link.where() + " has fallen silent; is it cut off?"};
        } else {
            link.send({"PING"});
            asked = true;
        }
    }
}

}  // namespace adapters::redis
