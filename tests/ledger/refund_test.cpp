// A job that ended without a result gives back what it took.
#include "tests/ledger/purse.h"

namespace tests {
namespace {

using ledger::Kind;

TEST(Refund, ReturnsToTheGrantsItCameFromLastDrawnFirst) {
    Purse purse;
    auto const soon = purse.add({.amount = {5}, .expires_at = purse.now + week});
    auto const never = purse.add(10);
    auto const charge = purse.take(8);
    purse.refund(charge);
    EXPECT_EQ(purse.last_draws(), (Draws{{never, {3}}, {soon, {5}}}));
    EXPECT_EQ(purse.left(soon), 5);
    EXPECT_EQ(purse.left(never), 10);
    EXPECT_EQ(purse.wallet.posted.back().kind, Kind::refund);
    EXPECT_TRUE(purse.audit().empty());
}

TEST(Refund, APartGoesBackToTheLastDrawnGrantOnly) {
    Purse purse;
    auto const soon = purse.add({.amount = {5}, .expires_at = purse.now + week});
    auto const never = purse.add(10);
    auto const charge = purse.take(8);
    ledger::give_back(purse.wallet, charge, {.amount = {2}, .grace = week}, purse.now);
    EXPECT_EQ(purse.last_draws(), (Draws{{never, {2}}}));
    EXPECT_EQ(purse.left(soon), 0);
}

TEST(Refund, OfAnExpiredGrantLivesInANewOneForTheGracePeriod) {
    for (Millis const late : {Millis{-1}, Millis{0}, Millis{1}}) {
        Purse purse;
        auto const expiry = purse.now + day;
        auto const home = purse.add({.amount = {10}, .expires_at = expiry});
        auto const charge = purse.take(10);
        purse.now = expiry + late;
        purse.refund(charge);
        bool const alive = late < Millis{0};
        EXPECT_EQ(purse.left(home), alive ? 10 : 0);
        EXPECT_EQ(purse.balance(), 10);
        ASSERT_EQ(purse.wallet.grants.size(), alive ? 1U : 2U);
        if (!alive) {
            ledger::Grant const& fresh = purse.grant(2);
            EXPECT_EQ(fresh.kind, Kind::refund);
            EXPECT_EQ(fresh.amount.value, 10);
            EXPECT_EQ(fresh.effective_at, purse.now);
            EXPECT_EQ(fresh.expires_at, purse.now + week);
        }
        EXPECT_TRUE(purse.audit().empty());
    }
}

TEST(Refund, SplitsBetweenLivingGrantsAndOneNewGrant) {
    Purse purse;
    auto const first = purse.add({.amount = {2}, .expires_at = purse.now + day});
    auto const second = purse.add({.amount = {3}, .expires_at = purse.now + 2 * day});
    auto const never = purse.add(10);
    auto const charge = purse.take(9);
    purse.now += 3 * day;
    purse.refund(charge);
    EXPECT_EQ(purse.last_draws(), (Draws{{never, {4}}, {4, {5}}}));
    EXPECT_EQ(purse.left(first), 0);
    EXPECT_EQ(purse.left(second), 0);
    EXPECT_EQ(purse.balance(), 15);
    EXPECT_TRUE(purse.audit().empty());
}

TEST(Refund, OfAnExpiredRestrictedGrantStaysRestricted) {
    Purse purse;
    purse.add({.amount = {10}, .expires_at = purse.now + day, .service = "tts"});
    auto const charge = purse.take(10, "tts");
    purse.now += day;
    purse.refund(charge);
    EXPECT_EQ(purse.grant(2).service, "tts");
    EXPECT_EQ(ledger::spendable_on(purse.wallet, "video", purse.now).value, 0);
}

TEST(Refund, TheGraceGrantExpiresLikeAnyOther) {
    Purse purse;
    purse.add({.amount = {10}, .expires_at = purse.now + day});
    auto const charge = purse.take(10);
    purse.now += day;
    purse.refund(charge);
    purse.now += week;
    EXPECT_EQ(purse.balance(), 0);
    EXPECT_EQ(ledger::expire(purse.wallet, purse.now).credits.value, 10);
    EXPECT_TRUE(purse.audit().empty());
}

TEST(Refund, OfNothingPostsNothing) {
    Purse purse;
    purse.add(10);
    auto const charge = purse.take(5);
    ledger::give_back(purse.wallet, charge, {.amount = {0}, .grace = week}, purse.now);
    EXPECT_EQ(purse.wallet.posted.size(), 2U);
}

TEST(Refund, ReachesAFrozenAccount) {
    Purse purse;
    purse.add(10);
    auto const charge = purse.take(10);
    purse.wallet.account.frozen = true;
    purse.refund(charge);
    EXPECT_EQ(purse.balance(), 10);
}

TEST(Refund, IsCountedApartFromWhatWasConsumed) {
    Purse purse;
    purse.add(10);
    purse.refund(purse.take(4));
    auto const& totals = purse.wallet.account.totals;
    EXPECT_EQ(totals.recharged.value, 10);
    EXPECT_EQ(totals.consumed.value, 4);
    EXPECT_EQ(totals.refunded.value, 4);
    EXPECT_EQ(totals.expired.value, 0);
}

TEST(RefundDeathTest, OfMoreThanTheChargeHoldsStopsTheProgram) {
    Purse purse;
    purse.add(10);
    auto const charge = purse.take(5);
    EXPECT_DEATH(ledger::give_back(purse.wallet, charge, {.amount = {6}, .grace = week}, purse.now),
                 "taken");
}

TEST(Charge, HoldsNothingAfterItsRefund) {
    Purse purse;
    purse.add(10);
    purse.refund(purse.take(5));
    auto const after = ledger::charge_of(purse.wallet.posted, {1}, 1);
    EXPECT_EQ(after.taken.value, 0);
}

TEST(Charge, KnowsOnlyItsOwnEntries) {
    Purse purse;
    purse.add(100);
    purse.take(5, "", {1}, 1);
    purse.take(6, "", {1}, 2);
    purse.take(7, "", {2}, 1);
    auto const charge = ledger::charge_of(purse.wallet.posted, {1}, 2);
    EXPECT_EQ(charge.job, base::JobId{1});
    EXPECT_EQ(charge.number, 2);
    EXPECT_EQ(charge.taken.value, 6);
    EXPECT_EQ(charge.draws, (Draws{{1, {-6}}}));
}

}  // namespace
}  // namespace tests
