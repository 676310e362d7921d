// Credits that move without a job.
#include <limits>

#include <gtest/gtest.h>

#include "tests/jobs/desk.h"

namespace tests {
namespace {

using jobs::MoveOutcome;
using ledger::Kind;

TEST(Accounts, TheFirstUseOpensTheAccountWithItsGift) {
    Desk desk;
    auto const moved = desk.give("u1", {.amount = {100}});
    EXPECT_EQ(moved.outcome, MoveOutcome::moved);
    EXPECT_EQ(moved.balance.value, 620);
    EXPECT_EQ(moved.entry->amount.value, 100);
    desk.give("u1", {.amount = {1}});
    EXPECT_EQ(desk.balance("u1"), 621);
    EXPECT_EQ(desk.entries("u1").size(), 3U);
}

TEST(Accounts, OneReferenceHasOneEffect) {
    Desk desk;
    auto const first = desk.give("u1", {.amount = {100}, .reference = "order 1"});
    desk.spend("u1", {.amount = {50}});
    auto const repeat = desk.give("u1", {.amount = {100}, .reference = "order 1"});
    EXPECT_EQ(repeat.outcome, MoveOutcome::repeated);
    EXPECT_EQ(repeat.entry->seq, first.entry->seq);
    EXPECT_EQ(repeat.entry->balance_after, first.entry->balance_after);
    EXPECT_EQ(desk.balance("u1"), 570);
}

TEST(Accounts, AReferenceUsedForSomethingElseIsAConflict) {
    Desk desk;
    desk.give("u1", {.amount = {100}, .reference = "order 1"});
    EXPECT_EQ(desk.give("u1", {.amount = {101}, .reference = "order 1"}).outcome,
              MoveOutcome::reference_conflict);
    EXPECT_EQ(desk.give("u2", {.amount = {100}, .reference = "order 1"}).outcome,
              MoveOutcome::reference_conflict);
    EXPECT_EQ(
        desk.give("u1", {.kind = Kind::bonus, .amount = {100}, .reference = "order 1"}).outcome,
        MoveOutcome::reference_conflict);
    EXPECT_EQ(desk.spend("u1", {.amount = {100}, .reference = "order 1"}).outcome,
              MoveOutcome::reference_conflict);
    EXPECT_EQ(desk.balance("u1"), 620);
    EXPECT_FALSE(desk.store->find_wallet("u2").has_value());
}

TEST(Accounts, SpendingIsIdempotentToo) {
    Desk desk;
    EXPECT_EQ(desk.spend("u1", {.amount = {20}, .reference = "r"}).outcome, MoveOutcome::moved);
    EXPECT_EQ(desk.spend("u1", {.amount = {20}, .reference = "r"}).outcome, MoveOutcome::repeated);
    EXPECT_EQ(desk.balance("u1"), 500);
}

TEST(Accounts, EmptyReferencesAreNotTheSame) {
    Desk desk;
    desk.spend("u1", {.amount = {20}});
    EXPECT_EQ(desk.spend("u1", {.amount = {20}}).outcome, MoveOutcome::moved);
    EXPECT_EQ(desk.balance("u1"), 480);
}

TEST(Accounts, SpendingIsRefusedWithoutFundsOrWhileFrozen) {
    Desk desk;
    auto const refused = desk.spend("u1", {.amount = {521}});
    EXPECT_EQ(refused.outcome, MoveOutcome::insufficient_credits);
    EXPECT_EQ(refused.balance.value, 520);
    desk.change_account("u1", [](auto& account) { account.frozen = true; });
    EXPECT_EQ(desk.spend("u1", {.amount = {1}}).outcome, MoveOutcome::frozen);
    EXPECT_EQ(desk.give("u1", {.amount = {1}}).outcome, MoveOutcome::moved);
}

TEST(Accounts, ARefusedMoveDoesNotUseUpItsReference) {
    Desk desk;
    EXPECT_EQ(desk.spend("u1", {.amount = {521}, .reference = "r"}).outcome,
              MoveOutcome::insufficient_credits);
    desk.give("u1", {.amount = {1}});
    EXPECT_EQ(desk.spend("u1", {.amount = {521}, .reference = "r"}).outcome, MoveOutcome::moved);
}

TEST(Accounts, NothingAndLessAreRefused) {
    Desk desk;
    EXPECT_EQ(desk.give("u1", {.amount = {0}}).outcome, MoveOutcome::not_positive);
    EXPECT_EQ(desk.give("u1", {.amount = {-1}}).outcome, MoveOutcome::not_positive);
    EXPECT_EQ(desk.spend("u1", {.amount = {0}}).outcome, MoveOutcome::not_positive);
    EXPECT_EQ(desk.spend("u1", {.amount = {-1}}).outcome, MoveOutcome::not_positive);
    EXPECT_FALSE(desk.store->find_wallet("u1").has_value());
}

TEST(Accounts, ADeadGrantAndATooLargeOneAreRefused) {
    Desk desk;
    EXPECT_EQ(desk.give("u1", {.amount = {1}, .expires_at = desk.now}).outcome,
              MoveOutcome::already_expired);
    EXPECT_EQ(desk.give("u1", {.amount = {std::numeric_limits<std::int64_t>::max()}}).outcome,
              MoveOutcome::overflow);
}

TEST(Accounts, ExpiryGoesThroughAllAccountsInBatches) {
    Desk desk;
    desk.rules.signup_gift = {};
    for (auto const* const user : {"u1", "u2", "u3"}) {
        desk.give(user, {.amount = {10}, .expires_at = desk.now + Millis{5}});
        desk.give(user, {.amount = {7}, .expires_at = desk.now + Millis{9}});
    }
    desk.now += Millis{5};
    auto const run = desk.expire(2);
    EXPECT_EQ(run.accounts, 2);
    EXPECT_EQ(run.grants, 2);
    EXPECT_EQ(run.credits.value, 20);
    EXPECT_EQ(desk.expire(2).accounts, 1);
    EXPECT_EQ(desk.expire(2).accounts, 0);
    EXPECT_EQ(desk.balance("u3"), 7);
}

}  // namespace
}  // namespace tests
