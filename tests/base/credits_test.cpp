// Exact decimals and checked sums.
#include "base/credits.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace base {

namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

TEST(Rate, IsReadExactly) {
    EXPECT_EQ(parse_rate("0.25"), Rate{250'000});
    EXPECT_EQ(parse_rate("1"), one);
    EXPECT_EQ(parse_rate("007.10"), Rate{7'100'000});
    EXPECT_EQ(parse_rate("0.000001"), Rate{1});
    EXPECT_EQ(parse_rate("9000000000000"), Rate{9'000'000'000'000'000'000});
}

TEST(Rate, RefusesWhatIsNotAPlainDecimal) {
    for (auto const* text : {"", ".", "1.", ".5", "-1", "+1", "1e3", " 1", "1 ", "0.0000001", "1,5",
                             "0x1", "1.2.3", "9000000000001", "99999999999999999999", "1.-5"}) {
        EXPECT_EQ(parse_rate(text), std::nullopt) << text;
    }
}

TEST(Rate, IsWrittenShort) {
    EXPECT_EQ(to_text(Rate{250'000}), "0.25");
    EXPECT_EQ(to_text(Rate{0}), "0");
    EXPECT_EQ(to_text(Rate{5'000'000}), "5");
    EXPECT_EQ(to_text(Rate{10'000'001}), "10.000001");
}

RC_GTEST_PROP(Rate, IsReadBackAsItWasWritten, ()) {
    Rate const rate{*rc::gen::inRange<std::int64_t>(0, 9'000'000'000'000'000'000)};
    RC_ASSERT(parse_rate(to_text(rate)) == rate);
}

TEST(Integer, IsReadWholeOrNotAtAll) {
    EXPECT_EQ(parse_integer("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(parse_integer("9223372036854775807"), most);
    for (auto const* text : {"", "9223372036854775808", "1.0", " 1", "1 ", "+1", "--1", "0x10"}) {
        EXPECT_EQ(parse_integer(text), std::nullopt) << text;
    }
}

TEST(Credits, SayWhenASumDoesNotFit) {
    EXPECT_EQ(checked_add({most}, {1}), std::nullopt);
    EXPECT_EQ(checked_add({most - 1}, {1}), Credits{most});
    EXPECT_EQ(checked_add({std::numeric_limits<std::int64_t>::min()}, {-1}), std::nullopt);
}

TEST(CreditsDeathTest, StopTheProgramRatherThanWrapAround) {
    EXPECT_DEATH(static_cast<void>(Credits{most} + Credits{1}), "impossible state");
    EXPECT_DEATH(static_cast<void>(Credits{-2} - Credits{most}), "impossible state");
}

}  // namespace

}  // namespace base
