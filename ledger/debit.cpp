// Credits are spent, all or nothing.
#include "ledger/debit.h"

#include "ledger/draw.h"
#include "ledger/post.h"

namespace ledger {

DebitOutcome debit(Wallet& wallet, Debit const& what, base::Timestamp now) {
    if (what.amount.value <= 0) {
        return DebitOutcome::not_positive;
    }
    if (wallet.account.frozen) {
        return DebitOutcome::frozen;
    }
    if (braked(wallet.account.standing, now)) {
        return DebitOutcome::braked;
    }
    if (spendable_on(wallet, what.service, now) < what.amount) {
        return DebitOutcome::insufficient_credits;
    }
    if (!base::checked_add(wallet.account.totals.consumed, what.amount)) {
        return DebitOutcome::overflow;
    }
    post(wallet, {.kind = what.kind,
                  .draws = draws_for(wallet, what.amount, what.service, now),
                  .job = what.job,
                  .charge = what.charge,
                  .action = what.action.empty() ? what.service : what.action,
                  .reference = what.reference,
                  .note = what.note,
                  .recorded_at = now,
                  .effective_at = now});
    return DebitOutcome::debited;
}

}  // namespace ledger
