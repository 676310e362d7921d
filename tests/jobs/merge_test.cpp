// Two accounts of one person become one, and no history is lost.
#include "jobs/merge.h"

#include <limits>

#include <gtest/gtest.h>

#include "tests/jobs/desk.h"

namespace tests {
namespace {

using jobs::MergeOutcome;

class Merge : public testing::Test {
protected:
    jobs::Merged merge(std::string const& from, std::string const& into) {
        jobs::Merged merged;
        desk.store->transact(jobs::load_for_merge(from, into), [&](jobs::Batch& batch) {
            merged = jobs::merge(batch, from, into, desk.rules);
        });
        EXPECT_EQ(desk.audit(), "");
        return merged;
    }

    Desk desk;
};

TEST_F(Merge, MovesWhatIsLeftAndKeepsBothHistories) {
    desk.rules.signup_gift = {520};
    desk.open_account("tg:7");
    desk.open_account("ann");
    desk.give("tg:7", {.amount = {100}});
    desk.spend("tg:7", {.amount = {20}});
    auto const before = desk.entries("tg:7");
    auto const merged = merge("tg:7", "ann");
    EXPECT_EQ(merged.outcome, MergeOutcome::merged);
    EXPECT_EQ(merged.credits.value, 600);
    EXPECT_EQ(merged.grants, 2);
    EXPECT_EQ(desk.balance("tg:7"), 0);
    EXPECT_EQ(desk.balance("ann"), 1'120);
    auto const after = desk.entries("tg:7");
    ASSERT_EQ(after.size(), before.size() + 2);
    EXPECT_EQ(after.back().note, "merged into ann");
    EXPECT_EQ(desk.entries("ann").back().note, "merged from tg:7");
}

TEST_F(Merge, KeepsEndsAndRestrictionsAndLeavesWhatIsNotInEffect) {
    desk.rules.signup_gift = {};
    auto const soon = desk.now + std::chrono::days{1};
    desk.give("tg:7", {.amount = {1}, .expires_at = soon});
    desk.give("tg:7", {.amount = {2}, .effective_at = soon});
    desk.give("tg:7", {.amount = {4}, .service = "tts"});
    EXPECT_EQ(merge("tg:7", "ann").credits.value, 5);
    auto const wallet = desk.store->find_wallet("ann").value();
    ASSERT_EQ(wallet.grants.size(), 2U);
    EXPECT_EQ(wallet.grants[0].expires_at, soon);
    EXPECT_EQ(wallet.grants[1].service, "tts");
    desk.now = soon;
    EXPECT_EQ(merge("tg:7", "ann").credits.value, 2);
}

TEST_F(Merge, LeavesBehindWhatHasExpired) {
    desk.rules.signup_gift = {};
    desk.give("tg:7", {.amount = {5}, .expires_at = desk.now + Millis{1}});
    desk.now += Millis{1};
    EXPECT_EQ(merge("tg:7", "ann").credits.value, 0);
    EXPECT_FALSE(desk.store->find_wallet("ann"));
}

TEST_F(Merge, OfNothingOrWithItselfIsNothing) {
    desk.open_account("ann");
    auto const has = desk.balance("ann");
    EXPECT_EQ(merge("nobody", "ann").grants, 0);
    EXPECT_EQ(merge("ann", "ann").grants, 0);
    EXPECT_EQ(merge("nobody", "nobody else").grants, 0);
    EXPECT_EQ(desk.balance("ann"), has);
}

TEST_F(Merge, AgainMovesOnlyWhatHasComeSince) {
    desk.rules.signup_gift = {};
    desk.give("tg:7", {.amount = {5}});
    merge("tg:7", "ann");
    EXPECT_EQ(merge("tg:7", "ann").grants, 0);
    desk.give("tg:7", {.amount = {6}});
    EXPECT_EQ(merge("tg:7", "ann").credits.value, 6);
    EXPECT_EQ(desk.balance("ann"), 11);
}

TEST_F(Merge, IsRefusedWholeOrDoneWhole) {
    desk.rules.signup_gift = {};
    desk.give("tg:7", {.amount = {5}});
    desk.give("rich", {.amount = {std::numeric_limits<std::int64_t>::max() - 4}});
    EXPECT_EQ(merge("tg:7", "rich").outcome, MergeOutcome::overflow);
    desk.change_account("tg:7", [](ledger::Account& account) { account.frozen = true; });
    EXPECT_EQ(merge("tg:7", "ann").outcome, MergeOutcome::frozen);
    EXPECT_FALSE(desk.store->find_wallet("ann"));
    EXPECT_EQ(desk.balance("tg:7"), 5);
}

TEST_F(Merge, GiftsAreStillSpentBeforeWhatWasPaidFor) {
    desk.rules.signup_gift = {};
    desk.give("ann", {.amount = {10}});
    desk.give("tg:7", {.kind = ledger::Kind::bonus, .amount = {10}});
    merge("tg:7", "ann");
    desk.spend("ann", {.amount = {10}});
    EXPECT_EQ(desk.entries("ann").back().draws.front().grant, 2);
}

}  // namespace
}  // namespace tests
