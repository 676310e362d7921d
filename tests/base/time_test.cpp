// Text forms of instants and durations.
#include "base/time.h"

#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace base {

namespace {

TEST(Timestamp, IsWrittenToTheMillisecond) {
    EXPECT_EQ(to_text(from_ms(0)), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(to_text(from_ms(1'795'240'285'120)), "2026-11-21T05:51:25.120Z");
    EXPECT_EQ(to_text(from_ms(-1)), "1969-12-31T23:59:59.999Z");
    EXPECT_EQ(to_text(from_ms(1'709'164'800'000)), "2024-02-29T00:00:00.000Z");
}

TEST(Timestamp, IsReadInEveryFormOfRfc3339) {
    auto const at = from_ms(1'795'240'285'000);
    for (auto const* text : {"2026-11-21T05:51:25Z", "2026-11-21t05:51:25z", "2026-11-21 05:51:25Z",
                             "2026-11-21T13:51:25+08:00", "2026-11-20T22:21:25-07:30",
                             "2026-11-21T05:51:25.0000000001Z", "2026-11-21T05:51:25-00:00"}) {
        EXPECT_EQ(parse_timestamp(text), at) << text;
    }
    EXPECT_EQ(parse_timestamp("2026-11-21T05:51:25.1299Z"), at + Millis{129});
    EXPECT_EQ(parse_timestamp("2026-11-21T05:51:25.5Z"), at + Millis{500});
}

TEST(Timestamp, OfABareDateIsMidnightUtc) {
    EXPECT_EQ(parse_timestamp("2027-01-01"), parse_timestamp("2027-01-01T00:00:00Z"));
    EXPECT_EQ(parse_timestamp("2027-01-01"), from_ms(1'798'761'600'000));
}

TEST(Timestamp, RefusesWhatIsNotADateAndTime) {
    for (auto const* text : {"",
                             "2026",
                             "2026-11-2",
                             "2026-13-01",
                             "2026-02-30",
                             "2025-02-29",
                             "2026-00-10",
                             "2026-01-00",
                             "2026/01/01",
                             "2026-1-101",
                             "2026-01-01T",
                             "2026-01-01Z",
                             "2026-01-01T00:00Z",
                             "2026-01-01T00:00:00",
                             "2026-01-01T24:00:00Z",
                             "2026-01-01T23:60:00Z",
                             "2026-01-01T23:59:60Z",
                             "2026-01-01T00:00:00.Z",
                             "2026-01-01T00:00:00.5",
                             "2026-01-01T00:00:00+8:00",
                             "2026-01-01T00:00:00+0800",
                             "2026-01-01T00:00:00+24:00",
                             "2026-01-01T00:00:00+08:60",
                             "2026-01-01T00:00:00Zx",
                             "2026-01-01T00:00:00 Z",
                             "-026-01-01T00:00:00Z",
                             "2026-01-01X00:00:00Z",
                             "2026-01-01T00:00:00*08:00",
                             " 2026-01-01",
                             "2026-01-01 ",
                             "+2026-01-01"}) {
        EXPECT_EQ(parse_timestamp(text), std::nullopt) << text;
    }
}

TEST(Timestamp, BeyondFourDigitsOfYearIsShownButNotRead) {
    EXPECT_EQ(parse_timestamp("0000-01-01T00:00:00+00:01"), std::nullopt);
    EXPECT_EQ(parse_timestamp("9999-12-31T23:59:59-00:01"), std::nullopt);
    EXPECT_EQ(to_text(from_ms(253'402'300'799'999)), "9999-12-31T23:59:59.999Z");
    EXPECT_EQ(to_text(from_ms(253'402'300'800'000)), "253402300800000ms since 1970");
    EXPECT_EQ(to_text(Timestamp::min()), "-9223372036854775808ms since 1970");
}

RC_GTEST_PROP(Timestamp, IsReadBackAsItWasWritten, ()) {
    auto const at =
        from_ms(*rc::gen::inRange<std::int64_t>(-62'167'219'200'000, 253'402'300'800'000));
    RC_ASSERT(parse_timestamp(to_text(at)) == at);
}

TEST(Duration, IsReadInItsUnits) {
    EXPECT_EQ(parse_duration("250ms"), Millis{250});
    EXPECT_EQ(parse_duration("15s"), Millis{15'000});
    EXPECT_EQ(parse_duration("5m"), Millis{300'000});
    EXPECT_EQ(parse_duration("12h"), Millis{43'200'000});
    EXPECT_EQ(parse_duration("7d"), Millis{604'800'000});
    EXPECT_EQ(parse_duration("1h30m"), Millis{5'400'000});
    EXPECT_EQ(parse_duration("1d1h1m1s1ms"), Millis{90'061'001});
    EXPECT_EQ(parse_duration("1m5ms"), Millis{60'005});
    EXPECT_EQ(parse_duration("0s"), Millis{0});
    EXPECT_EQ(parse_duration("90m"), Millis{5'400'000});
}

TEST(Duration, RefusesWhatIsNotOne) {
    for (auto const* text :
         {"", "5", "s", "-5s", "+5s", "5 s", " 5s", "5s ", "1.5s", "5S", "5sec", "1m1h", "1s1s",
          "1h30", "1ms1s", "106751991168d", "9223372036854775808ms", "106751991167d23h", "1w"}) {
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
    }
}

TEST(Duration, IsWrittenInTheLargestUnits) {
    EXPECT_EQ(to_text(Millis{90'000}), "1m30s");
    EXPECT_EQ(to_text(Millis{0}), "0s");
    EXPECT_EQ(to_text(Millis{50}), "50ms");
    EXPECT_EQ(to_text(Millis{604'800'000}), "7d");
    EXPECT_EQ(to_text(Millis{-1'500}), "-1s500ms");
    EXPECT_EQ(to_text(Millis::min()), "-106751991167d7h12m55s808ms");
}

RC_GTEST_PROP(Duration, IsReadBackAsItWasWritten, ()) {
    Millis const duration{
        *rc::gen::inRange<std::int64_t>(0, std::numeric_limits<std::int64_t>::max())};
    RC_ASSERT(parse_duration(to_text(duration)) == duration);
}

}  // namespace

}  // namespace base
