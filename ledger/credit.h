// Credits come in: recharge, bonus, gift, sync, adjustment. An open debt is paid first.
#pragma once

#include "ledger/wallet.h"

namespace ledger {

struct Credit {
    Kind kind = Kind::recharge;
    base::Credits amount;                         // more than zero
    std::optional<base::Timestamp> effective_at;  // none: now
    std::optional<base::Timestamp> expires_at;    // none: never
    std::string service;                          // restricted to it; empty: any
    std::string action;                           // where it comes from; empty: kind says it
    std::string reference;
    std::string note;
};

enum class CreditOutcome : std::uint8_t {
    credited,
    not_positive,
    already_expired,  // it would be dead on arrival: expiry not after its effect, or not after now
    overflow,         // the account can't hold that much
};

CreditOutcome credit(Wallet& wallet, Credit const& what, base::Timestamp now);

// A new account with its sign-up gift (zero: none).
Wallet open_account(base::AccountId id, std::string user, base::Credits gift, base::Timestamp now);

}  // namespace ledger
