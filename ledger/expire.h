// Records what is already true: grants past their date have nothing left. The entry takes effect at
// the grant's own expiry, so a late run changes nothing that anyone could spend. Safe to run twice.
#pragma once

#include "ledger/wallet.h"

namespace ledger {

struct Expired {
    std::int64_t grants = 0;
    base::Credits credits;
};

Expired expire(Wallet& wallet, base::Timestamp now);

}  // namespace ledger
