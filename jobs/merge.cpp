#include "jobs/merge.h"

#include <vector>

#include "ledger/post.h"

namespace jobs {

namespace {

// What was given away goes on being drawn before what was paid for.
ledger::Kind kind_of(ledger::Grant const& grant) {
    return ledger::promotional(grant.kind) ? ledger::Kind::bonus : ledger::Kind::adjust;
}

ledger::Credit credit_of(ledger::Grant const& grant, std::string const& from) {
    return {.kind = kind_of(grant),
            .amount = grant.remaining,
            .expires_at = grant.expires_at,
            .service = grant.service,
            .action = "merge",
            .note = "merged from " + from};
}

std::vector<ledger::Grant> left_on(ledger::Wallet const& wallet, base::Timestamp now) {
    std::vector<ledger::Grant> left;
    for (auto const& grant : wallet.grants) {
        if (ledger::spendable(grant, now)) {
            left.push_back(grant);
        }
    }
    return left;
}

bool fits(ledger::Wallet const& wallet, base::Credits sum) {
    return base::checked_add(wallet.account.balance, sum) &&
           base::checked_add(wallet.account.totals.recharged, sum);
}

void take_out(ledger::Wallet& wallet, ledger::Grant const& grant, std::string const& into,
              base::Timestamp now) {
    ledger::post(wallet, {.kind = ledger::Kind::adjust,
                          .draws = {{.grant = grant.number, .amount = -grant.remaining}},
                          .action = "merge",
                          .note = "merged into " + into,
                          .recorded_at = now,
                          .effective_at = now});
}

}  // namespace

Load load_for_merge(std::string const& from, std::string const& into) {
    return {.users = {from, into}, .new_accounts = 1};
}

Merged merge(Batch& batch, std::string const& from, std::string const& into, Rules const& rules) {
    Merged merged;
    auto const* const known = batch.wallet_of(from);
    if (from == into || known == nullptr) {
        return merged;
    }
    bool const stopped =
        known->account.frozen || ledger::braked(known->account.standing, batch.now);
    if (known->account.debt.value > 0 || stopped) {
        merged.outcome = stopped ? MergeOutcome::frozen : MergeOutcome::in_debt;
        return merged;
    }
    ledger::expire(*batch.wallet_of(from), batch.now);
    auto const left = left_on(*batch.wallet_of(from), batch.now);
    if (left.empty()) {
        return merged;
    }
    base::Credits sum;
    for (auto const& grant : left) {
        sum += grant.remaining;
    }
    bool const opened = batch.wallet_of(into) == nullptr;
    if (auto& target = wallet_for(batch, into, rules); !fits(target, sum)) {
        if (opened) {
            close_unused(batch);
        }
        merged.outcome = MergeOutcome::overflow;
        return merged;
    }
    for (auto const& grant : left) {
        take_out(*batch.wallet_of(from), grant, into, batch.now);
        auto const outcome =
            ledger::credit(*batch.wallet_of(into), credit_of(grant, from), batch.now);
        CHECK(outcome == ledger::CreditOutcome::credited);
    }
    merged.grants = std::ssize(left);
    merged.credits = sum;
    return merged;
}

}  // namespace jobs
