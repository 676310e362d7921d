// Calls that move credits by hand, and the facts of an account.
#include <array>
#include <optional>
#include <vector>

#include "config/nearest.h"
#include "wire/credits_request.h"
#include "wire/json.h"
#include "worker/http/money.h"
#include "worker/http/on_pool.h"
#include "worker/http/till.h"
#include "worker/tell_of_brake.h"
#include "worker/tiers.h"

namespace worker::http {

namespace {

using adapters::http::Response;

bool went_through(jobs::Moved const& moved) {
    return moved.outcome == jobs::MoveOutcome::moved ||
           moved.outcome == jobs::MoveOutcome::repeated;
}

Answer consume(Call& call) {
    auto what = asked_for(call, wire::parse_consumption);
    if (!what) {
        co_return refuse(call, what.error());
    }
    what->api_key = call.caller.capped ? call.caller.key : 0;
    auto const paid = co_await call.office.till->ask(*what);
    auto const& moved = paid.moved;
    tell_of_brake(call.office.log, what->user, moved.why);
    if (moved.outcome == jobs::MoveOutcome::insufficient_credits) {
        co_return respond(short_of(what->amount, moved.balance, 400), language_of_money(call));
    }
    co_return went_through(moved)
        ? json_answer(wire::consumed_json(what->amount, moved.balance, tongue_of(call)))
        : refuse(call, wire::refusal_of(moved));
}

Answer recharge(Call& call) {
    auto const what = asked_for(call, wire::parse_recharge);
    if (!what) {
        co_return refuse(call, what.error());
    }
    auto const paid = co_await call.office.till->ask(*what);
    auto const& moved = paid.moved;
    co_return went_through(moved)
        ? json_answer(wire::recharged_json(*what, moved.balance, tongue_of(call)))
        : refuse(call, wire::refusal_of(moved));
}

// Where tiers are configured, another one is a slip; but one that the account has may stay.
std::optional<Problem> unknown_tier(Call const& call, std::string const& user,
                                    std::optional<std::string> const& tier) {
    auto const known = tiers_of(call.office.settings, call.office.book());
    if (!tier || tier->empty() || *tier == "none" || known.empty() || known.contains(*tier)) {
        return std::nullopt;
    }
    auto const wallet = call.office.store.glance(user);
    if (wallet && wallet->account.tier == *tier) {
        return std::nullopt;
    }
    std::vector<std::string_view> const names{known.begin(), known.end()};
    auto const nearest = std::string{config::nearest(*tier, names)};
    return bad_field("tier", "is none of the configured tiers; did you mean `" + nearest + "`?");
}

// The tier makes prices, so that nobody sets their own.
Response put_account(Call const& call) {
    auto const user = subject_in_path(call);
    if (!user) {
        return refuse(call, user.error());
    }
    auto const body = body_of(call);
    if (!body) {
        return refuse(call, body.error());
    }
    auto const facts = wire::parse_account_facts(*body);
    if (!facts) {
        return refuse(call, wire::refusal_of(facts.error()));
    }
    if (facts->tier && call.caller.is_user()) {
        return refuse(call, not_allowed("an account's tier is not set by its user"));
    }
    if (auto problem = unknown_tier(call, *user, facts->tier)) {
        return refuse(call, *problem);
    }
    jobs::AccountPut put;
    base::Timestamp now;
    call.office.store.transact(jobs::load_for_account(*user), [&](jobs::Batch& batch) {
        now = batch.now;
        put = jobs::put_account(batch, *user, *facts, call.office.settings.rules);
    });
    return json_answer(wire::facts_json(put.wallet, now));
}

// Why somebody was stopped, and by whom, is the operator's business; that they are is theirs.
void keep_to_ourselves(ledger::Standing& standing) {
    for (auto* const stop : {&standing.freeze, &standing.brake}) {
        if (*stop) {
            (*stop)->reason.clear();
            (*stop)->by.clear();
        }
    }
}

Response get_account(Call const& call) {
    auto const user = subject_in_path(call);
    if (!user) {
        return refuse(call, user.error());
    }
    auto wallet = call.office.store.glance(*user);
    if (!wallet) {
        return refuse(call, unknown_account(*user));
    }
    if (call.caller.is_user()) {
        keep_to_ourselves(wallet->account.standing);
    }
    return json_answer(wire::account_json(*wallet, call.office.store.now()));
}

constexpr std::array credits_rows{
    Route{.method = "POST",
          .pattern = "/api/credits/consume",
          .access = Access::credits_user,
          .handle = consume,
          .summary = "Takes credits from an account, all or nothing, once per reference"},
    Route{.method = "POST",
          .pattern = "/api/credits/recharge",
          .access = Access::credits,
          .handle = recharge,
          .summary = "Gives the credits of a paid order, once per order"},
    Route{.method = "PUT",
          .pattern = "/api/accounts/{user_id}",
          .access = Access::credits_user,
          .handle = on_pool<put_account>,
          .summary = "Opens an account with its gift, or changes the facts about it"},
    Route{.method = "GET",
          .pattern = "/api/accounts/{user_id}",
          .access = Access::credits_reading,
          .handle = on_pool<get_account>,
          .summary = "The balance, totals and grants of an account"},
};

}  // namespace

std::span<Route const> credits_routes() {
    return credits_rows;
}

}  // namespace worker::http
