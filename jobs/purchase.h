// Somebody buys: credits by a package, or a term of membership, for money or for credits. What is
// for money becomes an order that waits to be paid; what is for credits is paid at once, and is an
// order all the same, so that there is one list of what was bought and one effect for each key.
#pragma once

#include <string>

#include "jobs/accounts.h"
#include "jobs/batch.h"
#include "jobs/order.h"
#include "jobs/rules.h"

namespace jobs {

// The channel of what is paid out of the account.
inline constexpr std::string_view by_credits = "credits";

// What the amount of such an order is in.
inline constexpr std::string_view credits_as_currency = "CREDITS";

struct Purchase {
    std::string user;
    std::string package;   // of credits; empty: a term is bought
    std::string term;      // of membership: "month"; empty: a package is bought
    std::string channel;   // whom it is to be paid by, or by_credits
    std::string key;       // of this user: one order for it, for ever; empty: each call is another
    std::string secret;    // as in OrderRequest
    bool can_ask = false;  // whether that platform can be asked what became of it
    std::int64_t api_key = 0;  // that it comes with, if that key has a cap; zero: none
};

enum class PurchaseOutcome : std::uint8_t {
    opened,
    repeated,      // the key was used for the same: that order, as it is now
    key_conflict,  // the key was used for something else
    unknown_package,
    unknown_term,
    not_sold,          // not for this kind of money
    too_many_pending,  // let one of them be paid or closed first
    too_long,          // nobody becomes a member for that long
    overflow,
    insufficient_credits,
    frozen,
    stopped,  // by something else that keeps the account from spending: `moved` says what
};

struct Purchased {
    PurchaseOutcome outcome = PurchaseOutcome::opened;
    Order order;
    base::Credits required;   // of insufficient_credits
    base::Credits balance;    // after by_credits, or of insufficient_credits
    Moved moved;              // of stopped
    int limit = 0;            // of too_many_pending
    base::Millis frees_in{};  // when the first of those is closed
};

Load load_for(Purchase const& what, Rules const& rules);

// Opens the account, with its gift, if this is its first use and it is not refused.
Purchased purchase(Batch& batch, Purchase const& what, Rules const& rules);

// Keeps how a pending order can be paid, so that it is shown again without asking once more.
Load load_for_offer(std::string const& order);
bool keep_offer(Batch& batch, std::string const& order, std::string const& offer);

}  // namespace jobs
