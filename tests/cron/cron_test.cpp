// When a cron line falls due, by example.
#include "jobs/cron.h"

#include <gtest/gtest.h>

#include "tests/cron/zones.h"

namespace jobs {

namespace {

std::string latest(std::string_view line, std::string_view after, std::string_view until,
                   base::Zone const& zone = {}) {
    auto const at = latest_due(cron(line), zone, utc(after), utc(until));
    return at ? base::to_text(*at) : "none";
}

TEST(CronNext, IsAfterTheInstantAndNeverTheInstantItself) {
    EXPECT_EQ(next("0 4 * * *", "2026-05-01T03:59:59.999Z"), "2026-05-01T04:00:00.000Z");
    EXPECT_EQ(next("0 4 * * *", "2026-05-01T04:00:00Z"), "2026-05-02T04:00:00.000Z");
    EXPECT_EQ(next("* * * * *", "2026-05-01T04:00:00.001Z"), "2026-05-01T04:01:00.000Z");
    EXPECT_EQ(next("*/5 * * * *", "2026-12-31T23:55:00Z"), "2027-01-01T00:00:00.000Z");
}

TEST(CronNext, GoesByTheZonesWallClock) {
    base::Zone const shanghai{.name = "Shanghai", .first_offset = std::chrono::hours{8}};
    EXPECT_EQ(next("30 0 1 1 *", "2026-05-01", shanghai), "2026-12-31T16:30:00.000Z");
}

TEST(CronNext, WithBothDaysRestrictedIsEither) {
    // 1 May 2026 is a Friday.
    EXPECT_EQ(next("0 0 13 * fri", "2026-05-01"), "2026-05-08T00:00:00.000Z");
    EXPECT_EQ(next("0 0 13 * fri", "2026-05-08"), "2026-05-13T00:00:00.000Z");
    EXPECT_EQ(next("0 0 13 * fri", "2026-05-13"), "2026-05-15T00:00:00.000Z");
}

TEST(CronNext, WithOneDayRestrictedIsThatOne) {
    EXPECT_EQ(next("0 0 13 * *", "2026-05-01"), "2026-05-13T00:00:00.000Z");
    EXPECT_EQ(next("0 0 * * fri", "2026-05-01"), "2026-05-08T00:00:00.000Z");
    EXPECT_EQ(next("0 0 * 9 mon", "2026-05-01"), "2026-09-07T00:00:00.000Z");
}

TEST(CronNext, OfAShortMonthSkipsDaysThatItLacks) {
    EXPECT_EQ(next("0 0 31 * *", "2026-03-31"), "2026-05-31T00:00:00.000Z");
}

TEST(CronNext, OfTheTwentyNinthOfFebruaryIsInALeapYear) {
    EXPECT_EQ(next("0 12 29 2 *", "2026-01-01"), "2028-02-29T12:00:00.000Z");
    EXPECT_EQ(next("0 12 29 2 *", "2028-02-29T12:00:00Z"), "2032-02-29T12:00:00.000Z");
    EXPECT_EQ(next("0 12 29 2 *", "2096-02-29T12:00:00Z"), "never");
}

TEST(CronNext, OfADayThatNeverComesIsNone) {
    EXPECT_EQ(next("0 0 30 2 *", "2026-01-01"), "never");
    EXPECT_EQ(next("0 0 31 4,6,9,11 *", "2026-01-01"), "never");
}

TEST(CronNext, SkippedByDaylightSavingHappensAtTheChange) {
    EXPECT_EQ(next("30 2 * * *", "2026-03-28T12:00:00Z", berlin()), "2026-03-29T01:00:00.000Z");
    EXPECT_EQ(next("30 2 * * *", "2026-03-29T01:00:00Z", berlin()), "2026-03-30T00:30:00.000Z");
}

TEST(CronNext, SkippedSeveralTimesHappensOnce) {
    EXPECT_EQ(next("*/20 * * * *", "2026-03-29T00:40:00Z", berlin()), "2026-03-29T01:00:00.000Z");
    EXPECT_EQ(next("*/20 * * * *", "2026-03-29T01:00:00Z", berlin()), "2026-03-29T01:20:00.000Z");
}

TEST(CronNext, RepeatedByDaylightSavingHappensOnce) {
    EXPECT_EQ(next("30 2 * * *", "2026-10-24T12:00:00Z", berlin()), "2026-10-25T00:30:00.000Z");
    EXPECT_EQ(next("30 2 * * *", "2026-10-25T00:30:00Z", berlin()), "2026-10-26T01:30:00.000Z");
    // Asked in the second pass, when the clock shows 02:10 again.
    EXPECT_EQ(next("30 2 * * *", "2026-10-25T01:10:00Z", berlin()), "2026-10-26T01:30:00.000Z");
    EXPECT_EQ(next("@hourly", "2026-10-25T00:00:00Z", berlin()), "2026-10-25T02:00:00.000Z");
}

TEST(CronNext, OfADayThatTheZoneSkippedHappensAtTheChange) {
    base::Zone const samoa{.first_offset = std::chrono::hours{-10},
                           .changes = {{utc("2011-12-30T10:00:00Z"), std::chrono::hours{14}}}};
    EXPECT_EQ(next("0 12 30 12 *", "2011-12-01", samoa), "2011-12-30T10:00:00.000Z");
}

TEST(CronDue, FoldsEverythingMissedIntoTheLatest) {
    EXPECT_EQ(latest("*/5 * * * *", "2026-05-01T00:00:00Z", "2026-05-01T09:59:59Z"),
              "2026-05-01T09:55:00.000Z");
    EXPECT_EQ(latest("0 4 * * *", "1970-01-01", "2026-05-01T03:00:00Z"),
              "2026-04-30T04:00:00.000Z");
}

TEST(CronDue, CountsTheEndAndNotTheBeginning) {
    EXPECT_EQ(latest("0 4 * * *", "2026-05-01T04:00:00Z", "2026-05-02T04:00:00Z"),
              "2026-05-02T04:00:00.000Z");
    EXPECT_EQ(latest("0 4 * * *", "2026-05-01T04:00:00Z", "2026-05-02T03:59:59.999Z"), "none");
}

TEST(CronDue, IsNoneWhereNoTimeHasPassed) {
    EXPECT_EQ(latest("* * * * *", "2026-05-01T04:00:00Z", "2026-05-01T04:00:00Z"), "none");
    EXPECT_EQ(latest("* * * * *", "2026-05-01T04:00:00Z", "2026-05-01T03:00:00Z"), "none");
    EXPECT_EQ(latest("0 0 30 2 *", "1970-01-01", "2026-05-01"), "none");
}

TEST(CronDue, FindsWhatIsFurtherApartThanFiveYears) {
    EXPECT_EQ(latest("0 0 29 2 *", "2097-01-01", "2105-01-01"), "2104-02-29T00:00:00.000Z");
}

TEST(CronDue, ComesOnceInARepeatedHour) {
    EXPECT_EQ(latest("30 2 * * *", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", berlin()),
              "none");
    EXPECT_EQ(latest("*/20 * * * *", "2026-10-25T00:00:00Z", "2026-10-25T01:59:00Z", berlin()),
              "2026-10-25T00:40:00.000Z");
}

TEST(CronDue, SeesADayThatHadBegunBeforeTheClockWentBackIntoTheOneBefore) {
    // As in Toronto, long ago: half past midnight became half past eleven.
    base::Zone const toronto{.changes = {{utc("2026-10-25T00:30:00Z"), -std::chrono::hours{1}}}};
    EXPECT_EQ(latest("0 0 25 * *", "2026-10-24", "2026-10-25T00:45:00Z", toronto),
              "2026-10-25T00:00:00.000Z");
}

}  // namespace

}  // namespace jobs
