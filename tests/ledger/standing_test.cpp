// What stops an account, as stores keep it.
#include "ledger/standing.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "ledger/credit.h"
#include "ledger/debit.h"

namespace ledger {

namespace {

TEST(Standing, NothingIsNoLine) {
    EXPECT_EQ(line_of({}), "");
    EXPECT_EQ(parse_standing(""), Standing{});
}

RC_GTEST_PROP(Standing, ComesBackAsItWasWhateverTheReason, (std::string const& reason)) {
    Standing standing;
    standing.freeze = Stop{.reason = reason,
                           .by = "a;b=c,%",
                           .since = base::from_ms(1'772'323'200'123),
                           .until = std::nullopt};
    standing.brake = Stop{.reason = "spent 5, usual are 1",
                          .by = "",
                          .since = base::from_ms(17),
                          .until = base::from_ms(99)};
    standing.brake_lifted_at = base::from_ms(5);
    standing.caps = {.job = base::Credits{0}, .daily = std::nullopt, .monthly = base::Credits{7}};
    standing.written_off = {{.grants = {7, 8}, .amount = {100}}, {.grants = {9}, .amount = {1}}};
    RC_ASSERT(parse_standing(line_of(standing)) == standing);
}

TEST(Standing, WhatCanNotBeReadIsLeftOut) {
    EXPECT_EQ(parse_standing("daily=x;;=;nothing=5;monthly"), Standing{});
    EXPECT_EQ(parse_standing("daily=5;later=1").caps.daily, base::Credits{5});
}

TEST(Standing, ABrakedAccountPaysNothingUntilItsTime) {
    auto const now = base::from_ms(1'000'000);
    auto wallet = open_account({1}, "u1", {100}, now);
    wallet.account.standing.brake =
        Stop{.reason = "", .by = "", .since = now, .until = now + base::Millis{10}};
    EXPECT_EQ(debit(wallet, {.amount = {1}}, now + base::Millis{9}), DebitOutcome::braked);
    EXPECT_EQ(debit(wallet, {.amount = {1}}, now + base::Millis{10}), DebitOutcome::debited);
}

}  // namespace

}  // namespace ledger
