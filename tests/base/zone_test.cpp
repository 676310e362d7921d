// Wall clocks through the changes of daylight saving, on zones built by hand.
#include "base/zone.h"

#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace base {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

Timestamp utc(std::string_view text) {
    return parse_timestamp(text).value();
}

// A time on the wall clock, written as if it were UTC.
std::chrono::local_time<Millis> wall(std::string_view text) {
    return std::chrono::local_time<Millis>{utc(text).time_since_epoch()};
}

// As in Berlin, 2026: 02:00 becomes 03:00 on 29 March, 03:00 becomes 02:00 on 25 October.
Zone berlin() {
    return {.name = "Berlin",
            .first_offset = hours{1},
            .changes = {{utc("2026-03-29T01:00:00Z"), hours{2}},
                        {utc("2026-10-25T01:00:00Z"), hours{1}}}};
}

// As in São Paulo, 2018: midnight became 01:00 on 4 November, and on 17 February 2019 midnight
// became 23:00 of the day before.
Zone sao_paulo() {
    return {.name = "Sao_Paulo",
            .first_offset = hours{-3},
            .changes = {{utc("2018-11-04T03:00:00Z"), hours{-2}},
                        {utc("2019-02-17T02:00:00Z"), hours{-3}}}};
}

// As in Samoa, which had no 30 December 2011.
Zone samoa() {
    return {.name = "Apia",
            .first_offset = hours{-10},
            .changes = {{utc("2011-12-30T10:00:00Z"), hours{14}}}};
}

TEST(Zone, WithoutChangesIsAConstantOffset) {
    Zone const shanghai{.name = "Shanghai", .first_offset = hours{8}};
    EXPECT_EQ(local_at(shanghai, utc("2026-01-01T16:00:00Z")), wall("2026-01-02"));
    EXPECT_EQ(instant_of(shanghai, wall("2026-01-02")), utc("2026-01-01T16:00:00Z"));
    EXPECT_EQ(day_start(shanghai, utc("2026-01-01T15:59:59.999Z")), utc("2025-12-31T16:00:00Z"));
    EXPECT_EQ(day_start(shanghai, utc("2026-01-01T16:00:00Z")), utc("2026-01-01T16:00:00Z"));
}

TEST(Zone, ByDefaultIsUtc) {
    EXPECT_EQ(day_start(Zone{}, utc("1969-12-31T23:00:00Z")), utc("1969-12-31"));
    EXPECT_EQ(offset_at(Zone{}, utc("2026-01-01")), seconds{0});
}

TEST(Zone, ChangesItsOffsetAtTheInstantOfTheChange) {
    EXPECT_EQ(offset_at(berlin(), utc("2026-03-29T00:59:59.999Z")), hours{1});
    EXPECT_EQ(offset_at(berlin(), utc("2026-03-29T01:00:00Z")), hours{2});
    EXPECT_EQ(offset_at(berlin(), utc("2026-10-25T01:00:00Z")), hours{1});
}

TEST(Zone, ATimeThatIsSkippedIsTheInstantOfTheChange) {
    auto const change = utc("2026-03-29T01:00:00Z");
    EXPECT_EQ(instant_of(berlin(), wall("2026-03-29T01:59:00Z")), change - minutes{1});
    EXPECT_EQ(instant_of(berlin(), wall("2026-03-29T02:00:00Z")), change);
    EXPECT_EQ(instant_of(berlin(), wall("2026-03-29T02:30:00Z")), change);
    EXPECT_EQ(instant_of(berlin(), wall("2026-03-29T03:00:00Z")), change);
    EXPECT_EQ(instant_of(berlin(), wall("2026-03-29T03:01:00Z")), change + minutes{1});
}

TEST(Zone, ATimeThatIsRepeatedIsItsFirst) {
    EXPECT_EQ(instant_of(berlin(), wall("2026-10-25T02:00:00Z")), utc("2026-10-25T00:00:00Z"));
    EXPECT_EQ(instant_of(berlin(), wall("2026-10-25T02:59:59Z")), utc("2026-10-25T00:59:59Z"));
    EXPECT_EQ(instant_of(berlin(), wall("2026-10-25T03:00:00Z")), utc("2026-10-25T02:00:00Z"));
}

TEST(Zone, ADayOfTwentyThreeHoursBeginsAtItsMidnight) {
    auto const start = utc("2026-03-28T23:00:00Z");
    EXPECT_EQ(day_start(berlin(), start), start);
    EXPECT_EQ(day_start(berlin(), start + hours{23} - Millis{1}), start);
    EXPECT_EQ(day_start(berlin(), start + hours{23}), start + hours{23});
}

TEST(Zone, ADayOfTwentyFiveHoursBeginsAtItsMidnight) {
    auto const start = utc("2026-10-24T22:00:00Z");
    EXPECT_EQ(day_start(berlin(), start - Millis{1}), start - hours{24});
    EXPECT_EQ(day_start(berlin(), start + hours{25} - Millis{1}), start);
    EXPECT_EQ(day_start(berlin(), start + hours{25}), start + hours{25});
}

TEST(Zone, ADayWithoutMidnightBeginsAtTheChange) {
    auto const change = utc("2018-11-04T03:00:00Z");
    EXPECT_EQ(day_start(sao_paulo(), change + hours{5}), change);
    EXPECT_EQ(day_start(sao_paulo(), change - Millis{1}), change - hours{24});
}

