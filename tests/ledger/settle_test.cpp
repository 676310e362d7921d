// A charge ends on the measured price.
#include <limits>

#include "tests/ledger/purse.h"

namespace tests {
namespace {

using ledger::Kind;
using ledger::Settled;
using ledger::Shortfall;

Settled settle(Purse& purse, ledger::Charge const& charge, std::int64_t price,
               Shortfall shortfall = Shortfall::absorb, std::string const& service = "") {
    return ledger::settle(
        purse.wallet, charge,
        {.price = {price}, .shortfall = shortfall, .service = service, .grace = week}, purse.now);
}

TEST(Settle, AtTheCeilingPostsNothing) {
    Purse purse;
    purse.add(20);
    auto const settled = settle(purse, purse.take(10), 10);
    EXPECT_EQ(settled.price.value, 10);
    EXPECT_EQ(settled.absorbed.value, 0);
    EXPECT_EQ(purse.wallet.posted.size(), 2U);
}

TEST(Settle, BelowTheCeilingGivesTheDifferenceBackLastDrawnFirst) {
    Purse purse;
    auto const soon = purse.add({.amount = {5}, .expires_at = purse.now + week});
    auto const never = purse.add(20);
    auto const settled = settle(purse, purse.take(10), 3);
    EXPECT_EQ(settled.price.value, 3);
    EXPECT_EQ(purse.last_draws(), (Draws{{never, {5}}, {soon, {2}}}));
    EXPECT_EQ(purse.wallet.posted.back().kind, Kind::settle);
    EXPECT_EQ(purse.balance(), 22);
    EXPECT_TRUE(purse.audit().empty());
}

TEST(Settle, ToNothingGivesAllBack) {
    Purse purse;
    purse.add(20);
    EXPECT_EQ(settle(purse, purse.take(10), 0).price.value, 0);
    EXPECT_EQ(purse.balance(), 20);
}

TEST(Settle, WhatComesBackToADeadGrantGetsTheGracePeriod) {
    Purse purse;
    purse.add({.amount = {10}, .expires_at = purse.now + day});
    auto const charge = purse.take(10);
    purse.now += day;
    settle(purse, charge, 4);
    EXPECT_EQ(purse.balance(), 6);
    EXPECT_EQ(purse.grant(2).kind, Kind::refund);
    EXPECT_EQ(purse.grant(2).expires_at, purse.now + week);
    EXPECT_TRUE(purse.audit().empty());
}

TEST(Settle, AboveTheCeilingIsAbsorbed) {
    Purse purse;
    purse.add(100);
    auto const settled = settle(purse, purse.take(10), 17, Shortfall::absorb);
    EXPECT_EQ(settled.price.value, 10);
    EXPECT_EQ(settled.absorbed.value, 7);
    EXPECT_EQ(purse.balance(), 90);
    EXPECT_EQ(purse.wallet.posted.size(), 2U);
}

TEST(Settle, AboveTheCeilingIsChargedWhereTheServiceSaysSo) {
    Purse purse;
    purse.add(100);
    auto const settled = settle(purse, purse.take(10), 17, Shortfall::charge);
    EXPECT_EQ(settled.price.value, 17);
    EXPECT_EQ(settled.absorbed.value, 0);
    EXPECT_EQ(purse.balance(), 83);
    EXPECT_EQ(purse.wallet.posted.back().kind, Kind::settle);
    EXPECT_TRUE(purse.audit().empty());
}

TEST(Settle, ChargesUpToTheBalanceAndAbsorbsTheRest) {
    Purse purse;
    purse.add(12);
    auto const settled = settle(purse, purse.take(10), 17, Shortfall::charge);
    EXPECT_EQ(settled.price.value, 12);
    EXPECT_EQ(settled.absorbed.value, 5);
    EXPECT_EQ(purse.balance(), 0);
    EXPECT_TRUE(purse.audit().empty());
}

TEST(Settle, ChargesNothingMoreWhenThereIsNothing) {
    Purse purse;
    purse.add(10);
    auto const settled = settle(purse, purse.take(10), 17, Shortfall::charge);
    EXPECT_EQ(settled.price.value, 10);
    EXPECT_EQ(settled.absorbed.value, 7);
    EXPECT_EQ(purse.wallet.posted.size(), 2U);
}

TEST(Settle, TheExtraComesFromGrantsThatMayPayForTheService) {
    Purse purse;
    purse.add(10);
    auto const charge = purse.take(10);
    purse.add({.amount = {3}, .service = "video"});
    auto const mine = purse.add({.amount = {3}, .service = "tts"});
    auto const settled = settle(purse, charge, 15, Shortfall::charge, "tts");
    EXPECT_EQ(settled.price.value, 13);
    EXPECT_EQ(settled.absorbed.value, 2);
    EXPECT_EQ(purse.last_draws(), (Draws{{mine, {-3}}}));
}

TEST(Settle, WhatTheBalanceLacksBecomesDebtWhereTheServiceSaysSo) {
    Purse purse;
    auto const grant = purse.add(12);
    auto const settled = settle(purse, purse.take(10), 17, Shortfall::debt);
    EXPECT_EQ(settled.price.value, 17);
    EXPECT_EQ(settled.absorbed.value, 0);
    EXPECT_EQ(purse.last_draws(), (Draws{{grant, {-2}}, {ledger::debt, {-5}}}));
    EXPECT_EQ(purse.wallet.account.debt.value, 5);
    EXPECT_EQ(purse.wallet.account.balance.value, -5);
    EXPECT_EQ(purse.balance(), -5);
    EXPECT_TRUE(purse.audit().empty());
}

TEST(Settle, NoDebtIsMadeWhileTheBalanceSuffices) {
    Purse purse;
    purse.add(17);
    settle(purse, purse.take(10), 17, Shortfall::debt);
    EXPECT_EQ(purse.wallet.account.debt.value, 0);
    EXPECT_EQ(purse.balance(), 0);
}

TEST(Settle, AnExpiredGrantPaysNoExtra) {
    Purse purse;
    purse.add({.amount = {20}, .expires_at = purse.now + day});
    auto const charge = purse.take(10);
    purse.now += day;
    auto const settled = settle(purse, charge, 15, Shortfall::charge);
    EXPECT_EQ(settled.price.value, 10);
    EXPECT_EQ(settled.absorbed.value, 5);
    EXPECT_TRUE(purse.audit().empty());
}

TEST(Settle, AnAbsurdPriceOverflowsNothing) {
    Purse purse;
    purse.add(20);
    auto const charge = purse.take(10);
    auto const settled =
        settle(purse, charge, std::numeric_limits<std::int64_t>::max(), Shortfall::charge);
    EXPECT_EQ(settled.price.value + settled.absorbed.value,
              std::numeric_limits<std::int64_t>::max());
    EXPECT_GE(purse.balance(), 0);
    EXPECT_TRUE(purse.audit().empty());
}

}  // namespace
}  // namespace tests
