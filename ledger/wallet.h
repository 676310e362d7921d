// An account with its grants: what a transaction loads, changes through the functions of this room,
// and writes back. The functions append the entries they make to `posted`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/credits.h"
#include "base/ids.h"
#include "base/sha256.h"
#include "base/time.h"
#include "ledger/entry.h"
#include "ledger/standing.h"

namespace ledger {

// Credits that came in together.
struct Grant {
    std::int64_t number = 0;  // 1, 2, 3 … within the account
    Kind kind = Kind::recharge;
    base::Credits amount;
    base::Credits remaining;
    base::Timestamp effective_at;
    std::optional<base::Timestamp> expires_at;  // none: never
    std::string service;                        // the only service it may pay for; empty: any
    bool changed = false;                       // since it was loaded: to be written

    friend bool operator==(Grant const&, Grant const&) = default;
};

// Sums over the account's entries; recharged - consumed + refunded - expired = balance.
struct Totals {
    base::Credits recharged;
    base::Credits consumed;
    base::Credits refunded;
    base::Credits expired;

    friend bool operator==(Totals const&, Totals const&) = default;
};

struct Account {
    base::AccountId id;
    std::string user;
    std::string tier;      // empty: none
    std::string username;  // facts for people, each empty: not known
    std::string email;
    std::string time_zone;  // by its IANA name
    std::optional<base::Timestamp> member_until;
    bool frozen = false;
    Standing standing;
    base::Timestamp created_at;
    base::Credits balance;     // the ledger's: sum of all entries
    base::Credits debt;        // never negative
    std::int64_t entries = 0;  // sequence of the last entry
    std::int64_t grants = 0;   // number of the last grant
    base::Hash head{};         // hash of the last entry
    Totals totals;
};

struct Wallet {
    Account account;
    std::vector<Grant> grants;  // at least all with something left; any order
    std::vector<Entry> posted;  // new in this transaction, in order
    bool created = false;       // the account itself is new
    bool changed = false;       // the account's row is to be written
};

// Whether a draw may take from it at that time: something left, in effect, not expired. An expiry
// is the first instant at which it can't be spent any more.
bool spendable(Grant const& grant, base::Timestamp now);

// What can be spent now on that service (empty: on anything, so restricted grants don't count;
// see also `balance`), less the debt, never below zero.
base::Credits spendable_on(Wallet const& wallet, std::string_view service, base::Timestamp now);

// What every face shows as the balance: all grants in effect and not expired, less the debt.
base::Credits balance(Wallet const& wallet, base::Timestamp now);

}  // namespace ledger
