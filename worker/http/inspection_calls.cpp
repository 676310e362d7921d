// What an operator's screens need beside the other calls: what a job was asked with, the accounts
// there are, credits given or taken by hand, and the ledger's seals.
#include <algorithm>
#include <array>

#include <boost/json.hpp>

#include "jobs/accounts.h"
#include "wire/audit_json.h"
#include "wire/credits_request.h"
#include "wire/job_request.h"
#include "wire/json.h"
#include "wire/story.h"
#include "worker/http/money.h"
#include "worker/http/on_pool.h"

namespace worker::http {

namespace {

namespace json = boost::json;
using adapters::http::Response;

constexpr std::int64_t most_reason = 500;
constexpr std::int64_t most_seals = 400;
constexpr std::int64_t latest = 7'258'118'400'000;  // the year 2200

Response input_of(Call const& call, base::JobId id) {
    auto const job = call.office.store.find_job(id);
    if (!job) {
        return refuse(call, unknown_job(call.parts[0]));
    }
    json::object out{{"id", base::to_text(id)}, {"pruned", job->pruned}};
    json::error_code wrong;
    auto input = json::parse(job->input, wrong);
    out["input"] = job->pruned ? json::value{nullptr} : wrong ? json::value(job->input) : input;
    out["failures"] = job->failures;
    out["losses"] = job->losses;
    bool const is_user = call.caller.is_user();
    if (!is_user && !job->worker.empty()) {
        out["worker"] = job->worker;
    }
    if (!is_user && !job->task.empty()) {
        out["task"] = wire::task_in_words(job->task);
    }
    return json_answer(out);
}

Answer job_input(Call& call) {
    auto const view = co_await visible_job(call, call.parts[0]);
    if (!view) {
        co_return refuse(call, view.error());
    }
    auto const id = (*view)->id;
    auto read = [&call, id] { return input_of(call, id); };
    auto response = co_await call.office.pool.run(std::move(read));
    co_return response;
}

std::string text_in(json::object const& body, char const* name) {
    auto const* const value = body.if_contains(name);
    return value != nullptr && value->is_string() ? std::string{value->get_string()} : "";
}

// What a person may give or take: whole credits, with a reason.
Or<ledger::Credit> gift_in(Call const& call) {
    auto const body = body_of(call);
    if (!body) {
        return std::unexpected{body.error()};
    }
    auto const& object = body->object;
    using enum ledger::Kind;
    ledger::Credit gift;
    auto const kind = ledger::parse_kind(text_in(object, "kind"));
    if (!kind || (*kind != bonus && *kind != recharge && *kind != adjust)) {
        return std::unexpected{bad_field("kind", "must be bonus, recharge or adjust")};
    }
    gift.kind = *kind;
    auto const* const credits = object.if_contains("credits");
    auto const* const amount = credits == nullptr ? nullptr : credits->if_int64();
    bool const fits = amount != nullptr && *amount != 0 && *amount <= wire::most_credits &&
                      *amount >= -wire::most_credits && (*amount > 0 || gift.kind == adjust);
    if (!fits) {
        return std::unexpected{
            bad_field("credits", "must be a whole number; below zero for adjust only")};
    }
    gift.amount = {*amount};
    gift.note = text_in(object, "reason");
    if (gift.note.empty() || wire::code_points(gift.note) > most_reason) {
        return std::unexpected{bad_field("reason", "must be 1 to 500 characters")};
    }
    gift.reference = text_in(object, "reference");
    if (auto mistake = wire::mistake_in_user(gift.reference)) {
        return std::unexpected{bad_field("reference", std::move(*mistake))};
    }
    if (auto const* const end = object.if_contains("expires_at");
        end != nullptr && !end->is_null()) {
        auto const* const at = end->if_int64();
        if (at == nullptr || *at <= base::to_ms(call.office.store.now()) || *at > latest ||
            gift.amount.value < 0) {
            return std::unexpected{
                bad_field("expires_at",
                          "must be a time to come, in milliseconds, of credits that are given")};
        }
        gift.expires_at = base::from_ms(*at);
    }
    return gift;
}

jobs::Moved move(Call const& call, std::string const& user, ledger::Credit const& gift) {
    auto const& rules = call.office.settings.rules;
    ledger::Debit const debit{
        .kind = gift.kind, .amount = -gift.amount, .reference = gift.reference, .note = gift.note};
    jobs::Moved moved;
    call.office.store.transact(jobs::load_for_move(user, gift.reference), [&](jobs::Batch& batch) {
        moved = gift.amount.value > 0 ? jobs::grant(batch, user, gift, rules)
                                      : jobs::spend(batch, user, debit, rules);
    });
    return moved;
}

Response grant(Call const& call) {
    auto const user = subject_in_path(call);
    auto const gift = user ? gift_in(call) : std::unexpected{user.error()};
    if (!gift) {
        return refuse(call, gift.error());
    }
    auto const moved = move(call, *user, *gift);
    auto const refusal = wire::refusal_of(moved);
    if (!refusal.code.empty()) {
        return refuse(call, refusal);
    }
    bool const repeated = moved.outcome == jobs::MoveOutcome::repeated;
    if (!repeated) {
        call.office.log.business("credits.by_hand", {{"user", *user},
                                                     {"kind", std::string{to_text(gift->kind)}},
                                                     {"credits", gift->amount.value},
                                                     {"reason", gift->note},
                                                     {"by", call.caller.name}});
    }
    return json_answer({{"user_id", *user},
                        {"repeated", repeated},
                        {"balance", moved.balance.value},
                        {"entry", wire::entry_json(*moved.entry)}});
}

// By the beginning of the user id, or, where none is given, the newest first.
Or<adapters::AccountFilter> accounts_in_query(Call const& call) {
    constexpr int usual = 50;
    constexpr int most = 200;
    auto const text = [&](char const* name) {
        return std::string{call.request.parameter(name).value_or("")};
    };
    auto const limit = number_in_query(call, "limit", usual, most);
    if (!limit || *limit == 0) {
        return std::unexpected{limit ? bad_field("limit", "must be at least 1") : limit.error()};
    }
    adapters::AccountFilter filter{.prefix = text("prefix"), .limit = static_cast<int>(*limit)};
    auto const order = text("order");
    filter.newest_first = order.empty() ? filter.prefix.empty() : order == "newest";
    if ((!order.empty() && order != "newest" && order != "user_id") ||
        (filter.newest_first && !filter.prefix.empty())) {
        return std::unexpected{bad_field("order",
                                         "must be newest or user_id; user_id only where "
                                         "a prefix is given")};
    }
    auto const cursor = text("cursor");
    auto const is_odd = [](std::string const& word) {
        return !word.empty() && wire::mistake_in_user(word);
    };
    if (is_odd(filter.prefix) || is_odd(cursor)) {
        return std::unexpected{
            bad_field(is_odd(cursor) ? "cursor" : "prefix", "can't be of a user id")};
    }
    if (!filter.newest_first) {
        filter.after = cursor;
    } else if (!cursor.empty()) {
        auto const before = base::parse_integer(cursor);
        if (!before) {
            return std::unexpected{bad_field("cursor",
                                             "must be the next_cursor of an earlier "
                                             "page")};
        }
        filter.before = base::AccountId{*before};
    }
    return filter;
}

Response accounts(Call const& call) {
    auto filter = accounts_in_query(call);
    if (!filter) {
        return refuse(call, filter.error());
    }
    auto const wanted = filter->limit++;  // one more tells whether there is more
    auto found = call.office.store.list_accounts(*filter);
    bool const more = std::ssize(found) > wanted;
    if (more) {
        found.pop_back();
    }
    auto const now = call.office.store.now();
    json::array lines;
    for (auto const& wallet : found) {
        lines.push_back(wire::account_line_json(wallet, now));
    }
    json::object out{{"accounts", std::move(lines)}, {"next_cursor", nullptr}};
    if (more) {
        auto const& last = found.back().account;
        out["next_cursor"] = filter->newest_first ? std::to_string(last.id.value) : last.user;
    }
    return json_answer(out);
}

Response seals(Call const& call) {
    auto const limit = number_in_query(call, "limit", 30, most_seals);
    if (!limit) {
        return refuse(call, limit.error());
    }
    auto const all = call.office.store.seals().all();
    json::array out;
    for (auto seal = all.rbegin(); seal != all.rend() && std::ssize(out) < *limit; ++seal) {
        out.push_back(wire::seal_json(*seal));
    }
    return json_answer({{"seals", std::move(out)}});
}

constexpr std::array inspection_rows{
    Route{.method = "GET",
          .pattern = "/api/jobs/{id}/input",
          .access = Access::jobs_reading,
          .handle = job_input,
          .summary = "What a job was asked with, and how often it was tried"},
    Route{.method = "GET",
          .pattern = "/api/admin/accounts",
          .access = Access::admin_reading,
          .handle = on_pool<accounts>,
          .summary = "Accounts by the beginning of their user ids, or the newest first"},
    Route{.method = "POST",
          .pattern = "/api/admin/accounts/{user_id}/grant",
          .access = Access::admin,
          .handle = on_pool<grant>,
          .summary = "Gives credits to an account, or takes them by an adjustment, with a reason"},
    Route{.method = "GET",
          .pattern = "/api/admin/seals",
          .access = Access::admin_reading,
          .handle = on_pool<seals>,
          .summary = "The ledger's seals, newest first"},
};

}  // namespace

std::span<Route const> inspection_routes() {
    return inspection_rows;
}

}  // namespace worker::http
