// Credits come in. An open debt is paid first, within the same entry.
#include "ledger/credit.h"

#include <algorithm>

#include "ledger/post.h"

namespace ledger {

namespace {

CreditOutcome judge(Wallet const& wallet, Credit const& what, base::Timestamp now) {
    if (what.amount.value <= 0) {
        return CreditOutcome::not_positive;
    }
    auto const effective_at = what.effective_at.value_or(now);
    if (what.expires_at && (*what.expires_at <= effective_at || *what.expires_at <= now)) {
        return CreditOutcome::already_expired;
    }
    // The totals only grow, so they are what overflows first; with them the balance fits too.
    bool const fits = base::checked_add(wallet.account.balance, what.amount).has_value() &&
                      base::checked_add(wallet.account.totals.recharged, what.amount).has_value();
    return fits ? CreditOutcome::credited : CreditOutcome::overflow;
}

}  // namespace

CreditOutcome credit(Wallet& wallet, Credit const& what, base::Timestamp now) {
    auto const outcome = judge(wallet, what, now);
    if (outcome != CreditOutcome::credited) {
        return outcome;
    }
    auto const effective_at = what.effective_at.value_or(now);
    Grant const& grant = open_grant(wallet, {.kind = what.kind,
                                             .amount = what.amount,
                                             .effective_at = effective_at,
                                             .expires_at = what.expires_at,
                                             .service = what.service});
    std::vector<Draw> draws{{.grant = grant.number, .amount = what.amount}};
    bool const pays_debt =
        wallet.account.debt.value > 0 && effective_at <= now && what.service.empty();
    if (pays_debt) {
        auto const paid = std::min(wallet.account.debt, what.amount);
        draws.push_back({.grant = grant.number, .amount = -paid});
        draws.push_back({.grant = debt, .amount = paid});
    }
    post(wallet, {.kind = what.kind,
                  .draws = std::move(draws),
                  .action = what.action,
                  .reference = what.reference,
                  .note = what.note,
                  .recorded_at = now,
                  .effective_at = effective_at});
    return outcome;
}

Wallet open_account(base::AccountId id, std::string user, base::Credits gift, base::Timestamp now) {
    Wallet wallet;
    wallet.account.id = id;
    wallet.account.user = std::move(user);
    wallet.account.created_at = now;
    wallet.created = true;
    wallet.changed = true;
    if (gift.value > 0) {
        auto const outcome =
            credit(wallet, {.kind = Kind::signup, .amount = gift, .note = "sign-up gift"}, now);
        CHECK(outcome == CreditOutcome::credited);
    }
    return wallet;
}

}  // namespace ledger
