// Providers, for an operator: how they stand, what they take, and what is decided about jobs of
// which nobody can tell whether they were submitted.
#include <array>

#include "jobs/steer.h"
#include "wire/job_body.h"
#include "wire/json.h"
#include "wire/margin.h"
#include "worker/http/calls.h"
#include "worker/http/on_pool.h"
#include "worker/http/operations.h"
#include "worker/http/overview_view.h"

namespace worker::http {

namespace {

namespace json = boost::json;
using adapters::http::Response;

constexpr std::size_t longest_task = 500;
constexpr std::int64_t month_ms = 30LL * 24 * 3600 * 1000;

struct Standing {
    std::map<std::string, int> at_work;
    std::vector<adapters::CostSum> today;
};

Standing look_at(adapters::Store& store, base::Zone const& zone) {
    auto const now = store.now();
    return {.at_work = store.calls().at_work(),
            .today = store.calls().costs(base::day_start(zone, now), now + base::Millis{1}, {})};
}

json::array costs_of(std::string const& provider, std::vector<adapters::CostSum> const& today) {
    std::map<std::string, std::int64_t> by_currency;
    for (auto const& sum : today) {
        if (sum.provider == provider && !sum.currency.empty()) {
            by_currency[sum.currency] += sum.micros;
        }
    }
    json::array costs;
    for (auto const& [currency, micros] : by_currency) {
        costs.push_back(json::object{{"currency", currency}, {"cost_micros", micros}});
    }
    return costs;
}

Answer providers(Call& call) {
    auto& office = call.office;
    auto look = [&office] { return look_at(office.store, office.settings.rules.zone); };
    auto const standing = co_await office.pool.run(std::move(look));
    auto known = office.operations->providers();
    for (auto const& [name, provider] : office.settings.providers) {
        known[name];
    }
    for (auto const& [name, jobs] : standing.at_work) {
        known[name];
    }
    json::array list;
    for (auto const& [name, health] : known) {
        auto provider = provider_json(name, health);
        auto const found = standing.at_work.find(name);
        provider["at_work"] = found == standing.at_work.end() ? 0 : found->second;
        provider["configured"] = office.settings.providers.contains(name);
        provider["today"] = costs_of(name, standing.today);
        list.push_back(std::move(provider));
    }
    co_return json_answer(json::object{{"providers", std::move(list)}});
}

Response margin(Call const& call) {
    auto const by = wire::parse_margin_by(call.request.parameter("by").value_or("provider"));
    if (!by) {
        return refuse(call, bad_field("by", "must be provider, service, day or model"));
    }
    auto& store = call.office.store;
    auto const now = base::to_ms(store.now());
    auto const since =
        number_in_query(call, "since", std::max(now - month_ms, std::int64_t{0}), now);
    if (!since) {
        return refuse(call, since.error());
    }
    auto const& settings = call.office.settings;
    auto const sums =
        store.calls().costs(base::from_ms(*since), base::from_ms(now + 1), wire::span_of(*by));
    json::array lines;
    for (auto const& line : wire::margins(sums, *by, settings.rules.zone, settings.credit_value)) {
        lines.push_back(wire::margin_json(line));
    }
    json::object out{{"since", *since}, {"lines", std::move(lines)}};
    if (settings.credit_value.micros > 0) {
        out["credit_value"] = {{"currency", settings.credit_value.currency},
                               {"micros", settings.credit_value.micros}};
    }
    return json_answer(out);
}

std::expected<jobs::Ruling, Problem> resolution_in(Call const& call) {
    using Verdict = jobs::Ruling::Verdict;
    auto const body = body_of(call);
    if (!body) {
        return std::unexpected{body.error()};
    }
    auto const text = [&](char const* name) {
        auto const* const value = body->object.if_contains(name);
        bool const is_text = value != nullptr && value->is_string();
        return is_text ? std::string{value->get_string()} : std::string{};
    };
    auto const word = text("verdict");
    jobs::Ruling resolution{.task = text("task"), .who = "API key " + call.caller.name};
    if (word == "submit") {
        resolution.verdict = Verdict::submit;
    } else if (word == "fail") {
        resolution.verdict = Verdict::fail;
    } else if (word == "task") {
        resolution.verdict = Verdict::task;
    } else {
        return std::unexpected{bad_field("verdict", "must be submit, fail or task")};
    }
    bool const wants_task = resolution.verdict == Verdict::task;
    if (wants_task == resolution.task.empty() || resolution.task.size() > longest_task) {
        return std::unexpected{
            bad_field("task", "must be the provider's id of the task where the verdict is task")};
    }
    return resolution;
}

Response resolve(Call const& call) {
    auto const id = wire::parse_job_id(call.parts.front());
    if (!id) {
        return refuse(call, unknown_job(call.parts.front()));
    }
    auto const resolution = resolution_in(call);
    if (!resolution) {
        return refuse(call, resolution.error());
    }
    jobs::Steered steered;
    call.office.store.transact(jobs::load_for_cancel(*id), [&](jobs::Batch& batch) {
        steered = jobs::settle_doubt(batch, *id, *resolution, call.office.settings.rules);
    });
    if (steered.outcome != jobs::SteerOutcome::done) {
        return refuse(call, wire::refusal_of(steered, *id));
    }
    call.office.log.business("job.resolved",
                             {{"job", id->value},
                              {"verdict", std::string{jobs::to_text(resolution->verdict)}},
                              {"by", call.caller.name}});
    return json_answer(wire::job_json(steered.job));
}

constexpr std::array provider_rows{
    Route{.method = "GET",
          .pattern = "/api/admin/providers",
          .access = Access::admin_reading,
          .handle = providers,
          .summary = "How providers fare, what they have in work and what they cost today"},
    Route{.method = "GET",
          .pattern = "/api/admin/margin",
          .access = Access::admin_reading,
          .handle = on_pool<margin>,
          .summary = "What providers took, against what jobs were settled at"},
    Route{.method = "POST",
          .pattern = "/api/admin/jobs/{id}/resolve",
          .access = Access::admin,
          .handle = on_pool<resolve>,
          .summary = "Decides about a job that may have been submitted"},
};

}  // namespace

std::span<Route const> provider_routes() {
    return provider_rows;
}

}  // namespace worker::http
