// Services priced by the book and paid without a job.
#include <array>

#include "wire/credits_request.h"
#include "wire/json.h"
#include "worker/http/money.h"
#include "worker/http/on_pool.h"
#include "worker/http/till.h"
#include "worker/tell_of_brake.h"

namespace worker::http {

namespace {

using adapters::http::Response;
using jobs::SubmitOutcome;

// A key may ask for a price without saying for whom; then nobody is named.
Or<std::string> subject_of_cost(Call const& call, wire::StrictObject const& body) {
    auto const* const named = body.object.if_contains("user_id");
    bool const nobody = named == nullptr || named->is_null();
    return nobody && !call.caller.is_user() ? std::string{} : subject_in(call, body);
}

// That the account can't pay it now is an answer too.
bool is_priced(SubmitOutcome outcome) {
    return outcome == SubmitOutcome::created || outcome == SubmitOutcome::insufficient_credits ||
           outcome == SubmitOutcome::frozen || outcome == SubmitOutcome::braked;
}

// What the account has, or would have once it is opened.
ledger::Wallet wallet_of(Call const& call, std::string const& user, base::Timestamp now) {
    auto known = user.empty() ? std::nullopt : call.office.store.glance(user);
    return known ? std::move(*known)
                 : ledger::open_account({}, user, call.office.settings.rules.signup_gift, now);
}

Response cost(Call const& call) {
    auto const body = body_of(call);
    if (!body) {
        return refuse(call, body.error());
    }
    auto const user = subject_of_cost(call, *body);
    if (!user) {
        return refuse(call, user.error());
    }
    auto use = wire::parse_points(*body, *user, call.office.settings);
    if (!use) {
        return refuse(call, wire::refusal_of(use.error()));
    }
    use->request.queue_anyway = user->empty();
    jobs::Batch batch;
    batch.now = call.office.store.now();
    batch.wallets.push_back(wallet_of(call, *user, batch.now));
    auto const balance = ledger::balance(batch.wallets.back(), batch.now);
    auto const judged = jobs::cost_of(batch, *use, call.office.book(), call.office.settings.rules);
    if (!is_priced(judged.outcome)) {
        return refuse(call, wire::refusal_of(judged, use->request.service));
    }
    return json_answer(
        wire::cost_json(judged, user->empty() ? std::nullopt : std::optional{balance}));
}

Response answer_to(Call const& call, jobs::PointsUse const& use, jobs::PointsPaid const& paid) {
    auto const& judged = paid.judged;
    if (judged.outcome == SubmitOutcome::insufficient_credits) {
        return respond(short_of(judged.required, judged.balance, 402), language_of_money(call));
    }
    if (judged.outcome != SubmitOutcome::created) {
        return refuse(call, wire::refusal_of(judged, use.request.service));
    }
    if (auto const refusal = wire::refusal_of(paid.moved); !refusal.code.empty()) {
        return refuse(call, refusal);
    }
    auto const consumed = paid.moved.entry ? -paid.moved.entry->amount : base::Credits{};
    return json_answer(wire::consumed_json(consumed, paid.moved.balance, tongue_of(call)));
}

Answer consume_points(Call& call) {
    auto use = asked_for(call, [&](auto const& body, std::string const& user) {
        return wire::parse_points(body, user, call.office.settings);
    });
    if (!use) {
        co_return refuse(call, use.error());
    }
    use->request.api_key = call.caller.capped ? call.caller.key : 0;
    auto const paid = co_await call.office.till->ask(*use);
    tell_of_brake(call.office.log, use->request.user, paid.moved.why);
    co_return answer_to(call, *use, paid);
}

Response prices(Call const& call) {
    return json_answer(wire::prices_json(call.office.book()));
}

constexpr std::array points_rows{
    Route{.method = "POST",
          .pattern = "/api/points/cost",
          .access = Access::credits_reading,
          .handle = on_pool<cost>,
          .summary = "What a service would cost, and whether the account can pay it"},
    Route{.method = "POST",
          .pattern = "/api/points/consume",
          .access = Access::credits_user,
          .handle = consume_points,
          .summary = "Pays for a service by the price book, once per reference"},
    Route{.method = "GET",
          .pattern = "/api/points/prices",
          .access = Access::caller,
          .handle = on_pool<prices>,
          .summary = "The price book"},
};

}  // namespace

std::span<Route const> points_routes() {
    return points_rows;
}

}  // namespace worker::http
