// The HTTP face as a part of the running program: the server, what it hands requests to, and what
// that works with.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "adapters/http/server.h"
#include "adapters/identity/key_set.h"
#include "adapters/rate_limit.h"
#include "adapters/store.h"
#include "config/settings.h"
#include "pricing/book.h"
#include "worker/blocking_pool.h"
#include "worker/cash_desk.h"
#include "worker/http/audit_desk.h"
#include "worker/http/authenticate.h"
#include "worker/http/collector.h"
#include "worker/http/face.h"
#include "worker/http/hint_desk.h"
#include "worker/http/input_desk.h"
#include "worker/http/operations.h"
#include "worker/http/payment_desk.h"
#include "worker/http/sync_desk.h"
#include "worker/http/till.h"
#include "worker/http/watch.h"
#include "worker/input_meter.h"
#include "worker/inquiries.h"
#include "worker/log.h"
#include "worker/metrics/disk_meters.h"
#include "worker/metrics/meters.h"
#include "worker/metrics/redis_meters.h"
#include "worker/redis_parts.h"

namespace worker {

struct HttpNeeds {
    adapters::Store& store;
    config::Settings const& settings;
    Log& log;
    std::function<pricing::Book()> book;
    std::function<PriceReload()> reload_prices;
    // Whether a price of the service asks for the length of its input.
    std::function<bool(std::string const& service)> measures_input;
    InputMeter& meter;
    adapters::identity::KeySet* keys = nullptr;  // of tokens; null: there are no users
    adapters::RateLimit* rate = nullptr;         // null: this process counts for itself
    RedisParts* redis = nullptr;                 // null: there is none
    metrics::Meters& meters;
    Payments const& payments;
    std::function<ProviderStates()> provider_states{};
    adapters::ArtifactStore* artifacts = nullptr;  // null: files are on this disk only
    // Has the provider of a job asked at once, if that job runs here.
    std::function<void(base::JobId)> on_hint;
    int port = 8420;
};

class HttpPart {
public:
    // Listens at once; what it needs must outlive it. Throws std::system_error where it can't
    // listen, naming the address.
    HttpPart(boost::asio::any_io_executor executor, HttpNeeds needs);
    HttpPart(HttpPart const&) = delete;
    HttpPart& operator=(HttpPart const&) = delete;
    // The loop must have come to its end.
    ~HttpPart();

    [[nodiscard]] std::string address() const { return server_->address(); }

    adapters::Announcer& announcer() { return watch_; }

    // Keeps what is looked at up to date, until `stop`.
    boost::asio::awaitable<void> keep_watch() { return watch_.run(); }

    // Lets requests come to their end, for so long at the most; streams end at once.
    boost::asio::awaitable<void> stop(base::Millis at_most);

    void reload();  // the certificate

private:
    http::Office office_with(HttpNeeds& needs);
    void look();

    Log& log_;
    BlockingPool pool_{4};
    BlockingPool platforms_{16};  // of those who wait for payment platforms
    BlockingPool objects_{8};     // of those who wait for files that are kept as objects
    http::Authenticator authenticator_;
    http::Watch watch_;
    http::Collector collector_;
    http::InputDesk inputs_;
    http::SyncDesk sync_;
    http::Till till_;
    http::PaymentDesk payments_;
    CashDesk cash_;
    Inquiring inquiring_;
    http::HintDesk hints_;
    http::AuditDesk audits_;
    metrics::Meters& meters_;
    RedisParts* redis_;
    std::optional<metrics::RedisMeters> redis_meters_;
    metrics::DiskMeters disk_meters_;
    http::Operations operations_;
    http::Face face_;
    std::unique_ptr<adapters::http::Server> server_;
};

}  // namespace worker
