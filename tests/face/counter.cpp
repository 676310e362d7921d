// Plain functions over the parts of the face.
#include "tests/face/counter.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "base/rethrow.h"

namespace tests {

namespace asio = boost::asio;

namespace {

using Admission = std::expected<worker::http::Guest, worker::http::Problem>;

// Whoever says who it is is believed.
asio::awaitable<Admission> believe(Request const& request) {
    adapters::Caller caller{.user = std::string{request.header("test-user")}};
    caller.scopes = adapters::parse_scopes(request.header("test-scopes"));
    if (caller.user.empty() && caller.scopes.empty()) {
        co_return std::unexpected{worker::http::not_authenticated()};
    }
    co_return worker::http::Guest{.caller = std::move(caller), .headers = {}};
}

void split(std::string_view target, Request& request) {
    auto const question = target.find('?');
    auto path = target.substr(0, question);
    while (!path.empty()) {
        path.remove_prefix(1);
        auto const slash = path.find('/');
        request.path.emplace_back(path.substr(0, slash));
        path.remove_prefix(std::min(slash, path.size()));
    }
    auto query = question == std::string_view::npos ? "" : target.substr(question + 1);
    while (!query.empty()) {
        auto const part = query.substr(0, query.find('&'));
        auto const equals = part.find('=');
        request.query.emplace_back(part.substr(0, equals), part.substr(equals + 1));
        query.remove_prefix(std::min(query.size(), part.size() + 1));
    }
}

}  // namespace

Who a_user(std::string user) {
    return {.user = std::move(user), .scopes = {}};
}

Who a_key(std::vector<adapters::Scope> scopes) {
    return {.user = {}, .scopes = std::move(scopes)};
}

Counter::Counter(worker::http::InputRule rule, base::Millis max_age)
    : store{*desk.store, support::FlakyStore::flawless()},
      watch{io.get_executor(), store, pool, {.max_age = max_age, .every = base::Millis{50}}},
      collector{io.get_executor(), store, pool, desk.rules, [this] { return desk.book; }},
      inputs{std::move(rule)},
      face{{.store = store,
            .pool = pool,
            .settings = settings,
            .book = [this] { return desk.book; },
            .log = *log,
            .watch = watch,
            .collector = collector,
            .inputs = inputs,
            .reload_prices = [] { return worker::PriceReload{}; },
            .operations = &operations,
            .payments = &payments,
            .cash = &cash,
            .inquiring = &inquiring,
            .artifacts = &shelf,
            .platforms = &pool,
            .objects = &objects,
            .audits = &audits,
            .door = &door},
           believe,
           worker::http::all_tables()} {
    asio::co_spawn(io, watch.run(), base::rethrow);
}

Counter::~Counter() {
    watch.stop();
    io.poll();
    objects.join();
    pool.join();
    io.poll();
    EXPECT_EQ(desk.audit(), "");
}

Request Counter::request(Who const& who, std::string const& method, std::string const& target,
                         More const& more) const {
    Request request{.method = method, .headers = more.headers, .body = more.body, .id = "r1"};
    split(target, request);
    if (!who.user.empty()) {
        request.headers.push_back({"test-user", who.user});
    }
    if (!who.scopes.empty()) {
        request.headers.push_back({"test-scopes", adapters::to_text(who.scopes)});
    }
    return request;
}

void Counter::begin(Who const& who, std::string const& method, std::string const& target,
                    More const& more, std::function<void(Response)> then) {
    auto task = [](Counter& counter, Request asked,
                   std::function<void(Response)> done) -> asio::awaitable<void> {
        Response response = co_await counter.face.handle(std::move(asked));
        done(std::move(response));
    };
    asio::co_spawn(io, task(*this, request(who, method, target, more), std::move(then)),
                   base::rethrow);
}

Response Counter::ask(Who const& who, std::string const& method, std::string const& target,
                      More const& more) {
    std::optional<Response> answer;
    auto task = [](Counter& counter, Request asked,
                   std::optional<Response>& out) -> asio::awaitable<void> {
        Response response = co_await counter.face.handle(std::move(asked));
        out = std::move(response);
    };
    asio::co_spawn(io, task(*this, request(who, method, target, more), answer), base::rethrow);
    until([&] { return answer.has_value(); });
    return std::move(answer.value());
}

std::string Counter::next(Response& response) {
    auto& stream = *std::get<std::unique_ptr<adapters::http::StreamBody>>(response.body);
    std::optional<std::string> piece;
    bool there = false;
    auto task = [](adapters::http::StreamBody& body, std::optional<std::string>& out,
                   bool& done) -> asio::awaitable<void> {
        out = co_await body.next();
        done = true;
    };
    asio::co_spawn(io, task(stream, piece, there), base::rethrow);
    until([&] { return there; });
    return piece.value_or("(over)");
}

bool Counter::over(Response& response) {
    return next(response) == "(over)";
}

void Counter::until(std::function<bool()> const& reached) {
    auto const end = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (!reached()) {
        ASSERT_LT(std::chrono::steady_clock::now(), end) << "it did not come true in time";
        io.run_for(std::chrono::milliseconds{5});
        io.restart();
    }
}

void Counter::idle(base::Millis time) {
    io.run_for(time);
    io.restart();
}

base::JobId Counter::start() {
    auto const started = desk.claim("w1");
    EXPECT_EQ(started.size(), 1U);
    return started.empty() ? base::JobId{} : started.front().job.id;
}

void Counter::progress(base::JobId id, int percent) {
    desk.report({.job = id, .attempt = desk.job(id).attempt, .progress = percent});
}

void Counter::complete(base::JobId id, std::string const& result) {
    auto const job = desk.job(id);
    desk.report(
        {.job = id, .attempt = job.attempt, .said = jobs::Said::completed, .result = result});
}

base::JobId Counter::submit(std::string const& user) {
    return desk.submit(tests::request("script", user)).job->id;
}

boost::json::value body_of(Response const& response) {
    return boost::json::parse(text_of(response));
}

std::string text_of(Response const& response) {
    auto const* const text = std::get_if<std::string>(&response.body);
    return text == nullptr ? "" : *text;
}

std::string header_of(Response const& response, std::string_view name) {
    for (auto const& header : response.headers) {
        if (header.name == name) {
            return header.value;
        }
    }
    return "";
}

std::string code_of(Response const& response) {
    auto const body = body_of(response);
    EXPECT_EQ(response.type, "application/problem+json; charset=utf-8");
    EXPECT_EQ(body.at("status").as_int64(), response.status);
    EXPECT_FALSE(body.at("title").as_string().empty());
    EXPECT_FALSE(body.at("detail").as_string().empty());
    return std::string{body.at("code").as_string()};
}

}  // namespace tests
