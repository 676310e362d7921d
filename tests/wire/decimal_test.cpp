// Numbers scaled as text.
#include "wire/decimal.h"

#include <gtest/gtest.h>

namespace wire {
namespace {

TEST(Decimal, SecondsBecomeMillisecondsExactly) {
    EXPECT_EQ(scaled_up("12.5", 3), 12'500);
    EXPECT_EQ(scaled_up("0.001", 3), 1);
    EXPECT_EQ(scaled_up("0", 3), 0);
    EXPECT_EQ(scaled_up("0.000", 3), 0);
    EXPECT_EQ(scaled_up("7", 3), 7'000);
    // A double would make 1.1 seconds 1100.0000000000002 ms and so 1101.
    EXPECT_EQ(scaled_up("1.1", 3), 1'100);
    EXPECT_EQ(scaled_up("1.001", 3), 1'001);
}

TEST(Decimal, RoundsTowardsTheSideAskedFor) {
    EXPECT_EQ(scaled_up("0.0001", 3), 1);
    EXPECT_EQ(scaled_down("0.0001", 3), 0);
    EXPECT_EQ(scaled_up("-0.0001", 3), 0);
    EXPECT_EQ(scaled_down("-0.0001", 3), -1);
    EXPECT_EQ(scaled_up("1.99999999999999999999999999999999", 3), 2'000);
    EXPECT_EQ(scaled_down("1.99999999999999999999999999999999", 3), 1'999);
}

TEST(Decimal, ExponentsMoveThePoint) {
    EXPECT_EQ(scaled_up("1e3", 3), 1'000'000);
    EXPECT_EQ(scaled_up("1.25E+1", 3), 12'500);
    EXPECT_EQ(scaled_up("125e-1", 3), 12'500);
    EXPECT_EQ(scaled_up("1e-9", 3), 1);
    EXPECT_EQ(scaled_down("1e-9", 3), 0);
    EXPECT_EQ(scaled_up("0e999999999999999999999", 3), 0);
    EXPECT_EQ(scaled_up("1e-999999999999999999999", 3), 1);
}

TEST(Decimal, WhatDoesNotFitIsNoNumber) {
    EXPECT_EQ(scaled_up("9223372036854775", 3), 9'223'372'036'854'775'000);
    EXPECT_EQ(scaled_up("9223372036854775.807", 3), std::nullopt);
    EXPECT_EQ(scaled_up("9223372036854776", 3), std::nullopt);
    EXPECT_EQ(scaled_up("1e400", 3), std::nullopt);
    EXPECT_EQ(scaled_up("-1e400", 3), std::nullopt);
    EXPECT_EQ(scaled_up("1e99999999999999999999", 3), std::nullopt);
}

}  // namespace
}  // namespace wire
