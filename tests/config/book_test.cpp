// Price books: what they say, and what is said of wrong ones.
#include "pricing/book.h"

#include <gtest/gtest.h>

#include "pricing/price.h"
#include "tests/config/files.h"

namespace config {
namespace {

using base::Rate;
using pricing::Mode;

Lines book_mistakes(std::string const& yaml) {
    auto const loaded = parse_book(yaml, "book");
    EXPECT_EQ(loaded.value.has_value(), loaded.problems.empty());
    return lines_of(loaded.problems, "book");
}

// The mistakes of one service, given by its lines; they begin in line 3.
Lines service_mistakes(std::string const& lines) {
    return book_mistakes("services:\n  x:\n" + lines);
}

pricing::Book book_of(std::string const& yaml) {
    auto loaded = parse_book(yaml, "book");
    EXPECT_EQ(lines_of(loaded.problems, "book"), Lines{});
    return loaded.value.value_or(pricing::Book{});
}

TEST(Book, DecimalsAreExact) {
    auto const book = book_of(
        "services:\n  x: {mode: duration, measure: input, per_second: 0.000001}\n"
        "  y: {mode: duration, measure: input, per_second: 0.1, tiers: {gold: 0.333333}}\n");
    EXPECT_EQ(book.services.at("x")[0].terms.per_second, Rate{1});
    EXPECT_EQ(book.services.at("y")[0].terms.per_second, Rate{100'000});
    EXPECT_EQ(book.services.at("y")[0].tiers.at("gold"), Rate{333'333});
}

TEST(Book, KeysOfADurationPrice) {
    auto const book = book_of(
        "services:\n  x: {mode: duration, measure: output, per_second: 2, increment: 500ms,"
        " minimum: 3, grace: 1ms, estimate: 2.5, overrun: debt, on_cancel: none, members: free}\n");
    pricing::Terms const expected{.mode = Mode::duration,
                                  .per_second = {2'000'000},
                                  .measure = pricing::Measure::output,
                                  .increment = base::Millis{500},
                                  .minimum = {3},
                                  .grace = base::Millis{1},
                                  .estimate = {2'500'000},
                                  .overrun = pricing::Overrun::debt,
                                  .on_cancel = pricing::CancelRule::none,
                                  .members_free = true};
    EXPECT_EQ(book.services.at("x")[0].terms, expected);
    EXPECT_EQ(book.services.at("x")[0].from, base::Timestamp{});
}

TEST(Book, AServicesTiersWinOverTheBooksNameByName) {
    auto const book = book_of(
        "tiers: {gold: 0.8, silver: 0.9}\nservices:\n"
        "  x: {mode: fixed, credits: 10, tiers: {gold: 0.5}}\n  y: {mode: free}\n");
    auto const& tiers = book.services.at("x")[0].tiers;
    EXPECT_EQ(tiers.at("gold"), Rate{500'000});
    EXPECT_EQ(tiers.at("silver"), Rate{900'000});
    EXPECT_TRUE(book.services.at("y")[0].tiers.empty());
}

TEST(Book, ChangesStartFromThePriceBeforeThem) {
    auto const book = book_of(
        "services:\n  x:\n    mode: fixed\n    credits: 5\n    on_cancel: none\n    changes:\n"
        "      - {from: 2027-01-01, credits: 6, tiers: {gold: 0.5}}\n"
        "      - {from: 2027-07-01T00:00:00+08:00, members: free}\n"
        "      - {from: 2028-01-01, mode: duration, per_second: 1, measure: input}\n");
    auto const& periods = book.services.at("x");
    ASSERT_EQ(periods.size(), 4U);
    EXPECT_EQ(periods[1].terms.credits, base::Credits{6});
    EXPECT_EQ(periods[1].terms.on_cancel, pricing::CancelRule::none);
    EXPECT_EQ(periods[2].from, *base::parse_timestamp("2027-06-30T16:00:00Z"));
    EXPECT_TRUE(periods[2].terms.members_free);
    EXPECT_EQ(periods[2].tiers.at("gold"), Rate{500'000});
    EXPECT_EQ(periods[3].terms, (pricing::Terms{.mode = Mode::duration,
                                                .per_second = {1'000'000},
                                                .measure = pricing::Measure::input,
                                                .on_cancel = pricing::CancelRule::none,
                                                .members_free = true}));
}

TEST(Book, TheVersionIsThatOfTheContent) {
    auto const book = book_of("services: {x: {mode: fixed, credits: 5}}\n");
    auto const same = book_of("# a comment\nservices:\n  x:\n    credits: 5\n    mode: fixed\n");
    auto const other = book_of("services: {x: {mode: fixed, credits: 6}}\n");
    EXPECT_EQ(book.version, version_of(book));
    EXPECT_EQ(book.version, same.version);
    EXPECT_NE(book.version, other.version);
}

TEST(Book, UnknownKeysNameTheNearest) {
    EXPECT_EQ(book_mistakes("servces: {}\n"),
              (Lines{"1: servces: unknown key; did you mean `services`?"}));
    EXPECT_EQ(service_mistakes("    mode: fixed\n    credit: 5\n"),
              (Lines{"2: services.x.credits: missing; mode fixed needs it",
                     "4: services.x.credit: unknown key; did you mean `credits`?"}));
}

TEST(Book, WrongValues) {
    EXPECT_EQ(service_mistakes("    mode: hourly\n    credits: many\n"),
              (Lines{"3: services.x.mode: expected fixed, duration or free, got `hourly`",
                     "4: services.x.credits: expected a whole number, got `many`"}));
    EXPECT_EQ(
        service_mistakes("    mode: duration\n    per_second: fast\n    measure: both\n"
                         "    increment: 5 apples\n    grace: [1s]\n    overrun: ignore\n"
                         "    on_cancel: half\n    members: 1\n    minimum: -1\n"),
        (Lines{"4: services.x.per_second: expected a decimal such as 0.25, got `fast`",
               "5: services.x.measure: expected input, output or declared, got `both`",
               "6: services.x.increment: expected a duration such as 15s or 1h30m, got `5 apples`",
               "7: services.x.grace: expected a duration such as 15s or 1h30m, got a list",
               "8: services.x.overrun: expected absorb, charge or debt, got `ignore`",
               "9: services.x.on_cancel: expected full or none, got `half`",
               "10: services.x.members: expected pay or free, got `1`",
               "11: services.x.minimum: expected from 0 to 1000000000000, got `-1`"}));
}

TEST(Book, ImpossibleValues) {
    EXPECT_EQ(service_mistakes("    mode: fixed\n    credits: 0\n"),
              (Lines{"4: services.x.credits: expected from 1 to 1000000000000, got `0`"}));
    EXPECT_EQ(
        service_mistakes("    mode: fixed\n    credits: 5\n    tiers: {gold: 0, base: 1001}\n"),
        (Lines{"5: services.x.tiers.base: expected from 0.000001 to 1000, got `1001`",
               "5: services.x.tiers.gold: expected from 0.000001 to 1000, got `0`"}));
    EXPECT_EQ(service_mistakes("    mode: duration\n    measure: input\n    per_second: 0\n"
                               "    increment: 0s\n"),
              (Lines{"5: services.x.per_second: expected from 0.000001 to 1000000, got `0`",
                     "6: services.x.increment: expected from 1ms to 1d, got `0s`"}));
    EXPECT_EQ(
        service_mistakes("    mode: duration\n    measure: input\n    per_second: 0.1234567\n"),
        (Lines{"5: services.x.per_second: expected a decimal such as 0.25, got `0.1234567`"}));
}

TEST(Book, KeysThatTheModeDoesNotUse) {
    EXPECT_EQ(service_mistakes("    mode: fixed\n    credits: 5\n    per_second: 1\n"),
              (Lines{"5: services.x.per_second: not used by a price of mode fixed"}));
    EXPECT_EQ(service_mistakes("    mode: free\n    credits: 5\n    members: free\n"),
              (Lines{"4: services.x.credits: not used by a price of mode free",
                     "5: services.x.members: not used by a price of mode free"}));
    EXPECT_EQ(service_mistakes("    mode: duration\n    measure: input\n    per_second: 1\n"
                               "    estimate: 3\n    credits: 5\n"),
              (Lines{"6: services.x.estimate: only used with `measure: output`",
                     "7: services.x.credits: not used by a price of mode duration"}));
}

TEST(Book, KeysThatTheModeNeeds) {
    EXPECT_EQ(service_mistakes("    credits: 5\n"),
              (Lines{"2: services.x.mode: missing; expected fixed, duration or free"}));
    EXPECT_EQ(service_mistakes("    mode: fixed\n"),
              (Lines{"2: services.x.credits: missing; mode fixed needs it"}));
    EXPECT_EQ(service_mistakes("    mode: duration\n"),
              (Lines{"2: services.x.measure: missing; mode duration needs it",
                     "2: services.x.per_second: missing; mode duration needs it"}));
    EXPECT_EQ(service_mistakes("    mode: duration\n    per_second: 1\n    measure: output\n"),
              (Lines{"2: services.x.estimate: missing; `measure: output` needs it"}));
}

TEST(Book, ChangesAscend) {
    std::string const fixed = "    mode: fixed\n    credits: 5\n    changes:\n";
    EXPECT_EQ(service_mistakes(fixed + "      - {from: 2027-01-01, credits: 6}\n"
                                       "      - {from: 2027-01-01, credits: 7}\n"),
              (Lines{"7: services.x.changes[1].from: expected a date later than that of the change "
                     "before it"}));
    EXPECT_EQ(service_mistakes(fixed + "      - {credits: 6}\n"),
              (Lines{"6: services.x.changes[0].from: missing; expected the date from which this "
                     "holds"}));
    EXPECT_EQ(service_mistakes(fixed + "      - {from: soon}\n"),
              (Lines{"6: services.x.changes[0].from: expected a date after 1970-01-01",
                     "6: services.x.changes[0].from: expected a date such as 2027-01-01 or "
                     "2027-01-01T00:00:00+08:00, got `soon`"}));
    EXPECT_EQ(service_mistakes(fixed + "      - {from: 2027-01-01, mode: duration}\n"),
              (Lines{"6: services.x.changes[0].measure: missing; mode duration needs it",
                     "6: services.x.changes[0].per_second: missing; mode duration needs it"}));
    EXPECT_EQ(service_mistakes("    mode: fixed\n    credits: 5\n    from: 2027-01-01\n"),
              (Lines{"5: services.x.from: only an item of `changes` has a date"}));
    EXPECT_EQ(service_mistakes("    mode: fixed\n    credits: 5\n    changes: later\n"),
              (Lines{"5: services.x.changes: expected a list, got `later`"}));
}

TEST(Book, WrongShapes) {
    EXPECT_EQ(book_mistakes(""), (Lines{"1: services: missing; expected the services and their "
                                        "prices"}));
    EXPECT_EQ(book_mistakes("- 1\n"), (Lines{"1: expected a map of keys and values, got a list"}));
    EXPECT_EQ(book_mistakes("services: {x: 5, y: , 'a b': {mode: free}}\n"),
              (Lines{"1: services.a b: not a name of letters, digits, `_`, `-` and `.`",
                     "1: services.x: expected a map of keys and values, got `5`",
                     "1: services.y: expected a map of keys and values, got nothing"}));
}

TEST(Book, TextThatIsNotUtf8IsRefused) {
    EXPECT_EQ(book_mistakes("services: {}\n# \xff\n"), (Lines{"2: not UTF-8 text"}));
    EXPECT_EQ(book_mistakes(std::string("s\0e\0", 4)), (Lines{"1: not UTF-8 text"}));
    EXPECT_EQ(book_mistakes(std::string((1 << 20) + 1, '#')), (Lines{" larger than 1 MiB"}));
}

TEST(Book, EveryMistakeIsTold) {
    EXPECT_EQ(book_mistakes("tiers: {gold: cheap}\nservices:\n  a: {mode: fixed}\n"
                            "  b: {mode: fre}\n  a: {mode: free}\n"),
              (Lines{"1: tiers.gold: expected a decimal such as 0.25, got `cheap`",
                     "3: services.a.credits: missing; mode fixed needs it",
                     "4: services.b.mode: expected fixed, duration or free, got `fre`",
                     "5: services.a: given twice; the first is in line 3"}));
}

TEST(Book, AMissingFileIsAProblem) {
    auto const loaded = load_book("/nonexistent/prices.yaml");
    EXPECT_FALSE(loaded.value);
    EXPECT_EQ(lines_of(loaded.problems, ""), (Lines{"/nonexistent/prices.yaml: no such file"}));
}

}  // namespace
}  // namespace config
