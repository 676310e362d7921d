// Takes back credits whose money went back to the payer: what is left of the grants that it paid
// for. What was spent of them can't be taken from there; it becomes the account's debt, or nothing.
#pragma once

#include <string>
#include <vector>

#include "ledger/wallet.h"

namespace ledger {

struct Revocation {
    std::vector<std::int64_t> grants;  // numbers, in the order in which they are taken from
    base::Credits amount;              // more than zero
    bool owe = false;                  // what is not there any more is owed
    std::string action;
    std::string reference;
    std::string note;
};

struct Revoked {
    base::Credits taken;  // out of the grants
    base::Credits owed;   // added to the debt
    base::Credits lost;   // the rest
};

// One entry at the most, of kind adjust; none where nothing is taken or owed. A grant that is not
// in the wallet has nothing left. What the account's sums can't count any more is lost.
//
// What is lost may only be held by a charge, and come back when that ends: it is kept in the
// account's standing, and taken then (charge.h).
Revoked revoke(Wallet& wallet, Revocation const& what, base::Timestamp now);

}  // namespace ledger
