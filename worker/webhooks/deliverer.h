// Takes messages out of the outbox and has them delivered, several receivers at once, until told to
// stop. Any number of processes may do this on one store. What a process that dies had taken is due
// again when its lease is over, and may then arrive a second time.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "adapters/store.h"
#include "config/settings.h"
#include "worker/blocking_pool.h"
#include "worker/log.h"
#include "worker/webhooks/gate.h"
#include "worker/webhooks/sender.h"

namespace worker {

class Deliverer {
public:
    // All of it must outlive this.
    Deliverer(boost::asio::any_io_executor executor, adapters::Store& store,
              config::Webhooks const& settings, Log& log);

    boost::asio::awaitable<void> run();

    // There may be something new. From any thread.
    void poke();

    // No more messages are begun; those under way come to their end, which takes a time-out or so.
    void stop();

    // Once the loop has ended: waits for what is still on the pool.
    void join() { pool_.join(); }

    // Of each parcel that is over; on the executor's thread.
    std::function<void(std::string const& target, Sent const& sent)> on_sent;

private:
    boost::asio::awaitable<bool> begin_more();
    boost::asio::awaitable<void> deliver(Parcel parcel);
    boost::asio::awaitable<void> pause(base::Millis at_most);
    [[nodiscard]] std::vector<Parcel> claim(Gate::Room const& room);
    void tell(Parcel const& parcel, Sent const& sent) const;

    boost::asio::any_io_executor executor_;
    adapters::Store& store_;
    Log& log_;
    Sender sender_;
    Gate gate_;
    BlockingPool pool_;
    boost::asio::steady_timer timer_;
    std::string after_;  // targets are taken in turn, by name
    std::atomic<bool> poked_ = false;
    std::atomic<bool> stopped_ = false;
};

}  // namespace worker
