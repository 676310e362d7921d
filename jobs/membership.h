// How long somebody is a member: a term begins where the running one ends.
#pragma once

#include "base/time.h"
#include "ledger/wallet.h"

namespace jobs {

// The same day and time so many months later, in UTC; the last day of a month that is too short.
base::Timestamp months_later(base::Timestamp from, int months);

struct Term {
    base::Timestamp from;
    base::Timestamp until;
};

// Adds a term to the account's membership: from its end on, or from now on where there is none.
Term extend_membership(ledger::Wallet& wallet, int months, base::Timestamp now);

// Takes a term out again: what comes after it moves up.
void shorten_membership(ledger::Wallet& wallet, Term const& term);

}  // namespace jobs
