// What people and programs do with an account by hand: consume, recharge, pay for a service without
// a job, and say who somebody is. One external reference, one effect: the same again is answered as
// the first time, something else under that reference is a conflict.
//
// Before credits move, what has expired on that account is recorded, so that the balance that an
// entry is stored with is the one that was shown.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "jobs/accounts.h"
#include "jobs/guards.h"
#include "jobs/submit.h"

namespace jobs {

struct Consumption {
    std::string user;
    base::Credits amount;
    std::string action;  // the caller's own word for what it pays for
    std::string description;
    std::string reference;     // of this user; empty: none
    std::int64_t api_key = 0;  // as Request::api_key
};

struct Recharge {
    std::string user;
    base::Credits credits;
    std::int64_t paid = 0;  // what was paid for them, in the smallest coin
    std::string method;     // of payment
    std::string order;      // its number, unique among all users
};

Load load_for(Consumption const& what, Rules const& rules);
Load load_for(Recharge const& what);

// Moved::balance is what was there right after it, also when it is repeated.
Moved consume(Batch& batch, Consumption const& what, Rules const& rules);
Moved recharge(Batch& batch, Recharge const& what, Rules const& rules);

// What was shown as the balance right after that entry of the wallet.
base::Credits shown_after(ledger::Entry const& entry, ledger::Wallet const& wallet,
                          base::Timestamp now);

// `grant` and `spend` of accounts.h, after what has expired is recorded.
Moved give(Batch& batch, std::string const& user, ledger::Credit const& what, Rules const& rules);
Moved take(Batch& batch, std::string const& user, ledger::Debit const& what, Rules const& rules);
// `take`, if the guards let it; it counts for them then. Its load needs look_at_spending.
Moved take_guarded(Batch& batch, std::string const& user, ledger::Debit const& debit,
                   Taking const& taking, Rules const& rules);

// Whether a reference is of a form that the program makes itself, such as `order:…` for what an
// order granted. Nobody else may take one of those: what it is for could not happen any more.
bool is_own_reference(std::string_view text);

// An entry's reference as its caller gave it: those of a user are stored with the user before them.
std::string_view given_reference(std::string_view stored);

// A service used without a job, priced by the book. Of the request it is the user, the service and
// the usage that count; `reference` is as in Consumption.
struct PointsUse {
    Request request;
    std::string reference;
};

struct PointsPaid {
    Submission judged;  // `created`, or why it was refused
    Moved moved;        // of what was paid; without an entry where it costs nothing
};

Load load_for(PointsUse const& use, Rules const& rules);
PointsPaid pay(Batch& batch, PointsUse const& use, pricing::Book const& book, Rules const& rules);

// What it would cost, and whether that account could pay it now. Nothing is changed. A member who
// would pay nothing needs nothing: `required` is zero, and the price stands on the job.
Submission cost_of(Batch& batch, PointsUse const& use, pricing::Book const& book,
                   Rules const& rules);

// Facts about an account. None: stays as it is; empty: is not known any more.
struct AccountFacts {
    std::optional<std::string> username;
    std::optional<std::string> email;
    std::optional<std::string> tier;
    std::optional<std::string> time_zone;
};

struct AccountPut {
    bool opened = false;  // with its gift
    ledger::Wallet wallet;
};

Load load_for_account(std::string const& user);
AccountPut put_account(Batch& batch, std::string const& user, AccountFacts const& facts,
                       Rules const& rules);

}  // namespace jobs
