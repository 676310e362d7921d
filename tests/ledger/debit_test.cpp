// Spending: which grants pay, in which order, and when nothing moves at all.
#include "tests/ledger/purse.h"

namespace tests {
namespace {

using ledger::DebitOutcome;
using ledger::Kind;

TEST(Debit, DrawsARestrictedGrantBeforeOneThatExpiresSooner) {
    Purse purse;
    auto const open = purse.add({.amount = {10}, .expires_at = purse.now + day});
    auto const restricted = purse.add({.amount = {10}, .service = "tts"});
    purse.take(12, "tts");
    EXPECT_EQ(purse.last_draws(), (Draws{{restricted, {-10}}, {open, {-2}}}));
}

TEST(Debit, DrawsTheSoonestExpiryFirstAndTheNeverExpiringLast) {
    Purse purse;
    auto const never = purse.add(10);
    auto const late = purse.add({.amount = {10}, .expires_at = purse.now + 2 * day});
    auto const soon = purse.add({.amount = {10}, .expires_at = purse.now + day});
    purse.take(25);
    EXPECT_EQ(purse.last_draws(), (Draws{{soon, {-10}}, {late, {-10}}, {never, {-5}}}));
}

TEST(Debit, OneMillisecondOfExpiryDecides) {
    Purse purse;
    auto const later = purse.add({.amount = {5}, .expires_at = purse.now + day});
    auto const sooner = purse.add({.amount = {5}, .expires_at = purse.now + day - Millis{1}});
    purse.take(6);
    EXPECT_EQ(purse.last_draws(), (Draws{{sooner, {-5}}, {later, {-1}}}));
}

TEST(Debit, DrawsPromotionalBeforePaidWhereTheyExpireTogether) {
    for (Kind const promotional : {Kind::bonus, Kind::signup}) {
        Purse purse;
        auto const paid = purse.add(10);
        purse.now += Millis{1};
        auto const gift = purse.add({.kind = promotional, .amount = {10}});
        purse.take(11);
        EXPECT_EQ(purse.last_draws(), (Draws{{gift, {-10}}, {paid, {-1}}})) << to_text(promotional);
    }
}

TEST(Debit, SoonestExpiryGoesBeforePromotional) {
    Purse purse;
    auto const gift = purse.add({.kind = Kind::bonus, .amount = {10}});
    auto const paid = purse.add({.amount = {10}, .expires_at = purse.now + day});
    purse.take(11);
    EXPECT_EQ(purse.last_draws(), (Draws{{paid, {-10}}, {gift, {-1}}}));
}

TEST(Debit, DrawsTheEarlierEffectiveFirstWhereAllElseIsEqual) {
    Purse purse;
    auto const newer = purse.add({.amount = {10}, .effective_at = purse.now - day});
    auto const older = purse.add({.amount = {10}, .effective_at = purse.now - 2 * day});
    purse.take(11);
    EXPECT_EQ(purse.last_draws(), (Draws{{older, {-10}}, {newer, {-1}}}));
}

TEST(Debit, DrawsTheLowerNumberFirstWhereEvenTheDatesAreEqual) {
    Purse purse;
    auto const first = purse.add(10);
    auto const second = purse.add(10);
    std::swap(purse.wallet.grants[0], purse.wallet.grants[1]);  // any order in the wallet
    purse.take(11);
    EXPECT_EQ(purse.last_draws(), (Draws{{first, {-10}}, {second, {-1}}}));
}

TEST(Debit, AGrantRestrictedToAnotherServiceNeverPays) {
    Purse purse;
    purse.add({.amount = {100}, .service = "video"});
    purse.add(5);
    EXPECT_EQ(ledger::debit(purse.wallet, {.amount = {6}, .service = "tts"}, purse.now),
              DebitOutcome::insufficient_credits);
    EXPECT_EQ(ledger::debit(purse.wallet, {.amount = {6}}, purse.now),
              DebitOutcome::insufficient_credits);
    EXPECT_EQ(ledger::spendable_on(purse.wallet, "tts", purse.now).value, 5);
    EXPECT_EQ(ledger::spendable_on(purse.wallet, "video", purse.now).value, 105);
    EXPECT_EQ(purse.balance(), 105);
}

TEST(Debit, TheRestrictionOnlyGoesFirstForItsOwnService) {
    ledger::Grant const restricted{.number = 2, .service = "video"};
    ledger::Grant const open{.number = 1};
    EXPECT_TRUE(ledger::drawn_before(restricted, open, "video"));
    EXPECT_FALSE(ledger::drawn_before(restricted, open, "tts"));
}

TEST(Debit, NeverDrawsAnExpiredGrantWhetherSweptOrNot) {
    Purse purse;
    auto const expiry = purse.now + day;
    purse.add({.amount = {10}, .expires_at = expiry});
    purse.now = expiry - Millis{1};
    EXPECT_EQ(purse.balance(), 10);
    purse.take(1);
    purse.now = expiry;
    EXPECT_EQ(purse.balance(), 0);
    EXPECT_EQ(ledger::debit(purse.wallet, {.amount = {1}}, purse.now),
              DebitOutcome::insufficient_credits);
    purse.now = expiry + Millis{1};
    EXPECT_EQ(ledger::debit(purse.wallet, {.amount = {1}}, purse.now),
              DebitOutcome::insufficient_credits);
    EXPECT_TRUE(purse.audit().empty());
}

TEST(Debit, NeverDrawsAGrantBeforeItTakesEffect) {
    Purse purse;
    auto const start = purse.now + day;
    purse.add({.amount = {10}, .effective_at = start});
    purse.now = start - Millis{1};
    EXPECT_EQ(purse.balance(), 0);
    EXPECT_EQ(ledger::debit(purse.wallet, {.amount = {1}}, purse.now),
              DebitOutcome::insufficient_credits);
    purse.now = start;
    purse.take(10);
    EXPECT_TRUE(purse.audit().empty());
}

TEST(Debit, SpendsToTheLastCreditAndNotOneMore) {
    Purse purse;
    purse.add(10);
    EXPECT_EQ(ledger::debit(purse.wallet, {.amount = {11}}, purse.now),
              DebitOutcome::insufficient_credits);
    purse.take(10);
    EXPECT_EQ(purse.balance(), 0);
    EXPECT_EQ(ledger::debit(purse.wallet, {.amount = {1}}, purse.now),
              DebitOutcome::insufficient_credits);
}

TEST(Debit, ARefusedOneChangesNothing) {
    Purse purse;
    purse.add(10);
    auto const head = purse.wallet.account.head;
    for (std::int64_t const amount : {-1, 0}) {
        EXPECT_EQ(ledger::debit(purse.wallet, {.amount = {amount}}, purse.now),
                  DebitOutcome::not_positive);
    }
    EXPECT_EQ(ledger::debit(purse.wallet, {.amount = {11}}, purse.now),
              DebitOutcome::insufficient_credits);
    purse.wallet.account.frozen = true;
    EXPECT_EQ(ledger::debit(purse.wallet, {.amount = {1}}, purse.now), DebitOutcome::frozen);
    EXPECT_EQ(purse.wallet.posted.size(), 1U);
    EXPECT_EQ(purse.left(1), 10);
    EXPECT_EQ(purse.wallet.account.head, head);
}

TEST(Debit, CarriesItsJobItsReferenceAndItsTimes) {
    Purse purse;
    purse.add(10);
    purse.now += day;
    auto const outcome = ledger::debit(purse.wallet,
                                       {.amount = {4},
                                        .service = "tts",
                                        .job = {7},
                                        .charge = 2,
                                        .reference = "r",
                                        .note = "tts 4"},
                                       purse.now);
    ASSERT_EQ(outcome, DebitOutcome::debited);
    ledger::Entry const& entry = purse.wallet.posted.back();
    EXPECT_EQ(entry.seq, 2);
    EXPECT_EQ(entry.amount, Credits{-4});
    EXPECT_EQ(entry.balance_after, Credits{6});
    EXPECT_EQ(entry.job, base::JobId{7});
    EXPECT_EQ(entry.charge, 2);
    EXPECT_EQ(entry.reference, "r");
    EXPECT_EQ(entry.note, "tts 4");
    EXPECT_EQ(entry.recorded_at, purse.now);
    EXPECT_EQ(entry.effective_at, purse.now);
}

}  // namespace
}  // namespace tests
