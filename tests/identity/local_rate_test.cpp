// The rate limit of one process.
#include "worker/http/local_rate.h"

#include <thread>

#include <gtest/gtest.h>

namespace tests {
namespace {

using namespace std::chrono_literals;
using worker::http::LocalRateLimit;

constexpr adapters::Rate slow{.count = 1, .period = 600'000ms, .burst = 5};

TEST(LocalRate, ABurstIsAllowedToTheLastAndNoMore) {
    LocalRateLimit limit;
    for (int left = 4; left >= 0; --left) {
        auto const answer = limit.take("a", slow, 1);
        EXPECT_TRUE(answer.allowed && answer.asked);
        EXPECT_EQ(answer.remaining, left);
    }
    auto const answer = limit.take("a", slow, 1);
    EXPECT_FALSE(answer.allowed);
    EXPECT_EQ(answer.remaining, 0);
    EXPECT_GT(answer.retry_after, 590s);
    EXPECT_LE(answer.retry_after, 600s);
}

TEST(LocalRate, EachKeyHasItsOwn) {
    LocalRateLimit limit;
    EXPECT_TRUE(limit.take("a", slow, 5).allowed);
    EXPECT_FALSE(limit.take("a", slow, 1).allowed);
    EXPECT_TRUE(limit.take("b", slow, 5).allowed);
}

TEST(LocalRate, ItFillsUpAgainEvenly) {
    LocalRateLimit limit;
    constexpr adapters::Rate quick{.count = 100, .period = 1'000ms, .burst = 1};
    EXPECT_TRUE(limit.take("a", quick, 1).allowed);
    auto const refused = limit.take("a", quick, 1);
    EXPECT_FALSE(refused.allowed);
    std::this_thread::sleep_for(refused.retry_after);
    EXPECT_TRUE(limit.take("a", quick, 1).allowed);
}

TEST(LocalRate, ACostAboveTheBurstIsNeverAllowedAndTakesNothing) {
    LocalRateLimit limit;
    EXPECT_FALSE(limit.take("a", slow, 6).allowed);
    EXPECT_TRUE(limit.take("a", slow, 5).allowed);
}

TEST(LocalRate, ManyKeysDoNotForgetWhoIsBusy) {
    LocalRateLimit limit;
    EXPECT_TRUE(limit.take("busy", slow, 5).allowed);
    constexpr adapters::Rate instant{.count = 1'000'000'000, .period = 1ms, .burst = 1};
    for (int n = 0; n < 50'000; ++n) {
        EXPECT_TRUE(limit.take(std::to_string(n), instant, 1).allowed);
    }
    EXPECT_FALSE(limit.take("busy", slow, 1).allowed);
}

}  // namespace
}  // namespace tests
