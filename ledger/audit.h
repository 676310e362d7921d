// Checks one account's books against the invariants of the ledger, from first entry to last.
#pragma once

#include <string>
#include <vector>

#include "ledger/wallet.h"

namespace ledger {

// A broken invariant, by its number in ARCHITECTURE.md.
struct Finding {
    int invariant = 0;
    std::string account;
    base::JobId job;
    std::string what;
};

// All that is stored about one account.
struct Books {
    Account account;
    std::vector<Grant> grants;   // every one, by number
    std::vector<Entry> entries;  // every one, by sequence
};

// Invariants 1, 2, 3, 8, 9, 10 (the chain), 11 and 12, and 7 within the account.
std::vector<Finding> audit(Books const& books, base::Timestamp now);

}  // namespace ledger
