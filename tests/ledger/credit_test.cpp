// Credits come in.
#include <limits>

#include "tests/ledger/purse.h"

namespace tests {
namespace {

using ledger::CreditOutcome;
using ledger::Kind;
using ledger::Shortfall;

// An account that owes `debt` credits and has nothing.
Purse indebted(std::int64_t debt) {
    Purse purse;
    purse.add(1);
    auto const charge = purse.take(1);
    auto const settled = ledger::settle(
        purse.wallet, charge, {.price = {1 + debt}, .shortfall = Shortfall::debt, .grace = week},
        purse.now);
    EXPECT_EQ(settled.price.value, 1 + debt);
    EXPECT_EQ(purse.balance(), -debt);
    return purse;
}

TEST(Credit, MakesOneGrantAndOneEntry) {
    Purse purse;
    purse.add({.kind = Kind::bonus,
               .amount = {10},
               .expires_at = purse.now + day,
               .service = "tts",
               .reference = "order 1",
               .note = "ten more"});
    ledger::Grant const& grant = purse.grant(1);
    EXPECT_EQ(grant.kind, Kind::bonus);
    EXPECT_EQ(grant.amount, Credits{10});
    EXPECT_EQ(grant.remaining, Credits{10});
    EXPECT_EQ(grant.effective_at, purse.now);
    EXPECT_EQ(grant.expires_at, purse.now + day);
    EXPECT_EQ(grant.service, "tts");
    ASSERT_EQ(purse.wallet.posted.size(), 1U);
    ledger::Entry const& entry = purse.wallet.posted.back();
    EXPECT_EQ(entry.draws, (Draws{{1, {10}}}));
    EXPECT_EQ(entry.reference, "order 1");
    EXPECT_EQ(entry.note, "ten more");
    EXPECT_TRUE(purse.audit().empty());
}

TEST(Credit, RefusesNothingAndLess) {
    Purse purse;
    for (std::int64_t const amount : {0, -5}) {
        EXPECT_EQ(ledger::credit(purse.wallet, {.amount = {amount}}, purse.now),
                  CreditOutcome::not_positive);
    }
    EXPECT_TRUE(purse.wallet.posted.empty());
    EXPECT_TRUE(purse.wallet.grants.empty());
}

TEST(Credit, RefusesWhatWouldBeDeadOnArrival) {
    Purse purse;
    EXPECT_EQ(ledger::credit(purse.wallet, {.amount = {1}, .expires_at = purse.now}, purse.now),
              CreditOutcome::already_expired);
    EXPECT_EQ(ledger::credit(
                  purse.wallet,
                  {.amount = {1}, .effective_at = purse.now + day, .expires_at = purse.now + day},
                  purse.now),
              CreditOutcome::already_expired);
    EXPECT_EQ(ledger::credit(purse.wallet, {.amount = {1}, .expires_at = purse.now + Millis{1}},
                             purse.now),
              CreditOutcome::credited);
}

TEST(Credit, RefusesMoreThanTheAccountCanHold) {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    Purse purse;
    purse.add(most - 5);
    EXPECT_EQ(ledger::credit(purse.wallet, {.amount = {6}}, purse.now), CreditOutcome::overflow);
    EXPECT_EQ(purse.wallet.posted.size(), 1U);
    EXPECT_EQ(ledger::credit(purse.wallet, {.amount = {5}}, purse.now), CreditOutcome::credited);
    EXPECT_EQ(purse.balance(), most);
}

TEST(Credit, TotalsCanNotOverflowEither) {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    Purse purse;
    purse.add(most);
    purse.take(most);
    EXPECT_EQ(purse.balance(), 0);
    EXPECT_EQ(ledger::credit(purse.wallet, {.amount = {1}}, purse.now), CreditOutcome::overflow);
    EXPECT_EQ(purse.wallet.account.totals.recharged.value, most);
}

TEST(Credit, ComesInToAFrozenAccountToo) {
    Purse purse;
    purse.wallet.account.frozen = true;
    purse.add(10);
    EXPECT_EQ(purse.balance(), 10);
}

TEST(Credit, PaysAnOpenDebtFirst) {
    Purse purse = indebted(4);
    auto const grant = purse.add(10);
    EXPECT_EQ(purse.wallet.account.debt, Credits{0});
    EXPECT_EQ(purse.balance(), 6);
    EXPECT_EQ(purse.left(grant), 6);
    EXPECT_EQ(purse.wallet.posted.back().amount, Credits{10});
    EXPECT_TRUE(purse.audit().empty());
}

TEST(Credit, PaysAsMuchOfADebtAsItCan) {
    Purse purse = indebted(10);
    auto const grant = purse.add(4);
    EXPECT_EQ(purse.wallet.account.debt, Credits{6});
    EXPECT_EQ(purse.balance(), -6);
    EXPECT_EQ(purse.left(grant), 0);
    EXPECT_TRUE(purse.audit().empty());
}

TEST(Credit, WhileThereIsDebtItsPartCanNotBeSpent) {
    Purse purse = indebted(4);
    purse.add({.amount = {10}, .service = "tts"});  // restricted credits don't pay the debt
    EXPECT_EQ(purse.wallet.account.debt, Credits{4});
    EXPECT_EQ(purse.balance(), 6);
    EXPECT_EQ(ledger::spendable_on(purse.wallet, "tts", purse.now).value, 6);
    EXPECT_EQ(ledger::spendable_on(purse.wallet, "", purse.now).value, 0);
    EXPECT_EQ(ledger::debit(purse.wallet, {.amount = {7}, .service = "tts"}, purse.now),
              ledger::DebitOutcome::insufficient_credits);
    purse.take(6, "tts", {2});
    EXPECT_TRUE(purse.audit().empty());
}

TEST(Credit, ANewAccountHasItsGift) {
    auto const wallet = ledger::open_account({3}, "new", {520}, start_of_tests);
    EXPECT_TRUE(wallet.created);
    EXPECT_TRUE(wallet.changed);
    EXPECT_EQ(wallet.account.user, "new");
    EXPECT_EQ(wallet.account.created_at, start_of_tests);
    EXPECT_EQ(ledger::balance(wallet, start_of_tests).value, 520);
    ASSERT_EQ(wallet.posted.size(), 1U);
    EXPECT_EQ(wallet.posted[0].kind, Kind::signup);
    EXPECT_EQ(wallet.posted[0].account, base::AccountId{3});
}

TEST(Credit, ANewAccountWithoutAGiftHasNoEntry) {
    auto const wallet = ledger::open_account({3}, "new", {}, start_of_tests);
    EXPECT_TRUE(wallet.posted.empty());
    EXPECT_TRUE(wallet.grants.empty());
}

}  // namespace
}  // namespace tests
