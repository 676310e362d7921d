// The keys of the settings outside of services, providers and schedules, and what must fit
// together among all of them.
#include "config/settings.h"

#include <algorithm>

#include "config/keys.h"
#include "config/zone_finder.h"

namespace config {

std::optional<std::string> content_of_file(Value const& value) {
    std::filesystem::path path;
    read_path(value, path);
    std::vector<Problem> problems;
    auto text = path.empty() ? std::nullopt : read_text_file(path, problems);
    for (auto const& problem : problems) {
        value.mistake(to_text(problem));
    }
    if (text) {
        text->erase(text->find_last_not_of("\r\n") + 1);
    }
    return text;
}

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr auto shortest = milliseconds{10};
constexpr auto longest = days{36'500};
constexpr std::int64_t most_fen = 10'000'000'000;  // fen, of one order

// A store's URL may hold a password, so no complaint shows it.
void take_store_url(Value const& value, std::string const& text, std::string& into) {
    auto const scheme = text.substr(0, text.find(':'));
    auto const is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
    bool const has_scheme = scheme.size() < text.size() && scheme.size() > 1;
    if (!has_scheme || !std::ranges::all_of(scheme, is_letter) || bad_byte(text)) {
        value.mistake(
            "expected the URL of a store such as postgres://user@host/db or sqlite:PATH (what was "
            "given is not shown)");
        return;
    }
    into = text;
}

void read_store_url(Value const& value, std::string& into) {
    auto const& node = value.node();
    if (node.kind != Node::Kind::text) {
        value.expected("the URL of a store such as postgres://user@host/db or sqlite:PATH");
    } else if (node.text.empty()) {
        into.clear();  // the embedded store
    } else {
        take_store_url(value, node.text, into);
    }
}

void read_store_url_file(Value const& value, std::string& into) {
    if (auto const text = content_of_file(value)) {
        take_store_url(value, *text, into);
    }
}

// Unlike other paths it is relative to where the program is started, as a person expects.
void read_data_dir(Value const& value, Settings& settings) {
    std::string text = settings.data_dir.string();
    read_text(value, text);
    settings.data_dir = text;
}

void read_weights(Value const& value, Settings& settings) {
    for_each_key(value, [&](std::string const& tier, Value const& weight) {
        read_integer(weight, settings.rules.weights[tier], 1, 1'000);
    });
}

using SettingsKeys = std::vector<Key<Settings>>;

SettingsKeys const store_keys = {
    {"url", [](Value const& v, Settings& s) { read_store_url(v, s.store_url); }},
    {"url_file", [](Value const& v, Settings& s) { read_store_url_file(v, s.store_url); }},
    {"schema", [](Value const& v, Settings& s) { read_text(v, s.store_schema); }},
    {"connections",
     [](Value const& v, Settings& s) { read_integer(v, s.store_connections, 2, 1'000); }},
    {"statement_timeout",
     [](Value const& v, Settings& s) {
         read_duration(v, s.store_statement_timeout, shortest, hours{1});
     }},
};

SettingsKeys const log_keys = {
    {"format",
     [](Value const& v, Settings& s) {
         read_word<LogFormat>(v, s.log.format,
                              {{"text", LogFormat::text}, {"json", LogFormat::json}});
     }},
    {"level",
     [](Value const& v, Settings& s) {
         read_word<LogLevel>(v, s.log.level,
                             {{"debug", LogLevel::debug},
                              {"info", LogLevel::info},
                              {"warning", LogLevel::warning},
                              {"error", LogLevel::error}});
     }},
};

SettingsKeys const worker_keys = {
    {"slots", [](Value const& v, Settings& s) { read_integer(v, s.worker.slots, 1, 10'000); }},
    {"heartbeat",
     [](Value const& v, Settings& s) { read_duration(v, s.worker.heartbeat, shortest, hours{1}); }},
    {"lease",
     [](Value const& v, Settings& s) { read_duration(v, s.rules.lease, shortest, days{1}); }},
    {"drain",
     [](Value const& v, Settings& s) { read_duration(v, s.worker.drain, seconds{0}, days{1}); }},
    {"poll",
     [](Value const& v, Settings& s) { read_duration(v, s.worker.poll, shortest, hours{1}); }},
    {"flush_count",
     [](Value const& v, Settings& s) { read_integer(v, s.worker.flush_count, 1, 10'000); }},
    {"flush_delay",
     [](Value const& v, Settings& s) {
         read_duration(v, s.worker.flush_delay, seconds{0}, seconds{1});
     }},
    {"poison_losses",
     [](Value const& v, Settings& s) { read_integer(v, s.rules.poison_losses, 1, 100); }},
};

SettingsKeys const account_keys = {
    {"signup_gift", [](Value const& v, Settings& s) { read_credits(v, s.rules.signup_gift, 0); }},
    {"refund_grace",
     [](Value const& v, Settings& s) {
         read_duration(v, s.rules.refund_grace, seconds{1}, longest);
     }},
    {"time_zone", [](Value const& v, Settings& s) { read_zone(v, s.rules.zone); }},
};

template <std::size_t at>
SettingsKeys keys_of_membership() {
    return {
        {"amount",
         [](Value const& v, Settings& s) {
             read_integer(v, s.rules.memberships.at(at).amount, 0, most_fen);
         }},
        {"credits", [](Value const& v,
                       Settings& s) { read_credits(v, s.rules.memberships.at(at).credits, 0); }},
    };
}

SettingsKeys const membership_keys = {
    {.name = "month", .section = keys_of_membership<0>()},
    {.name = "quarter", .section = keys_of_membership<1>()},
    {.name = "year", .section = keys_of_membership<2>()},
};

std::vector<Key<jobs::TierCaps>> const tier_keys = {
    {"job_cap",
     [](Value const& v, jobs::TierCaps& t) { read_credits(v, t.caps.job.emplace(), 0); }},
    {"daily_cap",
     [](Value const& v, jobs::TierCaps& t) { read_credits(v, t.caps.daily.emplace(), 0); }},
    {"monthly_cap",
     [](Value const& v, jobs::TierCaps& t) { read_credits(v, t.caps.monthly.emplace(), 0); }},
    {"in_flight",
     [](Value const& v, jobs::TierCaps& t) { read_integer(v, t.in_flight.emplace(), 0, 100'000); }},
};

void read_tiers(Value const& value, Settings& settings) {
    for_each_key(value, [&](std::string const& tier, Value const& caps) {
        read_keys<jobs::TierCaps>(caps, tier_keys, settings.rules.guards.tiers[tier]);
    });
}

SettingsKeys const brake_keys = {
    {"multiple",
     [](Value const& v, Settings& s) {
         read_integer(v, s.rules.guards.brake.multiple, std::int64_t{0}, std::int64_t{1'000'000});
     }},
    {"at_least",
     [](Value const& v, Settings& s) { read_credits(v, s.rules.guards.brake.at_least, 1); }},
    {"holds",
     [](Value const& v, Settings& s) {
         read_duration(v, s.rules.guards.brake.holds, seconds{0}, longest);
     }},
};

SettingsKeys const guard_keys = {
    {"job_cap", [](Value const& v, Settings& s) { read_credits(v, s.rules.guards.job_cap, 0); }},
    {"daily_cap",
     [](Value const& v, Settings& s) { read_credits(v, s.rules.guards.daily_cap, 0); }},
    {"monthly_cap",
     [](Value const& v, Settings& s) { read_credits(v, s.rules.guards.monthly_cap, 0); }},
    {"in_flight",
     [](Value const& v, Settings& s) { read_integer(v, s.rules.guards.in_flight, 0, 100'000); }},
    {"per_minute",
     [](Value const& v, Settings& s) {
         read_integer(v, s.auth.user_per_minute, std::int64_t{0}, std::int64_t{10'000'000});
     }},
    {.name = "tiers", .read = read_tiers, .form = Key<Settings>::Form::tree},
    {.name = "brake", .section = brake_keys},
};

SettingsKeys const fairness_keys = {
    {.name = "weights", .read = read_weights, .form = Key<Settings>::Form::tree},
};

// A lease that is over before it could be renewed twice would be lost at every hiccup.
void check_lease(Value const& root, Settings const& settings) {
    auto const worker = root.at("worker");
    if (settings.rules.lease >= 2 * settings.worker.heartbeat) {
        return;
    }
    worker.at(worker.has("lease") ? "lease" : "heartbeat")
        .mistake(fmt::format("the lease ({}) must be at least twice the heartbeat ({})",
                             base::to_text(settings.rules.lease),
                             base::to_text(settings.worker.heartbeat)));
}

void check_store(Value const& root) {
    auto const store = root.at("store");
    if (store.has("url") && store.has("url_file")) {
        store.at("url_file").mistake("given beside `url`, expected one of the two");
    }
}

std::vector<std::string_view> names_of(Settings const& settings) {
    std::vector<std::string_view> names;
    for (auto const& [name, provider] : settings.providers) {
        names.push_back(name);
    }
    return names;
}

void check_provider(Value const& service, std::string const& name, Settings const& settings) {
    if (name.empty()) {
        service.at("provider")
            .mistake(
                fmt::format("missing; expected one of: {}", fmt::join(names_of(settings), ", ")));
    } else if (!settings.providers.contains(name)) {
        service.at("provider")
            .mistake(fmt::format("no provider has the name {}; did you mean `{}`?", in_ticks(name),
                                 nearest(name, names_of(settings))));
    }
}

void check_route(Value const& service, Service const& read, Settings const& settings) {
    for (auto const& step : service.has("route") ? read.route : std::vector<RouteStep>{}) {
        if (!step.provider.empty() && !settings.providers.contains(step.provider)) {
            service.at("route").mistake(
                fmt::format("no provider has the name {}; did you mean `{}`?",
                            in_ticks(step.provider), nearest(step.provider, names_of(settings))));
        }
    }
}

// A wrong provider of the defaults is a mistake of theirs, once, and not of each service.
void check_providers(Value const& root, Settings const& settings) {
    auto const services = root.at("services");
    auto const& common = settings.defaults.provider;
    check_route(services.at("defaults"), settings.defaults, settings);
    for (auto const& [name, service] : settings.services) {
        check_route(services.at(name), service, settings);
    }
    if (!common.empty()) {
        check_provider(services.at("defaults"), common, settings);
    }
    for (auto const& [name, service] : settings.services) {
        if (service.route.empty() && (service.provider != common || common.empty())) {
            check_provider(services.at(name), service.provider, settings);
        }
    }
}

// Where there is only one provider nobody has to name it.
void choose_provider(Settings& settings) {
    if (settings.providers.empty()) {
        settings.providers.emplace("demo", Provider{.name = "demo", .kind = Simulated{}});
    }
    if (settings.providers.size() > 1) {
        return;
    }
    auto const& only = settings.providers.begin()->first;
    auto const choose = [&](Service& service) {
        if (service.provider.empty()) {
            service.provider = only;
        }
    };
    choose(settings.defaults);
    for (auto& [name, service] : settings.services) {
        choose(service);
    }
}

}  // namespace

std::vector<Key<Settings>> const& settings_keys() {
    using Form = Key<Settings>::Form;
    static SettingsKeys const keys = {
        {"data_dir", read_data_dir},
        {.name = "store", .section = store_keys},
        {"prices", [](Value const& v, Settings& s) { read_path(v, s.prices_file); }},
        {.name = "log", .section = log_keys},
        {.name = "worker", .section = worker_keys},
        {.name = "redis", .section = redis_keys()},
        {.name = "media", .section = media_keys()},
        {.name = "auth", .section = auth_keys()},
        {.name = "http", .section = http_keys()},
        {.name = "payments", .section = payment_keys()},
        {.name = "seals", .section = seal_keys()},
        {.name = "webhooks", .section = webhook_keys()},
        {.name = "results", .section = result_keys()},
        {.name = "hints", .section = hint_keys()},
        {.name = "recharge", .section = recharge_keys()},
        {.name = "accounts", .section = account_keys},
        {.name = "membership", .section = membership_keys},
        {.name = "guards", .section = guard_keys},
        {.name = "fairness", .section = fairness_keys},
        {"retention",
         [](Value const& v, Settings& s) { read_duration(v, s.retention, seconds{1}, longest); }},
        {"expiry_every",
         [](Value const& v, Settings& s) { read_duration(v, s.expiry_every, shortest, days{1}); }},
        {.name = "credit_value", .section = credit_value_keys()},
        {.name = "services", .read = read_services, .form = Form::tree},
        {.name = "providers", .read = read_providers, .form = Form::tree},
        {.name = "schedules", .read = read_schedules, .form = Form::tree},
    };
    return keys;
}

std::vector<RouteStep> steps_of(Settings const& settings, std::string_view name) {
    auto const& service = service_for(settings, name);
    return service.route.empty() ? std::vector{RouteStep{.provider = service.provider}}
                                 : service.route;
}

bool is_routed(Settings const& settings, Service const& service) {
    auto const found = settings.providers.find(service.provider);
    return !service.route.empty() ||
           (found != settings.providers.end() && found->second.limits.any());
}

void finish_settings(Value const& root, Settings& settings) {
    check_lease(root, settings);
    check_store(root);
    check_redis(root, settings);
    check_auth(root);
    check_http(root, settings);
    check_payments(root, settings);
    check_webhooks(root, settings);
    check_results(root, settings);
    choose_provider(settings);
    check_providers(root, settings);
    auto const rules_of = [&settings](Service const& service) {
        auto rules = service.rules;
        rules.provider = is_routed(settings, service) ? "" : service.provider;
        return rules;
    };
    settings.rules.find_zone = make_zone_finder();
    settings.rules.defaults = rules_of(settings.defaults);
    for (auto const& [name, service] : settings.services) {
        settings.rules.services[name] = rules_of(service);
    }
}

}  // namespace config
