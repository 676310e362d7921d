// The running program: owns every part, in the order in which they depend on each other, and stops
// them in the order quiet, drain, stop.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "adapters/store.h"
#include "adapters/wakeup.h"
#include "config/settings.h"
#include "worker/blocking_pool.h"
#include "worker/compose.h"
#include "worker/duties.h"
#include "worker/http_part.h"
#include "worker/identity.h"
#include "worker/input_meter.h"
#include "worker/late_watch.h"
#include "worker/log.h"
#include "worker/measuring.h"
#include "worker/metrics/meters.h"
#include "worker/output_meter.h"
#include "worker/pace.h"
#include "worker/payments.h"
#include "worker/price_shelf.h"
#include "worker/redis_parts.h"
#include "worker/relay.h"
#include "worker/result_parts.h"
#include "worker/run.h"
#include "worker/runner.h"
#include "worker/scheduler.h"
#include "worker/wakeups.h"
#include "worker/webhooks/deliverer.h"

namespace worker {

class App {
public:
    App(config::Settings const& settings, pricing::Book book, Parts parts);
    App(App const&) = delete;
    App& operator=(App const&) = delete;
    ~App();

    // Until a signal stops it.
    void run();

private:
    boost::asio::awaitable<void> obey_signals();
    boost::asio::awaitable<void> shut_down();
    boost::asio::awaitable<void> tell_pace();
    [[nodiscard]] bool busy() const { return !runner_.idle() || !late_watch_.idle(); }

    boost::asio::awaitable<void> wait_until_idle(base::Millis at_most);
    PriceReload reload_prices();
    std::vector<DutyPlan> duties();
    void start_http();
    void start_deliveries();
    std::unique_ptr<adapters::Store> store_with_news();
    [[nodiscard]] std::unique_ptr<metrics::Meters> make_meters() const;
    Providers metered_providers();
    std::optional<std::filesystem::path> first_admin_key();
    void announce() const;

    config::Settings const& settings_;
    Parts parts_;
    Log log_;
    std::string name_;
    std::unique_ptr<Payments> payments_;  // null where nobody is paid
    RedisParts redis_;
    Relay relay_;  // news of commits, for the HTTP face
    Pace pace_;
    PriceShelf shelf_;
    std::unique_ptr<metrics::Meters> meters_;    // null where there is no HTTP
    std::atomic<Deliverer*> to_poke_ = nullptr;  // once there is one
    std::unique_ptr<adapters::Store> store_;
    std::unique_ptr<adapters::Presence> presence_;
    CrewOnDemand crew_;
    InputMeter input_meter_;
    OutputMeter output_meter_;
    ResultParts results_;
    boost::asio::io_context io_{1};
    BlockingPool pool_{2};
    BlockingPool duty_pool_{3};  // of which one may wait for payment platforms
    boost::asio::signal_set signals_;
    boost::asio::steady_timer drain_timer_;
    boost::asio::steady_timer pace_timer_;
    std::unique_ptr<adapters::Wakeup> wakeup_;
    Providers providers_;
    std::unique_ptr<adapters::RateLimit> provider_rate_;  // null where there is no Redis
    Runner runner_;
    LateWatch late_watch_;
    DutyClerk clerk_;
    Scheduler scheduler_;
    std::optional<Deliverer> deliverer_;  // none where only HTTP is answered
    std::unique_ptr<adapters::identity::KeySet> token_keys_;
    std::unique_ptr<adapters::RateLimit> rate_;
    std::optional<HttpPart> http_;
    bool http_stopped_ = false;
    bool pace_stopped_ = false;
    int stop_signals_ = 0;
};

}  // namespace worker
