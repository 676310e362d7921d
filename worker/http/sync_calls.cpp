// What sister products call: credits added and deducted by signed calls, and what became of them.
#include <array>

#include <boost/json.hpp>

#include "wire/parts.h"
#include "wire/sync_json.h"
#include "wire/sync_request.h"
#include "worker/http/money.h"
#include "worker/http/on_pool.h"
#include "worker/http/sync_desk.h"

namespace worker::http {

namespace {

namespace json = boost::json;
using adapters::http::Response;

constexpr std::size_t most_of_a_sync = 1'000;
constexpr int usual_history = 50;
constexpr int most_history = 1'000;

Problem problem_of(jobs::Synced const& answer, base::Credits amount) {
    Problem problem{wire::refusal_of(answer, amount.value < 0 ? -amount : amount)};
    if (problem.refusal.status == 401) {
        problem.headers.push_back({"WWW-Authenticate", "Sync"});  // the token in the body
    }
    return problem;
}

Answer sync(Call& call) {
    auto const body = body_of(call);
    if (!body) {
        co_return refuse(call, body.error());
    }
    auto const what = wire::parse_sync(*body, "");
    if (!what) {
        co_return refuse(call, wire::refusal_of(what.error()));
    }
    std::vector<jobs::SyncRequest> one{*what};
    auto const answers = co_await call.office.sync->sync(std::move(one));
    auto const& answer = answers.front();
    co_return wire::went_through(answer) ? json_answer(wire::synced_json(answer, tongue_of(call)))
                                         : refuse_money(call, problem_of(answer, what->amount));
}

// An item's answer is what a call of its own would have answered, and whether it went through.
json::object failed_item(Call const& call, Problem const& problem) {
    auto const answer = refuse_money(call, problem);
    auto const error = json::parse(std::get<std::string>(answer.body)).as_object();
    return {{"success", false},
            {"message", error.at("detail")},
            {"status", answer.status},
            {"code", error.at("code")},
            {"error", error}};
}

Or<std::string> source_of(wire::StrictObject const& body) {
    auto const* const named = body.object.if_contains("source");
    if (named == nullptr || !named->is_string() || named->get_string().empty()) {
        return std::unexpected{bad_field("source", "must be the name of a source")};
    }
    return std::string{named->get_string()};
}

Or<std::vector<std::string_view>> items_of_sync(wire::StrictObject const& body) {
    auto const* const list = body.object.if_contains("items");
    auto const count = list != nullptr && list->is_array() ? list->get_array().size() : 0;
    if (count == 0 || count > most_of_a_sync) {
        return std::unexpected{bad_field("items", "must be a list of 1 to 1000 items")};
    }
    return wire::items_of(*wire::member_of(body.canonical, "items"));
}

// Those of a batch that can be tried, and where they stand in it.
struct SortedItems {
    std::vector<jobs::SyncRequest> requests;
    std::vector<std::size_t> places;
};

SortedItems sort_items(Call const& call, std::vector<std::string_view> const& items,
                       std::string const& source, json::array& results) {
    SortedItems sorted;
    for (std::size_t at = 0; at < items.size(); ++at) {
        auto const body = wire::parse_object(items[at]);
        if (!body) {
            results[at] = failed_item(call, bad_field("items", body.error()));
            continue;
        }
        if (auto what = wire::parse_sync(*body, source)) {
            sorted.requests.push_back(std::move(*what));
            sorted.places.push_back(at);
        } else {
            results[at] = failed_item(call, Problem{wire::refusal_of(what.error())});
        }
    }
    return sorted;
}

struct Tried {
    std::string telegram_id;
    base::Credits amount;
};

Answer sync_batch(Call& call) {
    auto const body = body_of(call);
    auto const source = body ? source_of(*body) : std::unexpected{body.error()};
    auto const items = source ? items_of_sync(*body) : std::unexpected{source.error()};
    if (!items) {
        co_return refuse(call, items.error());
    }
    json::array results(items->size());
    auto sorted = sort_items(call, *items, *source, results);
    std::vector<Tried> tried;
    for (auto const& what : sorted.requests) {
        tried.push_back({.telegram_id = what.telegram_id, .amount = what.amount});
    }
    std::vector<jobs::Synced> answers;
    if (!sorted.requests.empty()) {
        answers = co_await call.office.sync->sync(std::move(sorted.requests));
    }
    std::int64_t done = 0;
    for (std::size_t at = 0; at < answers.size(); ++at) {
        bool const well = wire::went_through(answers[at]);
        auto item = well ? wire::synced_json(answers[at], tongue_of(call))
                         : failed_item(call, problem_of(answers[at], tried[at].amount));
        item["telegram_id"] = tried[at].telegram_id;
        results[sorted.places[at]] = std::move(item);
        done += well ? 1 : 0;
    }
    auto const failed = std::ssize(*items) - done;
    co_return json_answer(
        json::object{{"success", done}, {"failed", failed}, {"results", std::move(results)}});
}

// Whose account it is to the source that the query names, or to any.
Or<ledger::Wallet> wallet_at_source(Call const& call) {
    auto const& id = call.parts.at(0);
    if (auto mistake = wire::mistake_in_telegram_id(id)) {
        return std::unexpected{bad_field("telegram_id", std::move(*mistake))};
    }
    auto const source = std::string{call.request.parameter("source").value_or("")};
    auto const user =
        jobs::user_of(call.office.store.sync().links(id), {.source = source, .telegram_id = id});
    auto wallet = call.office.store.glance(user);
    if (!wallet) {
        return std::unexpected{unknown_account(user)};
    }
    return std::move(*wallet);
}

Response balance_at_source(Call const& call) {
    auto const wallet = wallet_at_source(call);
    return wallet ? json_answer(wire::synced_balance_json(*wallet, call.office.store.now()))
                  : refuse(call, wallet.error());
}

Response records(Call const& call) {
    auto const limit = number_in_query(call, "limit", usual_history, most_history);
    if (!limit || *limit == 0) {
        return refuse(call, limit ? bad_field("limit", "must be at least 1") : limit.error());
    }
    auto const wallet = wallet_at_source(call);
    if (!wallet) {
        return refuse(call, wallet.error());
    }
    return json_answer(wire::records_json(
        call.office.store.entries_of(wallet->account.id, {.limit = static_cast<int>(*limit)})));
}

constexpr std::array sync_rows{
    Route{.method = "POST",
          .pattern = "/api/credits/sync",
          .access = Access::sync,
          .handle = sync,
          .summary = "Adds or deducts credits of a sister product's user, by a signed call"},
    Route{.method = "POST",
          .pattern = "/api/credits/sync/batch",
          .access = Access::sync,
          .handle = sync_batch,
          .summary = "Up to 1,000 of these at once; each stands alone"},
    Route{.method = "GET",
          .pattern = "/api/credits/sync/balance/{telegram_id}",
          .access = Access::sync_reading,
          .handle = on_pool<balance_at_source>,
          .summary = "What a sister product's user can spend"},
    Route{.method = "GET",
          .pattern = "/api/credits/sync/records/{telegram_id}",
          .access = Access::sync_reading,
          .handle = on_pool<records>,
          .summary = "What changed on the account of a sister product's user, newest first"},
};

}  // namespace

std::span<Route const> sync_routes() {
    return sync_rows;
}

}  // namespace worker::http
