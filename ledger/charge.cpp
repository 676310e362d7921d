// How a charge ends: settled or refunded.
#include "ledger/charge.h"

#include <algorithm>
#include <ranges>

#include "ledger/draw.h"
#include "ledger/post.h"

namespace ledger {

namespace {

// Takes what was given back out of the draws of that grant, the last one first.
void subtract(std::vector<Draw>& draws, Draw const& given_back) {
    base::Credits rest = given_back.amount;
    for (Draw& draw : draws | std::views::reverse) {
        if (draw.grant == given_back.grant) {
            auto const part = std::min(rest, -draw.amount);
            draw.amount += part;
            rest -= part;
        }
    }
}

// Where credits that were drawn from somewhere go back to.
struct Returns {
    std::vector<Draw> draws;
    base::Credits homeless;                  // their grant has expired since
    std::optional<std::string> restriction;  // of the homeless ones, while they all agree
    // What of them was written off, and so is not to stay: by grant, and of the homeless ones.
    std::vector<Draw> forfeit;
    base::Credits homeless_forfeit;
};

// How much of what comes back to that grant was written off; it is not any more.
base::Credits take_written_off(Standing& standing, std::int64_t grant, base::Credits most) {
    base::Credits sum;
    for (auto& what : standing.written_off) {
        if (std::ranges::find(what.grants, grant) != what.grants.end()) {
            auto const part = std::min(most - sum, what.amount);
            what.amount -= part;
            sum += part;
        }
    }
    std::erase_if(standing.written_off,
                  [](WrittenOff const& what) { return what.amount.value <= 0; });
    return sum;
}

void add_homeless(Returns& returns, base::Credits amount, std::string const& service) {
    bool const agrees = !returns.restriction || *returns.restriction == service;
    returns.restriction = agrees ? service : std::string{};
    returns.homeless += amount;
}

void return_to_debt(Wallet const& wallet, Returns& returns, base::Credits amount) {
    auto const owed = std::min(wallet.account.debt, amount);
    if (owed.value > 0) {
        returns.draws.push_back({.grant = debt, .amount = owed});
    }
    if (owed < amount) {
        add_homeless(returns, amount - owed, {});
    }
}

Returns plan_returns(Wallet& wallet, Charge const& charge, base::Credits amount,
                     base::Timestamp now) {
    Returns returns;
    for (Draw const& draw : charge.draws | std::views::reverse) {
        auto const part = std::min(amount, -draw.amount);
        if (part.value <= 0) {
            continue;
        }
        amount -= part;
        if (draw.grant == debt) {
            return_to_debt(wallet, returns, part);
            continue;
        }
        Grant const* const home = find_grant(wallet, draw.grant);
        CHECK(home != nullptr);
        auto const forfeit = take_written_off(wallet.account.standing, home->number, part);
        if (home->expires_at && *home->expires_at <= now) {
            add_homeless(returns, part, home->service);
            returns.homeless_forfeit += forfeit;
        } else {
            returns.draws.push_back({.grant = home->number, .amount = part});
            returns.forfeit.push_back({.grant = home->number, .amount = -forfeit});
        }
    }
    CHECK(amount.value == 0);
    return returns;
}

// What came back of credits whose money has gone back to the payer is taken again.
void forfeit(Wallet& wallet, std::vector<Draw> draws, std::string const& note,
             base::Timestamp now) {
    std::erase_if(draws, [](Draw const& draw) { return draw.amount.value == 0; });
    base::Credits sum;
    for (auto const& draw : draws) {
        sum -= draw.amount;
    }
    if (draws.empty() || !base::checked_add(wallet.account.totals.consumed, sum)) {
        return;
    }
    post(wallet, {.kind = Kind::adjust,
                  .draws = std::move(draws),
                  .action = "chargeback",
                  .reference = {},
                  .note = "written off before it came back: " + note,
                  .recorded_at = now,
                  .effective_at = now});
}

// Draws what exceeds the charge: from grants as far as they go and, if the service says so, as
// debt.
base::Credits take_more(Wallet& wallet, Charge const& charge, Settlement const& what,
                        base::Credits extra, base::Timestamp now) {
    auto const reachable = std::min(extra, spendable_on(wallet, what.service, now));
    auto draws = draws_for(wallet, reachable, what.service, now);
    base::Credits taken = reachable;
    if (what.shortfall == Shortfall::debt && taken < extra) {
        draws.push_back({.grant = debt, .amount = taken - extra});
        taken = extra;
    }
    if (!draws.empty()) {
        post(wallet, {.kind = Kind::settle,
                      .draws = std::move(draws),
                      .job = charge.job,
                      .charge = charge.number,
                      .action = what.service,
                      .note = what.note,
                      .recorded_at = now,
                      .effective_at = now});
    }
    return taken;
}

}  // namespace

Charge charge_of(std::span<Entry const> entries, base::JobId job, int number) {
    Charge charge{.job = job, .number = number};
    for (Entry const& entry : entries) {
        if (entry.job != job || entry.charge != number) {
            continue;
        }
        charge.taken -= entry.amount;
        for (Draw const& draw : entry.draws) {
            if (draw.amount.value < 0) {
                charge.draws.push_back(draw);
            } else {
                subtract(charge.draws, draw);
            }
        }
    }
    return charge;
}

void give_back(Wallet& wallet, Charge const& charge, GiveBack const& what, base::Timestamp now) {
    CHECK(what.amount.value >= 0 && what.amount <= charge.taken);
    if (what.amount.value == 0) {
        return;
    }
    Returns returns = plan_returns(wallet, charge, what.amount, now);
    if (returns.homeless.value > 0) {
        Grant const& home = open_grant(wallet, {.kind = Kind::refund,
                                                .amount = returns.homeless,
                                                .effective_at = now,
                                                .expires_at = now + what.grace,
                                                .service = returns.restriction.value_or("")});
        returns.draws.push_back({.grant = home.number, .amount = returns.homeless});
        returns.forfeit.push_back({.grant = home.number, .amount = -returns.homeless_forfeit});
    }
    post(wallet, {.kind = what.kind,
                  .draws = std::move(returns.draws),
                  .job = charge.job,
                  .charge = charge.number,
                  .action = what.service,
                  .note = what.note,
                  .recorded_at = now,
                  .effective_at = now});
    forfeit(wallet, std::move(returns.forfeit), what.note, now);
}

Settled settle(Wallet& wallet, Charge const& charge, Settlement const& what, base::Timestamp now) {
    if (what.price <= charge.taken) {
        give_back(wallet, charge,
                  {.kind = Kind::settle,
                   .amount = charge.taken - what.price,
                   .service = what.service,
                   .grace = what.grace,
                   .note = what.note},
                  now);
        return {.price = what.price};
    }
    auto const extra = what.price - charge.taken;
    bool const countable = base::checked_add(wallet.account.totals.consumed, extra).has_value();
    if (what.shortfall == Shortfall::absorb || !countable) {
        return {.price = charge.taken, .absorbed = extra};
    }
    auto const taken = take_more(wallet, charge, what, extra, now);
    return {.price = charge.taken + taken, .absorbed = extra - taken};
}

}  // namespace ledger
