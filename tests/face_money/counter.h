// The calls about money without a server: a request goes through the table to its handler, over a
// memory store, and comes back as status and JSON.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>

#include "adapters/store.h"
#include "config/load.h"
#include "worker/http/collector.h"
#include "worker/http/input_desk.h"
#include "worker/http/money.h"
#include "worker/http/route.h"
#include "worker/http/sync_desk.h"
#include "worker/http/till.h"
#include "worker/http/watch.h"
#include "worker/log.h"

namespace tests {

struct Reply {
    int status = 0;
    boost::json::object json;

    [[nodiscard]] std::string text(char const* name) const;
    [[nodiscard]] std::int64_t number(char const* name) const;
};

class Counter {
public:
    Counter();
    Counter(Counter const&) = delete;
    Counter& operator=(Counter const&) = delete;
    ~Counter();

    base::Timestamp now = base::from_ms(1'772'323'200'000);  // 2026-03-01
    config::Settings settings;
    pricing::Book book = config::default_book();
    std::string languages;  // Accept-Language
    adapters::Caller caller{.key = 1, .name = "shop", .scopes = {adapters::Scope::credits}};
    std::unique_ptr<adapters::Store> store;

    // "/api/credits/history/u1?limit=2"
    Reply ask(std::string const& method, std::string const& target, std::string const& body = "");

    Reply get(std::string const& target) { return ask("GET", target); }

    Reply post(std::string const& target, std::string const& body) {
        return ask("POST", target, body);
    }

    void be_user(std::string const& user) { caller = {.user = user}; }

    void be_key(adapters::Scope scope) { caller = {.key = 1, .name = "key", .scopes = {scope}}; }

    // Whether a caller of that kind gets past the table.
    bool let_in(std::string const& method, std::string const& target);

private:
    worker::http::Router::Found find(std::string const& method, std::string const& target);

    boost::asio::io_context io_;
    worker::BlockingPool pool_{2};
    std::unique_ptr<worker::Log> log_;
    std::unique_ptr<worker::http::Watch> watch_;
    std::unique_ptr<worker::http::Collector> collector_;
    worker::http::InputDesk inputs_;
    std::unique_ptr<worker::http::SyncDesk> sync_;
    std::unique_ptr<worker::http::Till> till_;
    std::unique_ptr<worker::http::Office> office_;
    worker::http::Router router_;
};

}  // namespace tests
