// Whether it lives, whether it is ready, what it counts, and what an operator looks at first.
#include <array>

#include "worker/http/calls.h"
#include "worker/http/operations.h"
#include "worker/http/overview_view.h"

namespace worker::http {

namespace {

using adapters::http::Response;

constexpr base::Millis ask_again_in{2'000};

Answer health(Call& call) {
    co_return json_answer({{"status", "ok"}, {"stopping", call.office.operations->stopping()}});
}

// Anybody may ask, so it does not say what is wrong, only where.
Answer readiness(Call& call) {
    auto const found = co_await call.office.operations->readiness();
    boost::json::object parts{{"store", found.store.empty() ? "ok" : "away"}};
    if (found.has_redis) {
        parts["redis"] = found.redis.empty() ? "ok" : "away";
    }
    if (!found.store.empty()) {
        call.office.log.warning("http", "not ready", {{"why", found.store}});
    }
    auto response = json_answer(
        {{"ready", found.ready()}, {"stopping", found.stopping}, {"parts", std::move(parts)}},
        found.ready() ? 200 : 503);
    if (!found.ready()) {
        response.headers.push_back({"Retry-After", "2"});
    }
    co_return response;
}

Answer metrics_text(Call& call) {
    auto text = co_await call.office.operations->exposition();
    Response response{.headers = {{"Cache-Control", "no-store"}},
                      .type = "text/plain; version=0.0.4; charset=utf-8",
                      .body = std::move(text)};
    co_return response;
}

QueueModes queues_of(metrics::Sighting const& sighting, pricing::Book const& book) {
    auto queues = sighting.modes;
    for (auto const& [service, periods] : book.services) {
        queues.try_emplace(service, adapters::QueueMode::running);
    }
    return queues;
}

Answer overview(Call& call) {
    auto& operations = *call.office.operations;
    auto found = co_await operations.sighting();
    if (!found) {
        co_return refuse(call, store_away(ask_again_in));
    }
    OverviewFacts facts{.queues = queues_of(*found, call.office.book()),
                        .today = operations.meters().day.sums(found->view.now),
                        .store_trouble = operations.store_trouble(),
                        .redis_trouble = operations.redis_trouble(),
                        .settings = &call.office.settings};
    facts.providers = operations.providers();
    facts.sighting = std::move(*found);
    co_return json_answer(overview_json(facts, call.language));
}

constexpr Route metrics_row(Access access) {
    return {.method = "GET",
            .pattern = "/metrics",
            .access = access,
            .handle = metrics_text,
            .summary = "What this process has counted, for Prometheus"};
}

constexpr Route health_row{.method = "GET",
                           .pattern = "/healthz",
                           .access = Access::open,
                           .handle = health,
                           .summary = "Whether the process is alive"};
constexpr Route readiness_row{.method = "GET",
                              .pattern = "/readyz",
                              .access = Access::open,
                              .handle = readiness,
                              .summary =
                                  "Whether it can serve: the store answers, and it is not "
                                  "stopping"};
constexpr Route overview_row{.method = "GET",
                             .pattern = "/api/admin/overview",
                             .access = Access::admin_reading,
                             .handle = overview,
                             .summary = "What needs attention, and how things stand"};

constexpr std::array operating_rows{health_row, readiness_row, metrics_row(Access::admin_reading),
                                    overview_row};
constexpr std::array open_table{health_row, readiness_row, metrics_row(Access::open), overview_row};

}  // namespace

std::span<Route const> operating_routes(bool metrics_open) {
    return metrics_open ? std::span<Route const>{open_table} : operating_rows;
}

}  // namespace worker::http
