// How cron lines are read, and what each kind of mistake is told.
#include <gtest/gtest.h>

#include "tests/cron/zones.h"

namespace jobs {

namespace {

template <std::size_t size>
std::string values(std::bitset<size> const& bits) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) {
        if (bits[i]) {
            text += (text.empty() ? "" : " ") + std::to_string(i);
        }
    }
    return text;
}

std::string mistake(std::string_view text) {
    auto const parsed = parse_cron(text);
    auto const* what = std::get_if<std::string>(&parsed);
    return what == nullptr ? "none" : *what;
}

bool same(CronLine const& a, CronLine const& b) {
    return a.minutes == b.minutes && a.hours == b.hours && a.days == b.days &&
           a.months == b.months && a.weekdays == b.weekdays && a.any_day == b.any_day &&
           a.any_weekday == b.any_weekday;
}

TEST(CronLine, StarsMatchEverything) {
    auto const line = cron("* * * * *");
    EXPECT_TRUE(line.minutes.all());
    EXPECT_TRUE(line.hours.all());
    EXPECT_EQ(line.days.count(), 31U);
    EXPECT_EQ(line.months.count(), 12U);
    EXPECT_TRUE(line.weekdays.all());
    EXPECT_TRUE(line.any_day);
    EXPECT_TRUE(line.any_weekday);
}

TEST(CronLine, HasListsRangesAndSteps) {
    auto const line = cron("0,15,30-32 8-18/5 1-31/10 */6 1-5");
    EXPECT_EQ(values(line.minutes), "0 15 30 31 32");
    EXPECT_EQ(values(line.hours), "8 13 18");
    EXPECT_EQ(values(line.days), "1 11 21 31");
    EXPECT_EQ(values(line.months), "1 7");
    EXPECT_EQ(values(line.weekdays), "1 2 3 4 5");
    EXPECT_FALSE(line.any_day);
    EXPECT_FALSE(line.any_weekday);
}

TEST(CronLine, AStepAfterOneValueRunsToTheEnd) {
    EXPECT_EQ(values(cron("50/3 * * * *").minutes), "50 53 56 59");
    EXPECT_EQ(values(cron("0 0 * * 4/1").weekdays), "4 5 6");
}

TEST(CronLine, HasNamesOfMonthsAndDaysInAnyCase) {
    auto const line = cron("0 0 * Jan,JUN-aug Mon-FRI");
    EXPECT_EQ(values(line.months), "1 6 7 8");
    EXPECT_EQ(values(line.weekdays), "1 2 3 4 5");
}

TEST(CronLine, SundayIsZeroAndSeven) {
    EXPECT_EQ(values(cron("0 0 * * 7").weekdays), "0");
    EXPECT_EQ(values(cron("0 0 * * sun").weekdays), "0");
    EXPECT_EQ(values(cron("0 0 * * 5-7").weekdays), "0 5 6");
    EXPECT_EQ(values(cron("0 0 * * fri-sun").weekdays), "0 5 6");
    EXPECT_EQ(values(cron("0 0 * * sun-tue").weekdays), "0 1 2");
    EXPECT_EQ(values(cron("0 0 * * */2").weekdays), "0 2 4 6");
}

TEST(CronLine, HasNicknames) {
    EXPECT_TRUE(same(cron("@hourly"), cron("0 * * * *")));
    EXPECT_TRUE(same(cron("@daily"), cron("0 0 * * *")));
    EXPECT_TRUE(same(cron("@midnight"), cron("0 0 * * *")));
    EXPECT_TRUE(same(cron("@weekly"), cron("0 0 * * 0")));
    EXPECT_TRUE(same(cron("@monthly"), cron("0 0 1 * *")));
    EXPECT_TRUE(same(cron("@yearly"), cron("0 0 1 1 *")));
    EXPECT_TRUE(same(cron(" @annually "), cron("0 0 1 1 *")));
}

TEST(CronLine, MayBeSpacedFreely) {
    EXPECT_TRUE(same(cron("  5\t4  * * *  "), cron("5 4 * * *")));
}

TEST(CronMistake, IsTheNumberOfFields) {
    std::string const expected =
        "expected five fields (minute hour day-of-month month day-of-week), got ";
    EXPECT_EQ(mistake(""), expected + "0");
    EXPECT_EQ(mistake("* * * *"), expected + "4");
    EXPECT_EQ(mistake("0 * * * * *"), expected + "6");
    EXPECT_EQ(mistake("@daily @daily"), expected + "2");
}

TEST(CronMistake, IsAValueOutOfItsRange) {
    EXPECT_EQ(mistake("60 * * * *"), "minute: 60 is not between 0 and 59");
    EXPECT_EQ(mistake("* 25 * * *"), "hour: 25 is not between 0 and 23");
    EXPECT_EQ(mistake("* * 0 * *"), "day-of-month: 0 is not between 1 and 31");
    EXPECT_EQ(mistake("* * * 1-13 *"), "month: 13 is not between 1 and 12");
    EXPECT_EQ(mistake("* * * * 1,8"), "day-of-week: 8 is not between 0 and 7");
}

TEST(CronMistake, IsAStepThatDoesNotStep) {
    EXPECT_EQ(mistake("*/0 * * * *"), "minute: a step of 0 is not between 1 and 59");
    EXPECT_EQ(mistake("*/90 * * * *"), "minute: a step of 90 is not between 1 and 59");
    EXPECT_EQ(mistake("* 1-5/-1 * * *"), "hour: a step of -1 is not between 1 and 23");
    EXPECT_EQ(mistake("* */ * * *"), "hour: `` is not a step");
    EXPECT_EQ(mistake("* */2/3 * * *"), "hour: `2/3` is not a step");
}

TEST(CronMistake, IsARangeThatRunsBackwards) {
    EXPECT_EQ(mistake("* 18-8 * * *"), "hour: `18-8` runs backwards");
    EXPECT_EQ(mistake("* * * * sat-mon"), "day-of-week: `sat-mon` runs backwards");
    EXPECT_EQ(mistake("* * * nov-feb *"), "month: `nov-feb` runs backwards");
}

TEST(CronMistake, IsWhatIsNoNumber) {
    EXPECT_EQ(mistake("x * * * *"), "minute: `x` is not a number");
    EXPECT_EQ(mistake("* * L * *"), "day-of-month: `L` is not a number");
    EXPECT_EQ(mistake("* * mon * *"), "day-of-month: `mon` is not a number");
    EXPECT_EQ(mistake("* * * mon *"), "month: `mon` is not a number or a name such as feb");
    EXPECT_EQ(mistake("* * * * monday"),
              "day-of-week: `monday` is not a number or a name such as mon");
    EXPECT_EQ(mistake("1.5 * * * *"), "minute: `1.5` is not a number");
    EXPECT_EQ(mistake("** * * * *"), "minute: `**` is not a number");
}

TEST(CronMistake, IsAMissingValue) {
    EXPECT_EQ(mistake("1,,2 * * * *"), "minute: a value is missing");
    EXPECT_EQ(mistake("1, * * * *"), "minute: a value is missing");
    EXPECT_EQ(mistake("* -5 * * *"), "hour: a value is missing");
    EXPECT_EQ(mistake("* 5- * * *"), "hour: a value is missing");
    EXPECT_EQ(mistake("/5 * * * *"), "minute: a value is missing");
}

TEST(CronMistake, IsANicknameThatNobodyKnows) {
    EXPECT_EQ(mistake("@reboot"),
              "`@reboot` is not known; there are @hourly, @daily, @weekly, @monthly and @yearly");
}

}  // namespace

}  // namespace jobs
