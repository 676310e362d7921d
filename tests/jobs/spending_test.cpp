// What entries add up to for a cap, and what of an earlier sum is used again.
#include "jobs/spending.h"

#include <gtest/gtest.h>

namespace jobs {
namespace {

using ledger::Kind;

auto const noon = base::from_ms(1'772'323'200'000);

Look a_look(Summed summed, std::string service = "") {
    return {.summed = summed, .service = std::move(service), .from = noon};
}

std::int64_t sum_of(Look const& look, std::vector<SpendingLine> const& lines) {
    SpendingSum sum{look, 1, 1 + std::ssize(lines)};
    for (auto const& line : lines) {
        sum.add(line);
    }
    return sum.spent().amount.value;
}

SpendingLine taken(std::int64_t amount, std::string_view action = "tts") {
    return {.kind = Kind::consume, .amount = {-amount}, .action = action};
}

SpendingLine given_back(std::int64_t amount, base::Timestamp opened_at,
                        std::string_view opened_for = "tts") {
    return {.kind = Kind::refund,
            .amount = {amount},
            .action = "tts",
            .opened_at = opened_at,
            .opened_for = opened_for};
}

TEST(Spending, WhatIsGivenBackCountsWithTheChargeThatItIsOf) {
    auto const earlier = noon - base::Millis{1};
    EXPECT_EQ(sum_of(a_look(Summed::spent), {taken(10), given_back(4, noon)}), 6);
    EXPECT_EQ(sum_of(a_look(Summed::spent), {taken(10), given_back(4, earlier)}), 10);
    auto settled = given_back(3, noon);
    settled.kind = Kind::settle;
    EXPECT_EQ(sum_of(a_look(Summed::spent), {taken(10), settled}), 7);
    auto free = given_back(3, noon);
    free.opened_at.reset();
    EXPECT_EQ(sum_of(a_look(Summed::spent), {taken(10), free}), 10);
    EXPECT_EQ(sum_of(a_look(Summed::spent), {taken(10), {.kind = Kind::recharge, .amount = {5}}}),
              10);
}

TEST(Spending, OfAServiceOnlyWhatWasTakenForIt) {
    auto const look = a_look(Summed::spent, "tts");
    EXPECT_EQ(sum_of(look, {taken(10), taken(90, "script"), given_back(4, noon, "script")}), 10);
}

TEST(Spending, WhatWasDebitedAndWhatWasRefundedAreSumsOfTheirOwn) {
    auto settled = given_back(1, noon);
    settled.kind = Kind::settle;
    std::vector const lines{taken(10), given_back(4, noon), settled};
    EXPECT_EQ(sum_of(a_look(Summed::debited), lines), 10);
    EXPECT_EQ(sum_of(a_look(Summed::refunded), lines), 4);
    EXPECT_EQ(sum_of(a_look(Summed::refunded, "script"), lines), 0);
}

TEST(Spending, AnEarlierSumIsGoneOnFrom) {
    SpendingMark const known{.first = 1, .behind = 500, .amount = {70}};
    SpendingSum sum{a_look(Summed::spent), 1, 503, known};
    EXPECT_EQ(sum.parts(), (std::vector<SpendingPart>{{.first = 500, .behind = 503}}));
    sum.add(taken(5));
    EXPECT_EQ(sum.spent().amount.value, 75);
}

TEST(Spending, OfWhatMovesTheFirstEntriesAreTakenOutAgain) {
    SpendingMark const known{.first = 1, .behind = 500, .amount = {70}};
    SpendingSum sum{a_look(Summed::debited), 3, 503, known};
    EXPECT_EQ(sum.parts(), (std::vector<SpendingPart>{{.first = 1, .behind = 3, .gone = true},
                                                      {.first = 500, .behind = 503}}));
    sum.add(taken(20), true);
    sum.add(taken(5));
    EXPECT_EQ(sum.spent().amount.value, 55);
    SpendingSum afresh{a_look(Summed::spent), 3, 503, known};  // can't lose its first ones
    EXPECT_EQ(afresh.parts(), (std::vector<SpendingPart>{{.first = 3, .behind = 503}}));
}

TEST(Spending, AnEarlierSumThatDoesNotReachOrSavesNothingIsLeft) {
    auto const parts = [](SpendingMark const& known, std::int64_t first, std::int64_t behind) {
        return SpendingSum{a_look(Summed::debited), first, behind, known}.parts();
    };
    std::vector<SpendingPart> const all{{.first = 10, .behind = 20}};
    EXPECT_EQ(parts({.first = 11, .behind = 15}, 10, 20), all);  // begins later
    EXPECT_EQ(parts({.first = 1, .behind = 9}, 10, 20), all);    // ended before
    EXPECT_EQ(parts({.first = 10, .behind = 21}, 10, 20), all);  // has more
    EXPECT_EQ(parts({.first = 1, .behind = 12}, 10, 20), all);   // 9 to take out, 8 to add
}

TEST(Spending, OnlyASumOfManyEntriesIsKept) {
    EXPECT_FALSE((SpendingSum{a_look(Summed::spent), 1, 129}.spent().mark));
    auto const kept = SpendingSum{a_look(Summed::spent), 1, 130}.spent().mark;
    EXPECT_EQ(kept, (SpendingMark{.first = 1, .behind = 130, .amount = {}}));
    EXPECT_EQ(name_of({.window = Window::usual, .summed = Summed::refunded, .service = "tts"}),
              "usual:refunded:tts");
}

}  // namespace
}  // namespace jobs
