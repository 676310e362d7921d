// Which step of a route a job goes to, and when a provider is left alone.
#include "worker/route.h"

#include <gtest/gtest.h>

#include "worker/breaker.h"

namespace tests {

using base::Millis;
using worker::Breaker;
using worker::Choice;
using worker::choose;
using worker::Lane;

namespace {

Lane lane(std::string provider, int rank = 0, int weight = 1) {
    return {.provider = std::move(provider), .weight = weight, .rank = rank};
}

constexpr Breaker::Time start{std::chrono::hours{1}};

}  // namespace

TEST(Route, GoesToTheLowestRankThatCanTakeTheJob) {
    std::vector<Lane> lanes{lane("late", 2), lane("first", 0), lane("second", 1)};
    EXPECT_EQ(choose(lanes, 7).lane, 1U);
    lanes[1].refused = true;
    EXPECT_EQ(choose(lanes, 7).lane, 2U);
    lanes[2].closed_for = Millis{5};
    EXPECT_EQ(choose(lanes, 7).lane, 0U);
}

TEST(Route, SharesEqualRanksByWeight) {
    std::vector<Lane> const lanes{lane("a", 0, 3), lane("b", 0, 1)};
    std::map<std::size_t, int> taken;
    for (std::uint64_t dice = 0; dice < 400; ++dice) {
        taken[choose(lanes, dice).lane] += 1;
    }
    EXPECT_EQ(taken[0], 300);
    EXPECT_EQ(taken[1], 100);
}

TEST(Route, WaitsForTheOneThatOpensSoonest) {
    std::vector<Lane> lanes{lane("a"), lane("b"), lane("c")};
    lanes[0].closed_for = Millis{500};
    lanes[1].closed_for = Millis{200};
    lanes[1].why = "is full";
    lanes[2].refused = true;
    auto const choice = choose(lanes, 1);
    EXPECT_EQ(choice.kind, Choice::Kind::wait);
    EXPECT_EQ(choice.wait, Millis{200});
    EXPECT_EQ(choice.why, "b: is full");
}

TEST(Route, IsExhaustedWhenAllHaveRefusedAndEmptyWhenNoneFits) {
    std::vector<Lane> lanes{lane("a"), lane("b")};
    lanes[0].fits = false;
    lanes[1].there = false;
    EXPECT_EQ(choose(lanes, 1).kind, Choice::Kind::nobody);
    lanes[1].there = true;
    lanes[1].refused = true;
    EXPECT_EQ(choose(lanes, 1).kind, Choice::Kind::exhausted);
}

TEST(Breaker, OpensAfterFailuresInARowAndLetsOneProbeThrough) {
    Breaker breaker;
    for (int i = 0; i < 4; ++i) {
        breaker.failed(start);
        EXPECT_EQ(breaker.closed_for(start), Millis{0});
    }
    breaker.failed(start);
    auto const pause = breaker.closed_for(start);
    EXPECT_GT(pause, Millis{0});
    EXPECT_EQ(breaker.state(start), Breaker::State::open);
    auto const later = start + pause;
    EXPECT_EQ(breaker.closed_for(later), Millis{0});
    EXPECT_EQ(breaker.state(later), Breaker::State::probing);
    breaker.going(later);
    EXPECT_GT(breaker.closed_for(later), Millis{0});
    breaker.worked();
    EXPECT_EQ(breaker.closed_for(later), Millis{0});
    EXPECT_EQ(breaker.state(later), Breaker::State::closed);
}

TEST(Breaker, StaysOpenLongerWhenItsProbeFailed) {
    Breaker breaker;
    for (int i = 0; i < 5; ++i) {
        breaker.failed(start);
    }
    auto const pause = breaker.closed_for(start);
    auto const later = start + pause;
    breaker.going(later);
    breaker.failed(later);
    EXPECT_EQ(breaker.closed_for(later), 2 * pause);
}

TEST(Breaker, OpensAtOnceAndForLongWhereWeAreRefused) {
    Breaker breaker;
    breaker.refused_us(start);
    EXPECT_TRUE(breaker.refuses_us());
    EXPECT_GE(breaker.closed_for(start), Millis{300'000});
}

TEST(Breaker, RestsAsLongAsItIsToldWithoutCountingThatAsAFailure) {
    Breaker breaker;
    for (int i = 0; i < 20; ++i) {
        breaker.rest(start, Millis{2'000});
    }
    EXPECT_EQ(breaker.closed_for(start), Millis{2'000});
    EXPECT_EQ(breaker.state(start), Breaker::State::closed);
    EXPECT_EQ(breaker.closed_for(start + Millis{2'000}), Millis{0});
}

}  // namespace tests
