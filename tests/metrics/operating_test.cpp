// Probes while the store is away, and who may look at what.
#include <future>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "adapters/memory/open.h"
#include "tests/support/flaky_store.h"
#include "worker/http/calls.h"
#include "worker/http/collector.h"
#include "worker/http/face.h"
#include "worker/http/input_desk.h"
#include "worker/http/operations.h"

namespace tests {

namespace {

namespace asio = boost::asio;
namespace http = worker::http;
using adapters::http::Response;

class OperatingCalls : public testing::Test {
protected:
    ~OperatingCalls() override { pool.join(); }

    Response get(std::vector<std::string> path) {
        adapters::http::Request request{.method = "GET", .path = std::move(path)};
        auto answer = asio::co_spawn(io, face.handle(std::move(request)), asio::use_future);
        io.restart();
        while (answer.wait_for(std::chrono::seconds{0}) != std::future_status::ready) {
            io.run_one();
        }
        return answer.get();
    }

    static boost::json::object json_of(Response const& response) {
        return boost::json::parse(std::get<std::string>(response.body)).as_object();
    }

    static std::string header(Response const& response, std::string_view name) {
        auto const found = std::ranges::find(response.headers, name, &adapters::http::Header::name);
        return found == response.headers.end() ? "" : found->value;
    }

    asio::io_context io{1};
    worker::BlockingPool pool{1};
    std::unique_ptr<adapters::Store> truth = adapters::open_memory({});
    support::FlakyStore store{*truth, support::FlakyStore::flawless()};
    config::Settings settings;
    std::unique_ptr<worker::Log> log = worker::Log::silent();
    http::Watch watch{io.get_executor(), store, pool};
    http::Collector collector{io.get_executor(), store, pool, settings.rules,
                              [] { return pricing::Book{}; }};
    http::InputDesk inputs;
    worker::metrics::Meters meters{{"tts"}, {}};
    http::Operations operations{io.get_executor(), store, meters, {}};
    std::vector<adapters::Scope> scopes{adapters::Scope::read};
    http::Face face{{.store = store,
                     .pool = pool,
                     .settings = settings,
                     .book = [] { return pricing::Book{}; },
                     .log = *log,
                     .watch = watch,
                     .collector = collector,
                     .inputs = inputs,
                     .reload_prices = {},
                     .operations = &operations},
                    [this](adapters::http::Request const&)
                        -> asio::awaitable<std::expected<http::Guest, http::Problem>> {
                        co_return http::Guest{.caller = {.key = 1, .scopes = scopes}};
                    },
                    {http::operating_routes(false)}};
};

}  // namespace

TEST_F(OperatingCalls, AProcessIsReadyWhileTheStoreAnswers) {
    auto const response = get({"readyz"});
    EXPECT_EQ(response.status, 200);
    EXPECT_TRUE(json_of(response).at("ready").as_bool());
}

TEST_F(OperatingCalls, AStoreThatIsAwayMakesItUnreadyAndSaysWhenToComeBack) {
    store.set_down(true);
    auto const response = get({"readyz"});
    EXPECT_EQ(response.status, 503);
    EXPECT_FALSE(header(response, "Retry-After").empty());
    EXPECT_EQ(json_of(response).at("parts").at("store").as_string(), "away");
    EXPECT_EQ(get({"healthz"}).status, 200);
}

TEST_F(OperatingCalls, WhoeverStopsIsNotReady) {
    operations.stop();
    EXPECT_EQ(get({"readyz"}).status, 503);
    EXPECT_EQ(get({"healthz"}).status, 200);
}

TEST_F(OperatingCalls, MetricsGoOnWithoutTheStore) {
    store.set_down(true);
    auto const response = get({"metrics"});
    EXPECT_EQ(response.status, 200);
    EXPECT_NE(std::get<std::string>(response.body).find("\ntallyman_store_up 0\n"),
              std::string::npos);
}

TEST_F(OperatingCalls, AnOverviewThatWasNeverSeenIsUnavailable) {
    store.set_down(true);
    EXPECT_EQ(get({"api", "admin", "overview"}).status, 503);
}

TEST_F(OperatingCalls, WhoMayOnlyEnqueueSeesNeitherMetricsNorOverview) {
    scopes = {adapters::Scope::jobs};
    EXPECT_EQ(get({"metrics"}).status, 403);
    EXPECT_EQ(get({"api", "admin", "overview"}).status, 403);
}

}  // namespace tests
