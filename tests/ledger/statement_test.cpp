// Statements add up, line by line and in groups.
#include "ledger/statement.h"

#include <gtest/gtest.h>

#include "ledger/debit.h"
#include "ledger/expire.h"
#include "tests/ledger/purse.h"

namespace tests {
namespace {

using ledger::By;
using ledger::Group;
using ledger::Statement;

// 20 came and went by their date, 100 came, 30 were spent on two things, a day apart.
Statement a_statement() {
    Purse purse;
    purse.add({.amount = {20}, .expires_at = purse.now + day});
    purse.add({.amount = {100}});
    purse.now += 2 * day;
    ledger::debit(purse.wallet, {.amount = {10}, .action = "tts"}, purse.now);
    purse.now += day;
    ledger::debit(purse.wallet, {.amount = {20}, .action = "chat"}, purse.now);
    ledger::expire(purse.wallet, purse.now);  // takes effect two days ago
    return {.user = "ann",
            .from = start_of_tests,
            .to = purse.now + day,
            .opening = {},
            .closing = purse.wallet.account.balance,
            .entries = purse.wallet.posted};
}

TEST(Statement, LinesStandInTheOrderOfTheirEffectAndLeadToTheClosingBalance) {
    auto statement = a_statement();
    ASSERT_TRUE(ledger::run_balance(statement));
    std::vector<std::int64_t> balances;
    for (auto const& entry : statement.entries) {
        balances.push_back(entry.balance_after.value);
    }
    EXPECT_EQ(balances, (std::vector<std::int64_t>{20, 120, 100, 90, 70}));
    EXPECT_EQ(statement.entries[2].kind, ledger::Kind::expire);
}

TEST(Statement, LinesThatDoNotAddUpAreSeen) {
    auto statement = a_statement();
    statement.closing += base::Credits{1};
    EXPECT_FALSE(ledger::run_balance(statement));
    statement = a_statement();
    statement.entries.pop_back();
    EXPECT_FALSE(ledger::run_balance(statement));
}

TEST(Statement, EveryGroupingAddsUpToTheSame) {
    auto statement = a_statement();
    statement.opening = {7};
    statement.closing += base::Credits{7};
    ASSERT_TRUE(ledger::run_balance(statement));
    for (auto const by : {By::day, By::service, By::kind}) {
        auto const groups = ledger::grouped(statement, by, {});
        std::int64_t entries = 0;
        auto balance = statement.opening;
        for (auto const& group : groups) {
            entries += group.entries;
            balance += group.in;
            balance -= group.out;
            EXPECT_EQ(group.balance, balance);
        }
        EXPECT_EQ(entries, 5);
        EXPECT_EQ(balance, statement.closing) << ledger::to_text(by);
    }
}

TEST(Statement, ServicesAreWhatWasAskedForAndElseTheKind) {
    auto statement = a_statement();
    ASSERT_TRUE(ledger::run_balance(statement));
    EXPECT_EQ(ledger::grouped(statement, By::service, {}),
              (std::vector<Group>{{"chat", 1, {}, {20}, {-20}},
                                  {"expire", 1, {}, {20}, {-40}},
                                  {"recharge", 2, {120}, {}, {80}},
                                  {"tts", 1, {}, {10}, {70}}}));
}

TEST(Statement, DaysAreThoseOfTheZone) {
    Statement statement{.closing = {3}};
    for (int hour : {15, 16, 17}) {  // UTC; midnight in Shanghai is at 16
        statement.entries.push_back(
            {.amount = {1}, .effective_at = base::from_ms(1'772'323'200'000LL + hour * 3'600'000)});
    }
    ASSERT_TRUE(ledger::run_balance(statement));
    base::Zone const shanghai{.name = "Asia/Shanghai", .first_offset = std::chrono::hours{8}};
    EXPECT_EQ(
        ledger::grouped(statement, By::day, shanghai),
        (std::vector<Group>{{"2026-03-01", 1, {1}, {}, {1}}, {"2026-03-02", 2, {2}, {}, {3}}}));
    EXPECT_EQ(ledger::grouped(statement, By::day, {}).size(), 1U);
}

TEST(Statement, GroupingsHaveNames) {
    for (auto const by : {By::day, By::service, By::kind}) {
        EXPECT_EQ(ledger::parse_by(ledger::to_text(by)), by);
    }
    EXPECT_FALSE(ledger::parse_by("week"));
}

}  // namespace
}  // namespace tests
