// How long somebody is a member. A term is counted in calendar months of the account's time zone
// (or, where it has none, of the configured one), at the same time of day: the last day of a month
// that is too short, and the first instant after a time that clocks skip.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/time.h"
#include "base/zone.h"
#include "jobs/rules.h"
#include "ledger/wallet.h"

namespace jobs {

base::Timestamp months_later(base::Timestamp from, int months, base::Zone const& zone);

struct Term {
    base::Timestamp from;
    base::Timestamp until;

    friend bool operator==(Term const&, Term const&) = default;
};

// What so many more months would be: from the end of the running membership on, or from now on
// where there is none.
Term next_term(ledger::Account const& account, int months, Rules const& rules, base::Timestamp now);

// Nobody can be a member for longer than this from now on; who would be is sold nothing more.
inline constexpr std::chrono::years longest_membership{10};

bool too_long(Term const& term, base::Timestamp now);

// Adds the next term to the account's membership.
Term extend_membership(ledger::Wallet& wallet, int months, Rules const& rules, base::Timestamp now);

// Takes a term out again whose money went back, and what comes after it moves up. Like credits that
// were spent before: by `debt` what was used of it is taken from what comes after it, as far as
// there is any; by `loss` only what was still to come of it. What was is never changed: the
// membership ends now at the earliest.
void shorten_membership(ledger::Wallet& wallet, Term const& term, Chargeback used,
                        base::Timestamp now);

// What can be bought under that name; null: there is no such term.
Membership const* find_membership(Rules const& rules, std::string_view name);

}  // namespace jobs
