// Takes a request through the table and runs the loop until it is answered.
#include "tests/face_money/counter.h"

#include <chrono>
#include <future>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include "adapters/memory/open.h"

namespace tests {

namespace {

namespace http = worker::http;

std::vector<std::string> split(std::string_view text, char mark) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        auto const at = text.find(mark);
        if (auto const part = text.substr(0, at); !part.empty()) {
            parts.emplace_back(part);
        }
        text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    }
    return parts;
}

}  // namespace

std::string Reply::text(char const* name) const {
    return std::string{json.at(name).as_string()};
}

std::int64_t Reply::number(char const* name) const {
    return json.at(name).to_number<std::int64_t>();
}

Counter::Counter()
    : store{adapters::open_memory({.clock = [this] { return now; }})},
      log_{worker::Log::silent()},
      watch_{std::make_unique<http::Watch>(io_.get_executor(), *store, pool_)},
      collector_{std::make_unique<http::Collector>(io_.get_executor(), *store, pool_,
                                                   settings.rules, [this] { return book; })},
      sync_{std::make_unique<http::SyncDesk>(io_.get_executor(), *store, pool_, settings.rules)},
      till_{std::make_unique<http::Till>(io_.get_executor(), *store, pool_, settings.rules,
                                         [this] { return book; })},
      office_{std::make_unique<http::Office>(http::Office{.store = *store,
                                                          .pool = pool_,
                                                          .settings = settings,
                                                          .book = [this] { return book; },
                                                          .log = *log_,
                                                          .watch = *watch_,
                                                          .collector = *collector_,
                                                          .inputs = inputs_,
                                                          .reload_prices = {},
                                                          .sync = sync_.get(),
                                                          .till = till_.get()})},
      router_{{http::credits_routes(), http::credits_view_routes(), http::statement_routes(),
               http::points_routes(), http::sync_routes(), http::sync_admin_routes(),
               http::freeze_routes()}} {}

Counter::~Counter() {
    pool_.join();
}

http::Router::Found Counter::find(std::string const& method, std::string const& target) {
    return router_.find(method, split(target.substr(0, target.find('?')), '/'));
}

bool Counter::let_in(std::string const& method, std::string const& target) {
    return http::may(caller, find(method, target).route->access);
}

Reply Counter::ask(std::string const& method, std::string const& target, std::string const& body) {
    auto const found = find(method, target);
    EXPECT_NE(found.route, nullptr) << method << " " << target;
    adapters::http::Request request{.method = method, .body = body};
    if (auto const mark = target.find('?'); mark != std::string::npos) {
        for (auto const& pair : split(target.substr(mark + 1), '&')) {
            auto const equals = pair.find('=');
            request.query.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
        }
    }
    if (!languages.empty()) {
        request.headers.push_back({"accept-language", languages});
    }
    http::Call call{.request = std::move(request),
                    .caller = caller,
                    .parts = found.parts,
                    .language = http::language_of(languages),
                    .office = *office_};
    auto answer = boost::asio::co_spawn(io_, found.route->handle(call), boost::asio::use_future);
    io_.restart();
    while (answer.wait_for(std::chrono::seconds{0}) != std::future_status::ready) {
        io_.run_one();
    }
    auto const response = answer.get();
    auto const& text = std::get<std::string>(response.body);
    return {.status = response.status, .json = boost::json::parse(text).as_object()};
}

}  // namespace tests
