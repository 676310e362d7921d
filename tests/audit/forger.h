// Somebody who knows how the ledger works: they change an account's entries as they like, and make
// as much of the rest fit as they care to.
#pragma once

#include <string>
#include <vector>

#include "tests/audit/victim.h"

namespace audit_tests {

struct Forgery {
    ledger::Books books;
    std::vector<jobs::Job> jobs;
};

// Everything about that account, as it is.
Forgery books_of(Victim& victim, std::string const& user);

// The hash of the entry at that place, from those before it as they stand.
base::Hash hash_at(ledger::Books const& books, std::size_t place);

// Numbers, balances, hashes and draws of the entries; then the account, and what is left in its
// grants: nothing of it contradicts anything else.
void make_all_fit(ledger::Books& books);

// What the jobs say of their money, by the entries.
void make_jobs_fit(Forgery& forgery);

// Instead of what was there, with the guards in place again afterwards.
void put(Victim& victim, Forgery const& before, Forgery const& after);

}  // namespace audit_tests
