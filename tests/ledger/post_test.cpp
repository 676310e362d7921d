// The one place where an entry is made: numbers, sums, the chain, and what it refuses to do.
#include "tests/ledger/purse.h"

namespace tests {
namespace {

using ledger::Kind;

TEST(Post, NumbersEntriesWithoutAGapAndKeepsTheBalance) {
    Purse purse;
    purse.add(10);
    purse.take(4);
    purse.add(1);
    auto const& entries = purse.wallet.posted;
    ASSERT_EQ(entries.size(), 3U);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        EXPECT_EQ(entries[i].seq, static_cast<std::int64_t>(i) + 1);
    }
    EXPECT_EQ(entries[1].balance_after.value, 6);
    EXPECT_EQ(entries[2].balance_after.value, 7);
    EXPECT_EQ(purse.wallet.account.balance.value, 7);
    EXPECT_EQ(purse.wallet.account.entries, 3);
    EXPECT_EQ(purse.wallet.account.grants, 2);
    EXPECT_EQ(purse.wallet.account.head, entries[2].hash);
}

TEST(Post, MarksWhatIsToBeWritten) {
    Purse purse;
    purse.add(10);
    purse.add(10);
    purse.wallet.changed = false;
    for (auto& grant : purse.wallet.grants) {
        grant.changed = false;
    }
    purse.take(4);
    EXPECT_TRUE(purse.wallet.changed);
    EXPECT_TRUE(purse.grant(1).changed);
    EXPECT_FALSE(purse.grant(2).changed);
}

TEST(Post, TotalsAddUpToTheBalance) {
    for (int i = 0; i < ledger::kinds; ++i) {
        auto const kind = static_cast<Kind>(i);
        for (std::int64_t const amount : {7, -7}) {
            ledger::Totals totals;
            ledger::add_to_totals(totals, kind, {amount});
            auto const sum = totals.recharged - totals.consumed + totals.refunded - totals.expired;
            EXPECT_EQ(sum.value, amount) << to_text(kind);
        }
    }
}

TEST(Post, EachKindCountsInItsOwnTotal) {
    ledger::Totals totals;
    ledger::add_to_totals(totals, Kind::recharge, {1});
    ledger::add_to_totals(totals, Kind::bonus, {2});
    ledger::add_to_totals(totals, Kind::signup, {4});
    ledger::add_to_totals(totals, Kind::consume, {-8});
    ledger::add_to_totals(totals, Kind::settle, {-16});
    ledger::add_to_totals(totals, Kind::refund, {32});
    ledger::add_to_totals(totals, Kind::expire, {-64});
    EXPECT_EQ(totals.recharged.value, 7);
    EXPECT_EQ(totals.consumed.value, 24);
    EXPECT_EQ(totals.refunded.value, 32);
    EXPECT_EQ(totals.expired.value, 64);
}

TEST(PostDeathTest, DrawingMoreThanIsLeftStopsTheProgram) {
    Purse purse;
    purse.add(10);
    EXPECT_DEATH(ledger::post(purse.wallet,
                              {.kind = Kind::consume, .draws = {{.grant = 1, .amount = {-11}}}}),
                 "remaining");
}

TEST(PostDeathTest, GivingBackMoreThanWasTakenStopsTheProgram) {
    Purse purse;
    purse.add(10);
    EXPECT_DEATH(
        ledger::post(purse.wallet, {.kind = Kind::refund, .draws = {{.grant = 1, .amount = {1}}}}),
        "remaining");
}

TEST(PostDeathTest, AnUnknownGrantStopsTheProgram) {
    Purse purse;
    purse.add(10);
    EXPECT_DEATH(ledger::post(purse.wallet,
                              {.kind = Kind::consume, .draws = {{.grant = 2, .amount = {-1}}}}),
                 "grant");
}

TEST(PostDeathTest, PayingADebtThatIsNotThereStopsTheProgram) {
    Purse purse;
    purse.add(10);
    EXPECT_DEATH(ledger::post(purse.wallet, {.kind = Kind::adjust,
                                             .draws = {{.grant = 1, .amount = {-1}},
                                                       {.grant = 0, .amount = {1}}}}),
                 "debt");
}

class Chain : public testing::Test {
protected:
    ledger::Entry const entry_{.account = {1},
                               .seq = 2,
                               .kind = Kind::recharge,
                               .amount = {10},
                               .balance_after = {30},
                               .job = {4},
                               .charge = 5,
                               .action = "act",
                               .reference = "ref",
                               .note = "note",
                               .recorded_at = start_of_tests,
                               .effective_at = start_of_tests,
                               .draws = {{.grant = 1, .amount = {10}}}};
    ledger::Grant const grant_{.number = 1,
                               .kind = Kind::recharge,
                               .amount = {10},
                               .remaining = {10},
                               .effective_at = start_of_tests,
                               .expires_at = start_of_tests + day,
                               .service = "tts"};
    base::Hash const before_{1, 2, 3};
    base::Hash const hash_ = ledger::chain(before_, entry_, &grant_);
};

TEST_F(Chain, ChangesWithAnyFieldOfTheEntry) {
    using Change = void (*)(ledger::Entry&);
    std::vector<Change> const changes = {
        [](ledger::Entry& e) { e.account = {2}; },
        [](ledger::Entry& e) { e.seq = 3; },
        [](ledger::Entry& e) { e.kind = Kind::bonus; },
        [](ledger::Entry& e) { e.amount = {11}; },
        [](ledger::Entry& e) { e.balance_after = {31}; },
        [](ledger::Entry& e) { e.job = {5}; },
        [](ledger::Entry& e) { e.charge = 6; },
        [](ledger::Entry& e) { e.action = "ac"; },
        [](ledger::Entry& e) { e.reference = "reg"; },
        [](ledger::Entry& e) { e.note = ""; },
        [](ledger::Entry& e) { e.recorded_at += Millis{1}; },
        [](ledger::Entry& e) { e.effective_at -= Millis{1}; },
        [](ledger::Entry& e) { e.draws[0].grant = 2; },
        [](ledger::Entry& e) { e.draws[0].amount = {9}; },
        [](ledger::Entry& e) { e.draws.push_back({.grant = 2, .amount = {0}}); },
        [](ledger::Entry& e) { e.draws.clear(); },
    };
    for (std::size_t i = 0; i < changes.size(); ++i) {
        ledger::Entry changed = entry_;
        changes[i](changed);
        EXPECT_NE(ledger::chain(before_, changed, &grant_), hash_) << "change " << i;
    }
}

TEST_F(Chain, ChangesWithAnyFactOfTheGrantThatWasOpened) {
    using Change = void (*)(ledger::Grant&);
    std::vector<Change> const changes = {
        [](ledger::Grant& g) { g.number = 2; },
        [](ledger::Grant& g) { g.kind = Kind::bonus; },
        [](ledger::Grant& g) { g.amount = {11}; },
        [](ledger::Grant& g) { g.effective_at += Millis{1}; },
        [](ledger::Grant& g) { g.expires_at = start_of_tests + 2 * day; },
        [](ledger::Grant& g) { g.expires_at.reset(); },
        [](ledger::Grant& g) { g.service = "video"; },
    };
    for (std::size_t i = 0; i < changes.size(); ++i) {
        ledger::Grant changed = grant_;
        changes[i](changed);
        EXPECT_NE(ledger::chain(before_, entry_, &changed), hash_) << "change " << i;
    }
    EXPECT_NE(ledger::chain(before_, entry_, nullptr), hash_);
}

TEST_F(Chain, ChangesWithTheEntryBefore) {
    EXPECT_NE(ledger::chain({}, entry_, &grant_), hash_);
}

TEST_F(Chain, DoesNotDependOnWhatIsLeft) {
    ledger::Grant spent = grant_;
    spent.remaining = {0};
    spent.changed = true;
    EXPECT_EQ(ledger::chain(before_, entry_, &spent), hash_);
}

TEST_F(Chain, TextsCanNotFlowIntoEachOther) {
    ledger::Entry a = entry_;
    a.reference = "ab";
    a.note = "c";
    ledger::Entry b = entry_;
    b.reference = "a";
    b.note = "bc";
    EXPECT_NE(ledger::chain(before_, a, nullptr), ledger::chain(before_, b, nullptr));
}

}  // namespace
}  // namespace tests
