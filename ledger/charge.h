// What one charge of a job took, from its entries, and how it ends: settled on the measured price
// or refunded. Both are one entry at the most.
#pragma once

#include <span>

#include "base/time.h"
#include "ledger/wallet.h"

namespace ledger {

struct Charge {
    base::JobId job;
    int number = 0;
    base::Credits taken;      // what it holds now
    std::vector<Draw> draws;  // as taken, in order, what was given back already subtracted
};

// From the entries of one job and charge, in order.
Charge charge_of(std::span<Entry const> entries, base::JobId job, int number);

// Gives `amount` (at most what the charge holds) back to the grants it came from, last drawn first.
// What came from a grant that has expired since goes to a new refund grant that lives until
// now + grace. The grants must be in the wallet. Nothing to give back posts nothing. What was
// written off of those grants meanwhile (revoke.h) is taken again by an entry of its own.
struct GiveBack {
    Kind kind = Kind::refund;  // or settle
    base::Credits amount;
    std::string service;
    base::Millis grace{};
    std::string note;
};

void give_back(Wallet& wallet, Charge const& charge, GiveBack const& what, base::Timestamp now);

enum class Shortfall : std::uint8_t { absorb, charge, debt };

struct Settled {
    base::Credits price;     // what the job cost in the end
    base::Credits absorbed;  // what it should have cost more
};

// Ends the charge at `price`: below what it holds, the difference goes back; above it, `shortfall`
// decides. Equal: nothing is posted.
struct Settlement {
    base::Credits price;
    Shortfall shortfall = Shortfall::absorb;
    std::string service;
    base::Millis grace{};
    std::string note;
};

Settled settle(Wallet& wallet, Charge const& charge, Settlement const& what, base::Timestamp now);

}  // namespace ledger
