// Wakes when somebody announces in Redis that jobs can be claimed. While Redis is away this is a
// timer; when it is back it wakes once, since something may have been missed.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "adapters/redis/keeper.h"
#include "adapters/redis/keys.h"
#include "adapters/redis/settings.h"
#include "adapters/wakeup.h"

namespace adapters::redis {

class RedisWakeup final : public Wakeup {
public:
    RedisWakeup(boost::asio::any_io_executor executor, Settings const& settings, Tell tell);

    boost::asio::awaitable<void> wait(base::Millis at_most) override;
    void poke() override;

private:
    void serve(Link& link, std::function<void()> const& well) const;
    void ring() const;
    void forget_rings();

    Keys keys_;
    boost::asio::steady_timer timer_;
    // An eventfd, by which the thread that listens wakes the one that waits.
    boost::asio::posix::stream_descriptor bell_;
    int bell_fd_ = -1;
    bool poked_ = false;
    Keeper keeper_;  // last: its thread uses the others
};

}  // namespace adapters::redis
