// What an operator does over HTTP: each is the decision that the verb of the same name takes.
#include <array>
#include <charconv>

#include "adapters/identity/api_key.h"
#include "config/nearest.h"
#include "wire/credits_request.h"
#include "wire/key_json.h"
#include "worker/expiry.h"
#include "worker/http/calls.h"
#include "worker/http/money.h"
#include "worker/http/on_pool.h"
#include "worker/queue_modes.h"

namespace worker::http {

namespace {

using adapters::QueueMode;
using adapters::http::Response;

Response expire(Call const& call) {
    auto const run = expire_all(call.office.store);
    return json_answer(
        {{"accounts", run.accounts}, {"grants", run.grants}, {"credits", run.credits.value}});
}

boost::json::array texts(std::vector<std::string> const& lines) {
    boost::json::array array;
    for (auto const& line : lines) {
        array.emplace_back(line);
    }
    return array;
}

// On the loop's thread, as a reload by signal is.
Answer reload_prices(Call& call) {
    auto const reload = call.office.reload_prices();
    if (!reload.problems.empty()) {
        co_return refuse(call, wire::Refusal{.code = "invalid_prices",
                                             .detail = "the price book was not reloaded, the old "
                                                       "one stays: " +
                                                       reload.problems.front(),
                                             .status = 422,
                                             .facts = {{"problems", texts(reload.problems)}}});
    }
    co_return json_answer({{"version", reload.version}, {"changes", texts(reload.changes)}});
}

Problem unknown_queue(std::string const& service, QueueModes const& known) {
    std::vector<std::string_view> names;
    for (auto const& [name, mode] : known) {
        names.emplace_back(name);
    }
    auto const nearest = config::nearest(service, names);
    return wire::Refusal{
        .code = "unknown_service",
        .detail = "there is no such service; did you mean " + std::string{nearest} + "?",
        .status = 404,
        .facts = {{"service", service}}};
}

template <QueueMode mode>
Response set_queue(Call const& call) {
    auto& store = call.office.store;
    auto const& service = call.parts.front();
    auto const known = all_queues(store, call.office.book());
    if (!known.contains(service)) {
        return refuse(call, unknown_queue(service, known));
    }
    store.set_queue_mode(service, mode);
    call.office.log.business(
        "queue.set",
        {{"service", service}, {"mode", std::string{to_text(mode)}}, {"by", call.caller.name}});
    return json_answer({{"service", service}, {"mode", std::string{to_text(mode)}}});
}

Response list_keys(Call const& call) {
    auto const now = call.office.store.now();
    boost::json::array keys;
    for (auto const& key : call.office.store.api_keys()) {
        keys.push_back(wire::key_json(key, now));
    }
    return json_answer({{"keys", std::move(keys)}});
}

Or<std::vector<adapters::Scope>> scopes_in(boost::json::object const& body) {
    auto const* const list = body.if_contains("scopes");
    std::vector<adapters::Scope> scopes;
    if (list != nullptr && list->is_array()) {
        for (auto const& word : list->get_array()) {
            auto const scope =
                word.is_string() ? adapters::parse_scope(word.get_string()) : std::nullopt;
            if (!scope) {
                scopes.clear();
                break;
            }
            if (std::ranges::find(scopes, *scope) == scopes.end()) {
                scopes.push_back(*scope);
            }
        }
    }
    if (scopes.empty()) {
        return std::unexpected{
            bad_field("scopes", "must be a list of jobs, credits, sync, read or admin")};
    }
    return scopes;
}

// A whole number between these, or what is used where there is none.
Or<std::int64_t> number_in(boost::json::object const& body, std::string const& name,
                           std::int64_t least, std::int64_t most) {
    auto const* const value = body.if_contains(name);
    if (value == nullptr || value->is_null()) {
        return 0;
    }
    auto const* const number = value->if_int64();
    if (number == nullptr || *number < least || *number > most) {
        return std::unexpected{bad_field(name, "must be a whole number from " +
                                                   std::to_string(least) + " to " +
                                                   std::to_string(most))};
    }
    return *number;
}

// What the body asks for; times are milliseconds.
Or<adapters::ApiKey> key_in(Call const& call) {
    auto const body = body_of(call);
    if (!body) {
        return std::unexpected{body.error()};
    }
    adapters::ApiKey key;
    auto const* const name = body->object.if_contains("name");
    key.name = name != nullptr && name->is_string() ? std::string{name->get_string()} : "";
    if (auto mistake = wire::mistake_in_key_name(key.name)) {
        return std::unexpected{bad_field("name", std::move(*mistake))};
    }
    auto scopes = scopes_in(body->object);
    if (!scopes) {
        return std::unexpected{scopes.error()};
    }
    key.scopes = std::move(*scopes);
    auto const rate = number_in(body->object, "per_minute", 0, wire::most_per_minute);
    auto const now = base::to_ms(call.office.store.now());
    constexpr std::int64_t longest_life = 36'500LL * 86'400'000;
    auto const end = number_in(body->object, "expires_at", now + 1, now + longest_life);
    auto const daily = number_in(body->object, "daily_cap", 0, wire::most_credits);
    auto const monthly = number_in(body->object, "monthly_cap", 0, wire::most_credits);
    for (auto const* const each : {&rate, &end, &daily, &monthly}) {
        if (!*each) {
            return std::unexpected{each->error()};
        }
    }
    key.per_minute = *rate;
    key.daily_cap = {*daily};
    key.monthly_cap = {*monthly};
    if (*end > 0) {
        key.expires_at = base::from_ms(*end);
    }
    return key;
}

Response create_key(Call const& call) {
    auto const wanted = key_in(call);
    if (!wanted) {
        return refuse(call, wanted.error());
    }
    auto made = adapters::identity::make_api_key();
    made.key.name = wanted->name;
    made.key.scopes = wanted->scopes;
    made.key.per_minute = wanted->per_minute;
    made.key.daily_cap = wanted->daily_cap;
    made.key.monthly_cap = wanted->monthly_cap;
    made.key.expires_at = wanted->expires_at;
    auto const key = call.office.store.add_api_key(made.key);
    call.office.log.business("key.created", {{"key", key.number},
                                             {"name", key.name},
                                             {"scopes", adapters::to_text(key.scopes)},
                                             {"by", call.caller.name}});
    auto json = wire::key_json(key, key.created_at);
    json["key"] = made.text;
    return json_answer(json, 201);
}

Response revoke_key(Call const& call) {
    auto const& text = call.parts.front();
    std::int64_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    bool const whole = error == std::errc{} && end == text.data() + text.size();
    if (!whole || !call.office.store.revoke_api_key(number)) {
        return refuse(call, wire::Refusal{.code = "unknown_key",
                                          .detail = "there is no API key of that number",
                                          .status = 404,
                                          .facts = {}});
    }
    call.office.log.business("key.revoked", {{"key", number}, {"by", call.caller.name}});
    auto const keys = call.office.store.api_keys();
    auto const key = std::ranges::find(keys, number, &adapters::ApiKey::number);
    CHECK(key != keys.end());
    return json_answer(wire::key_json(*key, call.office.store.now()));
}

constexpr std::array admin_rows{
    Route{.method = "POST",
          .pattern = "/api/admin/expire",
          .access = Access::admin,
          .handle = on_pool<expire>,
          .summary = "Expires what is due now, as the schedule does"},
    Route{.method = "POST",
          .pattern = "/api/admin/prices/reload",
          .access = Access::admin,
          .handle = reload_prices,
          .summary = "Reads the price book again, or keeps the old one and says why"},
    Route{.method = "POST",
          .pattern = "/api/admin/queues/{name}/pause",
          .access = Access::admin,
          .handle = on_pool<set_queue<QueueMode::paused>>,
          .summary = "Starts no more jobs of a service; new ones are taken"},
    Route{.method = "POST",
          .pattern = "/api/admin/queues/{name}/resume",
          .access = Access::admin,
          .handle = on_pool<set_queue<QueueMode::running>>,
          .summary = "Takes jobs of a service and starts them again"},
    Route{.method = "POST",
          .pattern = "/api/admin/queues/{name}/drain",
          .access = Access::admin,
          .handle = on_pool<set_queue<QueueMode::draining>>,
          .summary = "Takes no new jobs of a service; works off those it has"},
    Route{.method = "GET",
          .pattern = "/api/admin/keys",
          .access = Access::admin_reading,
          .handle = on_pool<list_keys>,
          .summary = "All API keys, without the keys themselves"},
    Route{.method = "POST",
          .pattern = "/api/admin/keys",
          .access = Access::admin,
          .handle = on_pool<create_key>,
          .summary = "Makes an API key and shows it, once"},
    Route{.method = "POST",
          .pattern = "/api/admin/keys/{number}/revoke",
          .access = Access::admin,
          .handle = on_pool<revoke_key>,
          .summary = "Ends an API key for good, within a second"},
};

}  // namespace

std::span<Route const> admin_routes() {
    return admin_rows;
}

}  // namespace worker::http