TEST(Zone, AnHourRepeatedBeforeMidnightStaysInItsDay) {
    auto const change = utc("2019-02-17T02:00:00Z");
    auto const start = change - hours{24};
    EXPECT_EQ(day_start(sao_paulo(), change - Millis{1}), start);
    EXPECT_EQ(day_start(sao_paulo(), change + minutes{59}), start);
    EXPECT_EQ(day_start(sao_paulo(), change + hours{1}), change + hours{1});
}

TEST(Zone, ADayThatNeverWasIsTheInstantOfTheChange) {
    auto const change = utc("2011-12-30T10:00:00Z");
    EXPECT_EQ(instant_of(samoa(), wall("2011-12-30T12:00:00Z")), change);
    EXPECT_EQ(instant_of(samoa(), wall("2011-12-31")), change);
    EXPECT_EQ(day_start(samoa(), change - Millis{1}), change - hours{24});
    EXPECT_EQ(day_start(samoa(), change + hours{23}), change);
}

// Changes at least two days apart, offsets within what the world has had, to the second.
Zone arbitrary_zone() {
    auto const offset = [] { return seconds{*rc::gen::inRange(-12 * 3600, 14 * 3600 + 1)}; };
    Zone zone{.name = "any", .first_offset = offset()};
    auto at = utc("2026-01-01");
    for (int left = *rc::gen::inRange(0, 5); left > 0; --left) {
        at += minutes{*rc::gen::inRange(2 * 1440, 90 * 1440)};
        zone.changes.push_back({at, offset()});
    }
    return zone;
}

RC_GTEST_PROP(Zone, InstantOfIsTheFirstAtWhichTheClockShowsThatTimeOrLater, ()) {
    auto const zone = arbitrary_zone();
    auto const shown = wall("2025-12-20") + seconds{*rc::gen::inRange(0, 400 * 86'400)};
    auto const instant = instant_of(zone, shown);
    RC_ASSERT(local_at(zone, instant) >= shown);
    // Before it the clock never showed as much: its highest readings are just before it and just
    // before each change.
    RC_ASSERT(local_at(zone, instant - Millis{1}) < shown);
    for (auto const& change : zone.changes) {
        RC_ASSERT(change.at > instant || local_at(zone, change.at - Millis{1}) < shown);
    }
}

RC_GTEST_PROP(Zone, ADayBeginsAtItsFirstInstantAndNeverLater, ()) {
    auto const zone = arbitrary_zone();
    auto const at = utc("2025-12-20") + seconds{*rc::gen::inRange(0, 400 * 86'400)};
    auto const start = day_start(zone, at);
    auto const midnight = std::chrono::floor<std::chrono::days>(local_at(zone, at));
    RC_ASSERT(start <= at);
    RC_ASSERT(local_at(zone, start) >= midnight);
    RC_ASSERT(local_at(zone, start - Millis{1}) < midnight);
}

TEST(Zone, TheNextDayIsTwentyThreeToTwentyFiveHoursAway) {
    EXPECT_EQ(next_day(berlin(), utc("2026-03-28T23:00:00Z")), utc("2026-03-29T22:00:00Z"));
    EXPECT_EQ(next_day(berlin(), utc("2026-10-24T22:00:00Z")), utc("2026-10-25T23:00:00Z"));
    EXPECT_EQ(next_day(Zone{}, utc("2026-01-01T23:59:59.999Z")), utc("2026-01-02"));
    EXPECT_EQ(next_day(samoa(), utc("2011-12-30T09:00:00Z")), utc("2011-12-30T10:00:00Z"));
}

TEST(Zone, AMidnightThatIsLeftOutOrComesTwiceStillBeginsADay) {
    EXPECT_EQ(next_day(sao_paulo(), utc("2018-11-04T02:00:00Z")), utc("2018-11-04T03:00:00Z"));
    EXPECT_EQ(next_day(sao_paulo(), utc("2019-02-17T02:30:00Z")), utc("2019-02-17T03:00:00Z"));
    // As in St. John's until 2011: a minute after midnight it was an hour earlier again.
    Zone const st_johns{.name = "St_Johns",
                        .first_offset = hours{-2},
                        .changes = {{utc("2010-11-07T02:01:00Z"), hours{-3}}}};
    EXPECT_EQ(next_day(st_johns, utc("2010-11-07T01:59:00Z")), utc("2010-11-07T02:00:00Z"));
    EXPECT_EQ(next_day(st_johns, utc("2010-11-07T02:30:00Z")), utc("2010-11-07T03:00:00Z"));
}

TEST(Zone, MonthsBeginOnTheirFirstDay) {
    EXPECT_EQ(month_start(berlin(), utc("2026-03-31T12:00:00Z")), utc("2026-02-28T23:00:00Z"));
    EXPECT_EQ(next_month(berlin(), utc("2026-03-31T12:00:00Z")), utc("2026-03-31T22:00:00Z"));
    EXPECT_EQ(month_start(Zone{}, utc("2026-01-31")), utc("2026-01-01"));
    EXPECT_EQ(next_month(Zone{}, utc("2026-01-31")), utc("2026-02-01"));
    EXPECT_EQ(next_month(Zone{}, utc("2026-12-31T23:59:59.999Z")), utc("2027-01-01"));
}

}  // namespace

}  // namespace base
