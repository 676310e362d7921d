// The keys of routes, of what providers are never asked more than, and of what money is worth.
#include <algorithm>

#include "config/keys.h"

namespace config {

namespace {

constexpr base::Rate most_cost{1'000'000'000 * base::one.micros};

void read_when(Value const& value, RouteStep& step) {
    step.when.clear();
    for_each_key(value, [&](std::string const& name, Value const& wanted) {
        if (wanted.node().kind != Node::Kind::text) {
            wanted.expected("text, a number, true or false");
            return;
        }
        step.when[name] = to_json(wanted.node());
    });
}

std::vector<Key<RouteStep>> const step_keys = {
    {"provider", [](Value const& v, RouteStep& s) { read_name(v, s.provider); }},
    {"model", [](Value const& v, RouteStep& s) { read_text(v, s.model); }},
    {"weight", [](Value const& v, RouteStep& s) { read_integer(v, s.weight, 1, 1'000'000); }},
    {"rank", [](Value const& v, RouteStep& s) { read_integer(v, s.rank, 0, 1'000'000); }},
    {.name = "when", .read = read_when, .form = Key<RouteStep>::Form::tree},
};

void read_money(Value const& value, std::int64_t& into) {
    base::Rate amount{into};
    read_rate(value, amount, base::Rate{}, most_cost);
    into = amount.micros;
}

std::vector<Key<ProviderLimits>> const limit_keys = {
    {"concurrency",
     [](Value const& v, ProviderLimits& l) { read_integer(v, l.concurrency, 0, 1'000'000); }},
    {"per_minute",
     [](Value const& v, ProviderLimits& l) { read_integer(v, l.per_minute, 0, 60'000'000); }},
    {"daily_cost", [](Value const& v, ProviderLimits& l) { read_money(v, l.daily_cost); }},
};

std::vector<Key<CallCost>> const cost_keys = {
    {"per_call", [](Value const& v, CallCost& c) { read_money(v, c.micros); }},
    {"currency", [](Value const& v, CallCost& c) { read_name(v, c.currency); }},
};

}  // namespace

void read_route(Value const& value, Service& service) {
    service.route.clear();
    for_each_item(value, [&](Value const& item) {
        RouteStep step{.rank = static_cast<int>(service.route.size())};
        read_keys<RouteStep>(item, step_keys, step);
        if (!item.has("provider")) {
            item.at("provider").mistake("missing");
        }
        auto const place = std::ranges::upper_bound(service.route, step.rank, {}, &RouteStep::rank);
        service.route.insert(place, std::move(step));
    });
}

void read_limits(Value const& value, ProviderLimits& limits) {
    read_keys<ProviderLimits>(value, limit_keys, limits);
}

void read_call_cost(Value const& value, std::optional<CallCost>& into) {
    CallCost cost;
    read_keys<CallCost>(value, cost_keys, cost);
    if (cost.micros == 0 || cost.currency.empty()) {
        value.mistake("expected {per_call: 0.5, currency: CNY}");
    }
    into = cost;
}

std::vector<Key<Settings>> const& credit_value_keys() {
    static std::vector<Key<Settings>> const keys = {
        {"amount", [](Value const& v, Settings& s) { read_money(v, s.credit_value.micros); }},
        {"currency", [](Value const& v, Settings& s) { read_name(v, s.credit_value.currency); }},
    };
    return keys;
}

}  // namespace config
