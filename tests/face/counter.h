// The face without sockets, over the desk's store: requests in, answers out. The desk is everybody
// else: workers, other processes, the operator.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/value.hpp>

#include "tests/jobs/desk.h"
#include "tests/support/flaky_store.h"
#include "worker/cash_desk.h"
#include "worker/http/audit_desk.h"
#include "worker/http/authenticate.h"
#include "worker/http/collector.h"
#include "worker/http/face.h"
#include "worker/http/input_desk.h"
#include "worker/http/operations.h"
#include "worker/http/payment_desk.h"
#include "worker/http/watch.h"
#include "worker/inquiries.h"

namespace tests {

using adapters::http::Header;
using adapters::http::Request;
using adapters::http::Response;

struct Who {
    std::string user;
    std::vector<adapters::Scope> scopes;
};

Who a_user(std::string user = "u1");
Who a_key(std::vector<adapters::Scope> scopes = {adapters::Scope::jobs});
inline Who const nobody{};

// Holds nothing, or what a test says.
class Shelf final : public adapters::ArtifactStore {
public:
    std::function<std::expected<std::string, adapters::StorageError>()> on_read = [] {
        return std::unexpected{adapters::StorageError{.code = "not_found", .message = {}}};
    };

    std::expected<void, adapters::StorageError> put(std::string_view, std::filesystem::path const&,
                                                    std::string_view) override {
        return {};
    }

    std::expected<std::string, adapters::StorageError> read(std::string_view, std::uint64_t,
                                                            std::uint64_t) override {
        return on_read();
    }

    std::expected<std::optional<std::uint64_t>, adapters::StorageError> size(
        std::string_view) override {
        return std::nullopt;
    }

    std::expected<void, adapters::StorageError> remove(std::string_view) override { return {}; }

    std::expected<std::vector<adapters::Artifact>, adapters::StorageError> list(std::string_view,
                                                                                int) override {
        return {};
    }
};

class Counter {
public:
    explicit Counter(worker::http::InputRule rule = {}, base::Millis max_age = base::Millis{200});
    Counter(Counter const&) = delete;
    Counter& operator=(Counter const&) = delete;
    ~Counter();

    Desk desk;
    support::FlakyStore store;  // the desk's, as the face sees it
    config::Settings settings;
    boost::asio::io_context io{1};
    worker::BlockingPool pool{2};
    worker::BlockingPool objects{1};
    Shelf shelf;
    std::unique_ptr<worker::Log> log = worker::Log::silent();
    worker::http::Watch watch;
    worker::http::Collector collector;
    worker::http::InputDesk inputs;
    worker::metrics::Meters meters{{"tts"}, {}};
    worker::http::Operations operations{io.get_executor(), store, meters, {}};
    worker::Payments no_platforms;
    worker::http::PaymentDesk payments{{.store = store,
                                        .payments = no_platforms,
                                        .rules = desk.rules,
                                        .log = *log,
                                        .meters = meters.payments}};
    worker::Inquiring inquiring{
        .store = store, .payments = no_platforms, .send = {}, .rules = desk.rules, .log = *log};
    worker::CashDesk cash{
        {.payments = no_platforms, .settings = settings.payments, .send = {}, .log = *log}};
    worker::http::AuditDesk audits{store, settings};
    worker::http::Authenticator door{{.store = store, .pool = pool}};
    worker::http::Face face;

    struct More {
        std::string body;
        std::vector<Header> headers;
    };

    Response ask(Who const& who, std::string const& method, std::string const& target,
                 More const& more = {});

    Response get(Who const& who, std::string const& target) { return ask(who, "GET", target); }

    Response post(Who const& who, std::string const& target, std::string const& body = "") {
        return ask(who, "POST", target, {.body = body, .headers = {}});
    }

    // Begins, and goes on with the loop; the answer comes later.
    void begin(Who const& who, std::string const& method, std::string const& target,
               More const& more, std::function<void(Response)> then);

    // The next piece of a stream.
    std::string next(Response& response);
    bool over(Response& response);

    // Runs the loop until then; the test fails after five seconds.
    void until(std::function<bool()> const& reached);
    void idle(base::Millis time);

    // The desk's worker starts the next job; the worker completes it.
    base::JobId start();
    void progress(base::JobId id, int percent);
    void complete(base::JobId id, std::string const& result = R"({"ok":true})");

    base::JobId submit(std::string const& user = "u1");

private:
    Request request(Who const& who, std::string const& method, std::string const& target,
                    More const& more) const;
};

boost::json::value body_of(Response const& response);
std::string text_of(Response const& response);
std::string header_of(Response const& response, std::string_view name);
std::string code_of(Response const& response);  // of a problem

}  // namespace tests
