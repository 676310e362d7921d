// Expiry records what is already true.
#include "tests/ledger/purse.h"

namespace tests {
namespace {

using ledger::Kind;

TEST(Expire, TakesNothingOneMillisecondBeforeTheDate) {
    Purse purse;
    purse.add({.amount = {10}, .expires_at = purse.now + day});
    auto const expired = ledger::expire(purse.wallet, purse.now + day - Millis{1});
    EXPECT_EQ(expired.grants, 0);
    EXPECT_EQ(expired.credits.value, 0);
    EXPECT_EQ(purse.wallet.posted.size(), 1U);
}

TEST(Expire, TakesWhatIsLeftOnTheDateAndAfterIt) {
    for (Millis const late : {Millis{0}, Millis{1}, 30 * day}) {
        Purse purse;
        auto const expiry = purse.now + day;
        auto const grant = purse.add({.amount = {10}, .expires_at = expiry});
        purse.take(3);
        purse.now = expiry + late;
        auto const before = purse.balance();
        auto const expired = ledger::expire(purse.wallet, purse.now);
        EXPECT_EQ(expired.grants, 1);
        EXPECT_EQ(expired.credits.value, 7);
        EXPECT_EQ(purse.balance(), before);  // a sweep changes nothing that anyone could spend
        ledger::Entry const& entry = purse.wallet.posted.back();
        EXPECT_EQ(entry.kind, Kind::expire);
        EXPECT_EQ(entry.draws, (Draws{{grant, {-7}}}));
        EXPECT_EQ(entry.effective_at, expiry);
        EXPECT_EQ(entry.recorded_at, purse.now);
        EXPECT_TRUE(purse.audit().empty());
    }
}

TEST(Expire, ASecondRunTakesNothing) {
    Purse purse;
    purse.add({.amount = {10}, .expires_at = purse.now + day});
    purse.now += day;
    ledger::expire(purse.wallet, purse.now);
    auto const again = ledger::expire(purse.wallet, purse.now + day);
    EXPECT_EQ(again.grants, 0);
    EXPECT_EQ(again.credits.value, 0);
    EXPECT_EQ(purse.wallet.posted.size(), 2U);
}

TEST(Expire, TakesOnlyFromTheGrantsThatAreOver) {
    Purse purse;
    auto const never = purse.add(10);
    auto const over = purse.add({.amount = {20}, .expires_at = purse.now + day});
    auto const later = purse.add({.amount = {30}, .expires_at = purse.now + 2 * day});
    purse.now += day;
    EXPECT_EQ(ledger::expire(purse.wallet, purse.now).credits.value, 20);
    EXPECT_EQ(purse.left(never), 10);
    EXPECT_EQ(purse.left(over), 0);
    EXPECT_EQ(purse.left(later), 30);
}

TEST(Expire, MakesOneEntryForEachGrantInTheOrderOfTheirDates) {
    Purse purse;
    auto const second = purse.add({.amount = {1}, .expires_at = purse.now + 2 * day});
    auto const first = purse.add({.amount = {2}, .expires_at = purse.now + day});
    purse.now += week;
    auto const expired = ledger::expire(purse.wallet, purse.now);
    EXPECT_EQ(expired.grants, 2);
    ASSERT_EQ(purse.wallet.posted.size(), 4U);
    EXPECT_EQ(purse.wallet.posted[2].draws, (Draws{{first, {-2}}}));
    EXPECT_EQ(purse.wallet.posted[3].draws, (Draws{{second, {-1}}}));
    EXPECT_TRUE(purse.audit().empty());
}

TEST(Expire, AnEmptyGrantEndsWithoutAnEntry) {
    Purse purse;
    purse.add({.amount = {10}, .expires_at = purse.now + day});
    purse.take(10);
    EXPECT_EQ(ledger::expire(purse.wallet, purse.now + week).grants, 0);
    EXPECT_EQ(purse.wallet.posted.size(), 2U);
}

TEST(Expire, CreditsHeldByARunningJobDoNotExpire) {
    Purse purse;
    purse.add({.amount = {10}, .expires_at = purse.now + day});
    auto const charge = purse.take(8);
    purse.now += 2 * day;
    EXPECT_EQ(ledger::expire(purse.wallet, purse.now).credits.value, 2);
    purse.refund(charge);
    EXPECT_EQ(purse.balance(), 8);
    EXPECT_EQ(purse.wallet.account.totals.expired.value, 2);
    EXPECT_TRUE(purse.audit().empty());
}

TEST(Expire, AFrozenAccountExpiresLikeAnyOther) {
    Purse purse;
    purse.add({.amount = {10}, .expires_at = purse.now + day});
    purse.wallet.account.frozen = true;
    EXPECT_EQ(ledger::expire(purse.wallet, purse.now + day).credits.value, 10);
}

}  // namespace
}  // namespace tests
