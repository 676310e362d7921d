// A wallet with the time and every entry it ever had, and short words for what the tests do to it.
#pragma once

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "ledger/audit.h"
#include "ledger/charge.h"
#include "ledger/credit.h"
#include "ledger/debit.h"
#include "ledger/expire.h"
#include "ledger/post.h"

namespace base {

inline void PrintTo(Credits credits, std::ostream* out) {
    *out << credits.value << " credits";
}

}  // namespace base

namespace ledger {

inline void PrintTo(Draw const& draw, std::ostream* out) {
    *out << draw.grant << ":" << draw.amount.value;
}

}  // namespace ledger

namespace tests {

using base::Credits;
using base::Millis;
using base::Timestamp;

inline constexpr Timestamp start_of_tests = base::from_ms(1'800'000'000'000);
inline constexpr Millis day{86'400'000};
inline constexpr Millis week = 7 * day;

// The wallet keeps its posted entries, so that they and its grants are the books of the account.
struct Purse {
    ledger::Wallet wallet = ledger::open_account({1}, "u1", {}, start_of_tests);
    Timestamp now = start_of_tests;

    // Credits come in as described; returns the number of the grant they made.
    std::int64_t add(ledger::Credit const& what) {
        EXPECT_EQ(ledger::credit(wallet, what, now), ledger::CreditOutcome::credited);
        return wallet.account.grants;
    }

    std::int64_t add(std::int64_t amount) { return add({.amount = {amount}}); }

    // Debits that much for a job, and returns the charge as a store would load it.
    ledger::Charge take(std::int64_t amount, std::string const& service = "", base::JobId job = {1},
                        int number = 1) {
        auto const outcome = ledger::debit(
            wallet, {.amount = {amount}, .service = service, .job = job, .charge = number}, now);
        EXPECT_EQ(outcome, ledger::DebitOutcome::debited);
        return ledger::charge_of(wallet.posted, job, number);
    }

    void refund(ledger::Charge const& charge) {
        ledger::give_back(wallet, charge, {.amount = charge.taken, .grace = week}, now);
    }

    [[nodiscard]] ledger::Grant const& grant(std::int64_t number) {
        return *ledger::find_grant(wallet, number);
    }

    [[nodiscard]] std::int64_t left(std::int64_t number) { return grant(number).remaining.value; }

    [[nodiscard]] std::int64_t balance() const { return ledger::balance(wallet, now).value; }

    [[nodiscard]] std::vector<ledger::Draw> const& last_draws() const {
        return wallet.posted.back().draws;
    }

    [[nodiscard]] ledger::Books books() const {
        return {.account = wallet.account, .grants = wallet.grants, .entries = wallet.posted};
    }

    [[nodiscard]] std::vector<ledger::Finding> audit() const { return ledger::audit(books(), now); }
};

using Draws = std::vector<ledger::Draw>;

}  // namespace tests
