#include "worker/webhooks/deliverer.h"

#include <algorithm>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/rethrow.h"
#include "wire/notice_json.h"

namespace worker {

namespace asio = boost::asio;

namespace {

using Steady = std::chrono::steady_clock;

constexpr int lanes_a_parcel = 8;
constexpr int messages_a_lane = 16;
constexpr base::Millis look_every{500};
constexpr base::Millis after_trouble{2'000};

Gate::Limits limits_of(config::Webhooks const& settings) {
    return {.at_once = settings.concurrency,
            .first_pause = std::min(settings.first_retry, settings.longest_retry),
            .longest_pause = std::min(base::Millis{300'000}, settings.longest_retry),
            .slow = std::min(base::Millis{2'000}, settings.timeout)};
}

}  // namespace

// One thread more than deliveries at once, for claims.
Deliverer::Deliverer(asio::any_io_executor executor, adapters::Store& store,
                     config::Webhooks const& settings, Log& log)
    : executor_{std::move(executor)},
      store_{store},
      log_{log},
      sender_{settings},
      gate_{limits_of(settings)},
      pool_{static_cast<std::size_t>(settings.concurrency) + 1},
      timer_{executor_} {}

asio::awaitable<void> Deliverer::run() {
    while (!stopped_) {
        base::Millis wait = look_every;
        try {
            bool const more = co_await begin_more();
            wait = more ? base::Millis{0} : look_every;
        } catch (adapters::Unavailable const& error) {
            log_.error("webhooks", "messages can't be taken", {{"why", error.what()}});
            wait = after_trouble;
        }
        if (wait.count() > 0) {
            co_await pause(wait);
        }
    }
}

// True where there may be more that can be begun at once.
asio::awaitable<bool> Deliverer::begin_more() {
    poked_ = false;
    auto const room = gate_.room(Steady::now());
    if (room.targets <= 0) {
        co_return false;
    }
    auto take = [&] { return claim(room); };
    auto parcels = co_await pool_.run(std::move(take));
    bool const came_round = parcels.empty() && !after_.empty();
    after_ = std::ssize(parcels) < room.targets ? "" : parcels.back().target;
    for (auto& parcel : parcels) {
        gate_.begin(parcel.target);
        asio::co_spawn(executor_, deliver(std::move(parcel)), base::rethrow);
    }
    co_return came_round || std::ssize(parcels) == room.targets;
}

std::vector<Parcel> Deliverer::claim(Gate::Room const& room) {
    auto const began = Steady::now();
    auto claimed = store_.outbox().claim({.targets = room.targets,
                                          .lanes = lanes_a_parcel,
                                          .messages = messages_a_lane,
                                          .lease = sender_.lease(),
                                          .after = after_,
                                          .skip = room.skip,
                                          .only = room.only});
    std::vector<Parcel> parcels;
    for (auto& lane : claimed.lanes) {
        if (parcels.empty() || parcels.back().target != lane.target) {
            parcels.push_back({.target = lane.target, .claimed_at = claimed.now, .began = began});
        }
        parcels.back().lanes.push_back(std::move(lane));
    }
    return parcels;
}

asio::awaitable<void> Deliverer::deliver(Parcel parcel) {
    Sent sent;
    std::string trouble;
    auto work = [&] {
        sent = sender_.send(parcel, [this] { return stopped_.load(); });
        try {
            store_.outbox().report(sent.reports);
        } catch (adapters::Unavailable const& error) {
            trouble = error.what();  // they are due again when the lease is over
        }
        return 0;
    };
    co_await pool_.run(std::move(work));
    if (!trouble.empty()) {
        log_.error("webhooks", "what became of messages was not stored, they may arrive again",
                   {{"why", trouble}});
    }
    gate_.end(parcel.target, sent.ended, Steady::now());
    tell(parcel, sent);
    if (on_sent) {
        on_sent(parcel.target, sent);
    }
    poke();
}

void Deliverer::tell(Parcel const& parcel, Sent const& sent) const {
    for (auto const& each : sent.tries) {
        if (each.state == adapters::MessageState::delivered) {
            continue;
        }
        bool const dead = each.state == adapters::MessageState::dead;
        log_.warning("webhooks", dead ? "a message is given up" : "a message did not get through",
                     {{"target", parcel.target},
                      {"message", wire::message_id(each.id)},
                      {"event", each.kind},
                      {"attempt", static_cast<std::int64_t>(each.attempt)},
                      {"why", each.error}});
    }
}

asio::awaitable<void> Deliverer::pause(base::Millis at_most) {
    if (poked_ || stopped_) {
        co_return;
    }
    boost::system::error_code cancelled;
    timer_.expires_after(at_most);
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

// One at a time is on its way to the loop, however many come.
void Deliverer::poke() {
    if (!poked_.exchange(true)) {
        asio::post(executor_, [this] { timer_.cancel(); });
    }
}

void Deliverer::stop() {
    stopped_ = true;
    timer_.cancel();
}

}  // namespace worker
