// What a job costs, by example.
#include "pricing/price.h"

#include <limits>

#include <gtest/gtest.h>

#include "tests/pricing/builders.h"

namespace pricing {

namespace {

using base::Credits;
using base::Millis;

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

std::int64_t price(Terms const& terms, std::int64_t ms) {
    return price_of(terms, Millis{ms}).value().value;
}

std::int64_t quoted(Terms const& terms, Usage const& usage) {
    auto const answer = quote(terms, usage);
    EXPECT_EQ(answer.status, QuoteStatus::quoted);
    return answer.credits.value;
}

QuoteStatus refusal(Terms const& terms, Usage const& usage) {
    auto const answer = quote(terms, usage);
    EXPECT_EQ(answer.credits, Credits{});
    return answer.status;
}

TEST(Price, OfAFixedServiceIsItsCreditsWhateverTheUsage) {
    Terms const terms{.mode = Mode::fixed, .credits = {5}};
    EXPECT_EQ(quoted(terms, {}), 5);
    EXPECT_EQ(quoted(terms, {.duration = Millis{-1}, .characters = -1}), 5);
    EXPECT_EQ(price(terms, -1), 5);
}

TEST(Price, OfAFixedServiceForATierIsRoundedUp) {
    Terms terms{.mode = Mode::fixed, .credits = {5}, .multiplier = rate("0.8")};
    EXPECT_EQ(quoted(terms, {}), 4);
    terms.multiplier = rate("0.81");
    EXPECT_EQ(quoted(terms, {}), 5);
    terms.multiplier = rate("0");
    EXPECT_EQ(quoted(terms, {}), 0);
}

TEST(Price, OfAFreeServiceIsNothingWhateverTheUsage) {
    Terms const terms{.credits = {9}, .minimum = {3}};
    EXPECT_EQ(quoted(terms, {}), 0);
    EXPECT_EQ(price(terms, -1), 0);
}

TEST(Price, ByTheSecondCountsStartedSeconds) {
    auto const terms = by_the_second("5");
    EXPECT_EQ(price(terms, 0), 0);
    EXPECT_EQ(price(terms, 1), 5);
    EXPECT_EQ(price(terms, 1'000), 5);
    EXPECT_EQ(price(terms, 1'001), 10);
    EXPECT_EQ(price(terms, 60'000), 300);
}

TEST(Price, IsRoundedOnceAndUp) {
    auto terms = by_the_second("0.25");
    EXPECT_EQ(price(terms, 1'000), 1);
    EXPECT_EQ(price(terms, 4'000), 1);
    EXPECT_EQ(price(terms, 5'000), 2);
    // 3 s x 0.25 x 0.8 = 0.6: rounding after each factor would make it more.
    terms.multiplier = rate("0.8");
    EXPECT_EQ(price(terms, 5'000), 1);
    EXPECT_EQ(price(terms, 5'001), 2);
    terms = by_the_second("0.000001");
    EXPECT_EQ(price(terms, 1), 1);
    EXPECT_EQ(price(terms, 1'000'000'000), 1);
    EXPECT_EQ(price(terms, 1'000'000'001), 2);
}

TEST(Price, GivesTheGraceOverEachPieceForFree) {
    auto terms = by_the_second("1");
    terms.grace = Millis{50};
    EXPECT_EQ(price(terms, 50), 0);
    EXPECT_EQ(price(terms, 51), 1);
    EXPECT_EQ(price(terms, 1'050), 1);
    EXPECT_EQ(price(terms, 1'051), 2);
}

TEST(Price, SellsWholeIncrements) {
    auto terms = by_the_second("1");
    terms.increment = Millis{15'000};
    EXPECT_EQ(price(terms, 1), 15);
    EXPECT_EQ(price(terms, 15'000), 15);
    EXPECT_EQ(price(terms, 15'001), 30);
    terms.increment = Millis{100};
    EXPECT_EQ(price(terms, 901), 1);
    EXPECT_EQ(price(terms, 1'001), 2);
    terms.increment = Millis{1};
    terms.per_second = rate("1000");
    EXPECT_EQ(price(terms, 1'234), 1'234);
}

TEST(Price, IsNeverLessThanTheMinimumAndNoTierLowersThat) {
    auto terms = by_the_second("1");
    terms.minimum = {10};
    EXPECT_EQ(price(terms, 0), 10);
    EXPECT_EQ(price(terms, 9'000), 10);
    EXPECT_EQ(price(terms, 11'000), 11);
    terms.multiplier = rate("0.5");
    EXPECT_EQ(price(terms, 1'000), 10);
    EXPECT_EQ(price(terms, 30'000), 15);
}

TEST(Price, OfANegativeDurationIsNone) {
    EXPECT_EQ(price_of(by_the_second("1"), Millis{-1}), std::nullopt);
    EXPECT_EQ(price_of(by_the_second("1"), Millis::min()), std::nullopt);
}

TEST(Price, ThatDoesNotFitIsNoneAndTheLargestThatFitsIsExact) {
    auto terms = by_the_second("1000");
    terms.increment = Millis{1};
    EXPECT_EQ(price(terms, most), most);
    terms.per_second = rate("1000.000001");
    EXPECT_EQ(price_of(terms, Millis{most}), std::nullopt);
    terms.per_second = terms.multiplier = rate("9000000000000");
    EXPECT_EQ(price_of(terms, Millis{most}), std::nullopt);
    terms.multiplier = rate("0");
    EXPECT_EQ(price(terms, most), 0);
}

TEST(Price, OfAFixedServiceThatDoesNotFitIsNone) {
    Terms terms{.mode = Mode::fixed, .credits = {most}};
    EXPECT_EQ(price(terms, 0), most);
    terms.multiplier = rate("1.000001");
    EXPECT_EQ(price_of(terms, Millis{0}), std::nullopt);
    EXPECT_EQ(refusal(terms, {}), QuoteStatus::too_large);
}

TEST(Quote, OfMeasuredInputOrADeclaredDurationIsItsPrice) {
    auto terms = by_the_second("5");
    terms.grace = Millis{50};
    EXPECT_EQ(quoted(terms, {.duration = Millis{10'040}}), 50);
    terms.measure = Measure::declared;
    EXPECT_EQ(quoted(terms, {.duration = Millis{10'051}}), 55);
}

TEST(Quote, ByDurationNeedsOne) {
    Usage const usage{.characters = 100, .maximum = Millis{1'000}};
    EXPECT_EQ(refusal(by_the_second("5"), usage), QuoteStatus::needs_duration);
}

TEST(Quote, OfOutputIsTheCeilingOfSlowSpeech) {
    EXPECT_EQ(quoted(spoken("1", "3"), {.characters = 30}), 10);
    EXPECT_EQ(quoted(spoken("1", "3"), {.characters = 31}), 11);
    EXPECT_EQ(quoted(spoken("1", "2.5"), {.characters = 100}), 40);
    EXPECT_EQ(quoted(spoken("1", "3"), {.characters = 0}), 0);
}

TEST(Quote, OfOutputGivesNoGraceAway) {
    auto terms = spoken("1", "1000");
    terms.grace = Millis{50};
    EXPECT_EQ(quoted(terms, {.characters = 1'001}), 2);
    EXPECT_EQ(quoted(terms, {.maximum = Millis{1'001}}), 2);
    EXPECT_EQ(price(terms, 1'001), 1);
}

TEST(Quote, OfOutputGoesByTheMaximumWhereTheRequestHasOne) {
    EXPECT_EQ(quoted(spoken("1", "3"), {.characters = 3'000, .maximum = Millis{20'000}}), 20);
    EXPECT_EQ(quoted(spoken("1", "0"), {.maximum = Millis{20'000}}), 20);
}

TEST(Quote, OfOutputNeedsSomethingThatBoundsIt) {
    EXPECT_EQ(refusal(spoken("1", "3"), {.duration = Millis{5'000}}),
              QuoteStatus::needs_text_or_maximum);
    EXPECT_EQ(refusal(spoken("1", "0"), {.characters = 5}), QuoteStatus::needs_text_or_maximum);
}

TEST(Quote, RefusesNegativeUsage) {
    EXPECT_EQ(refusal(by_the_second("1"), {.duration = Millis{-1}}), QuoteStatus::too_large);
    EXPECT_EQ(refusal(spoken("1", "3"), {.characters = -1}), QuoteStatus::too_large);
    EXPECT_EQ(refusal(spoken("1", "3"), {.maximum = Millis{-1}}), QuoteStatus::too_large);
}

TEST(Quote, RefusesWhatDoesNotFit) {
    EXPECT_EQ(refusal(spoken("1", "0.000001"), {.characters = most}), QuoteStatus::too_large);
    EXPECT_EQ(refusal(by_the_second("1001"), {.duration = Millis{most}}), QuoteStatus::too_large);
}

}  // namespace

}  // namespace pricing
