#include "ledger/revoke.h"

#include <algorithm>

#include "ledger/expire.h"
#include "ledger/post.h"

namespace ledger {

namespace {

std::vector<Draw> draws_of(Wallet& wallet, Revocation const& what, base::Timestamp now) {
    std::vector<Draw> draws;
    auto left = what.amount;
    for (auto const number : what.grants) {
        Grant const* const grant = find_grant(wallet, number);
        if (grant == nullptr || !spendable(*grant, now)) {
            continue;
        }
        auto const taken = std::min(left, grant->remaining);
        if (taken.value > 0) {
            draws.push_back({.grant = number, .amount = -taken});
            left -= taken;
        }
    }
    return draws;
}

// Whether the account's sums can take that much.
bool countable(Account const& account, base::Credits amount) {
    base::Credits balance;
    return base::checked_add(account.totals.consumed, amount) &&
           base::checked_add(account.debt, amount) &&
           !__builtin_sub_overflow(account.balance.value, amount.value, &balance.value);
}

void write_off(Standing& standing, std::vector<std::int64_t> grants, base::Credits lost) {
    std::erase(grants, 0);
    if (lost.value <= 0 || grants.empty()) {
        return;
    }
    standing.written_off.push_back({.grants = std::move(grants), .amount = lost});
    if (standing.written_off.size() > most_written_off) {
        standing.written_off.erase(standing.written_off.begin());
    }
}

}  // namespace

Revoked revoke(Wallet& wallet, Revocation const& what, base::Timestamp now) {
    CHECK(what.amount.value > 0);
    expire(wallet, now);
    if (!countable(wallet.account, what.amount)) {
        write_off(wallet.account.standing, what.grants, what.amount);
        wallet.changed = true;
        return {.taken = {}, .owed = {}, .lost = what.amount};
    }
    auto draws = draws_of(wallet, what, now);
    Revoked revoked;
    for (auto const& draw : draws) {
        revoked.taken -= draw.amount;
    }
    auto const rest = what.amount - revoked.taken;
    if (what.owe && rest.value > 0) {
        revoked.owed = rest;
        draws.push_back({.grant = debt, .amount = -rest});
    } else {
        revoked.lost = rest;
        write_off(wallet.account.standing, what.grants, rest);
        wallet.changed = true;
    }
    if (!draws.empty()) {
        post(wallet, {.kind = Kind::adjust,
                      .draws = std::move(draws),
                      .action = what.action,
                      .reference = what.reference,
                      .note = what.note,
                      .recorded_at = now,
                      .effective_at = now});
    }
    return revoked;
}

}  // namespace ledger
