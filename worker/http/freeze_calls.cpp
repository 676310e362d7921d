// What an operator does to an account: freeze, release, caps of its own, membership by hand.
#include <algorithm>
#include <array>
#include <iterator>

#include "jobs/freeze.h"
#include "wire/freeze_request.h"
#include "wire/json.h"
#include "worker/http/money.h"
#include "worker/http/on_pool.h"

namespace worker::http {

namespace {

using adapters::http::Response;

Response answer(Call const& call, jobs::Frozen const& frozen, std::string const& user,
                base::Timestamp now) {
    if (frozen.outcome == jobs::FreezeOutcome::missing) {
        return refuse(call, unknown_account(user));
    }
    return json_answer(wire::account_json(frozen.wallet, now));
}

// One decision about the account that the path names.
template <typename Decision>
Response decide(Call const& call, std::string const& user, jobs::Load const& load, char const* what,
                Decision decision, Log::Fields more = {}) {
    jobs::Frozen frozen;
    base::Timestamp now;
    call.office.store.transact(load, [&](jobs::Batch& batch) {
        now = batch.now;
        frozen = decision(batch);
    });
    if (frozen.outcome == jobs::FreezeOutcome::done) {
        Log::Fields fields{{"user", user}, {"by", call.caller.name}};
        std::ranges::move(more, std::back_inserter(fields));
        call.office.log.business(what, std::move(fields));
    }
    auto response = answer(call, frozen, user, now);
    return response;
}

Response freeze(Call const& call) {
    auto const user = subject_in_path(call);
    auto const body = user ? body_of(call) : std::unexpected{user.error()};
    if (!body) {
        return refuse(call, body.error());
    }
    auto const reason = wire::parse_freeze_reason(*body);
    if (!reason) {
        return refuse(call, wire::refusal_of(reason.error()));
    }
    auto const by = "API key " + call.caller.name;
    return decide(call, *user, jobs::load_for_freeze(*user), "account.frozen",
                  [&](jobs::Batch& batch) { return jobs::freeze(batch, *user, *reason, by); },
                  {{"reason", *reason}});
}

// What takes no body does not mind one.
template <auto release>
Response let_go(Call const& call, char const* what) {
    auto const user = subject_in_path(call);
    if (!user) {
        return refuse(call, user.error());
    }
    auto const& rules = call.office.settings.rules;
    return decide(call, *user, jobs::load_for_release(*user), what,
                  [&](jobs::Batch& batch) { return release(batch, *user, rules); });
}

Response unfreeze(Call const& call) {
    return let_go<jobs::unfreeze>(call, "account.unfrozen");
}

Response lift_brake(Call const& call) {
    return let_go<jobs::lift_brake>(call, "account.brake_lifted");
}

Response set_caps(Call const& call) {
    auto const user = subject_in_path(call);
    auto const body = user ? body_of(call) : std::unexpected{user.error()};
    if (!body) {
        return refuse(call, body.error());
    }
    auto const caps = wire::parse_caps(*body);
    if (!caps) {
        return refuse(call, wire::refusal_of(caps.error()));
    }
    ledger::Standing standing;
    standing.caps = *caps;
    return decide(call, *user, jobs::load_for_freeze(*user), "account.capped",
                  [&](jobs::Batch& batch) { return jobs::set_caps(batch, *user, *caps); },
                  {{"caps", ledger::line_of(standing)}});
}

Response set_membership(Call const& call) {
    auto const user = subject_in_path(call);
    auto const body = user ? body_of(call) : std::unexpected{user.error()};
    if (!body) {
        return refuse(call, body.error());
    }
    auto const wanted = wire::parse_membership(*body, call.office.store.now());
    if (!wanted) {
        return refuse(call, wire::refusal_of(wanted.error()));
    }
    auto const until = wanted->until ? base::to_ms(*wanted->until) : 0;
    return decide(
        call, *user, jobs::load_for_freeze(*user), "account.membership",
        [&](jobs::Batch& batch) { return jobs::set_member_until(batch, *user, wanted->until); },
        {{"member_until", until}, {"reason", wanted->reason}});
}

constexpr std::array freeze_rows{
    Route{.method = "POST",
          .pattern = "/api/admin/accounts/{user_id}/freeze",
          .access = Access::admin,
          .handle = on_pool<freeze>,
          .summary = "Lets an account spend nothing and start nothing until it is released"},
    Route{.method = "POST",
          .pattern = "/api/admin/accounts/{user_id}/unfreeze",
          .access = Access::admin,
          .handle = on_pool<unfreeze>,
          .summary = "Releases a frozen account; its waiting jobs go on at once"},
    Route{.method = "POST",
          .pattern = "/api/admin/accounts/{user_id}/release",
          .access = Access::admin,
          .handle = on_pool<lift_brake>,
          .summary = "Lifts the brake from an account; its waiting jobs go on at once"},
    Route{.method = "PUT",
          .pattern = "/api/admin/accounts/{user_id}/caps",
          .access = Access::admin,
          .handle = on_pool<set_caps>,
          .summary = "Gives an account caps of its own instead of the configured ones"},
    Route{.method = "PUT",
          .pattern = "/api/admin/accounts/{user_id}/membership",
          .access = Access::admin,
          .handle = on_pool<set_membership>,
          .summary = "Says until when an account is a member, or that it is none any more"},
};

}  // namespace

std::span<Route const> freeze_routes() {
    return freeze_rows;
}

}  // namespace worker::http
