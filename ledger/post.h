// The one place where an entry is made: it takes the next sequence number, moves the balance and
// the totals, and is chained to the entry before it.
#pragma once

#include "ledger/wallet.h"

namespace ledger {

struct Posting {
    Kind kind = Kind::adjust;
    std::vector<Draw> draws;
    base::JobId job;
    int charge = 0;
    std::string action;
    std::string reference;
    std::string note;
    base::Timestamp recorded_at;
    base::Timestamp effective_at;
};

// Applies the draws to the grants (which must be in the wallet) and appends the entry.
Entry const& post(Wallet& wallet, Posting posting);

// Adds an empty grant with the next number; the posting that follows must draw `grant.amount` into
// it. One entry opens one grant at the most.
Grant& open_grant(Wallet& wallet, Grant grant);

Grant* find_grant(Wallet& wallet, std::int64_t number);

// The hash of an entry: over `before`, every field of it, and the facts of the grant that it opened
// (nullptr: none), so that a changed expiry is found as surely as a changed amount.
base::Hash chain(base::Hash const& before, Entry const& entry, Grant const* opened);

// How an entry moves the account's totals.
void add_to_totals(Totals& totals, Kind kind, base::Credits amount);

}  // namespace ledger
