// Credits are spent. The order of drawing is total, so that a replay draws the same: grants
// restricted to the service first, then soonest expiry (never-expiring last), promotional before
// paid, then effective date, then the grant's number.
#pragma once

#include "ledger/wallet.h"

namespace ledger {

struct Debit {
    Kind kind = Kind::consume;  // or adjust, sync
    base::Credits amount;       // more than zero
    std::string service;        // which restricted grants may pay; empty: none may
    std::string action;         // what for; empty: for the service
    base::JobId job;
    int charge = 0;
    std::string reference;
    std::string note;
};

enum class DebitOutcome : std::uint8_t {
    debited,
    not_positive,
    insufficient_credits,
    frozen,
    braked,
    overflow,  // the account's totals can't count that much more
};

// All or nothing: a refused debit changes nothing.
DebitOutcome debit(Wallet& wallet, Debit const& what, base::Timestamp now);

// Whether a grant of that kind was given away rather than paid for.
bool promotional(Kind kind);

// Whether `a` is drawn before `b` for that service.
bool drawn_before(Grant const& a, Grant const& b, std::string_view service);

}  // namespace ledger
