// Grants that are about to end: who is told, of what, and once.
#include "jobs/warn.h"

#include <gtest/gtest.h>

#include "tests/jobs/desk.h"

namespace tests {
namespace {

using std::chrono::days;
using std::chrono::hours;

class Warnings : public testing::Test {
protected:
    Warnings() { desk.rules.signup_gift = {}; }

    void give(std::string const& user, std::int64_t amount, days life) {
        desk.give(user, {.amount = {amount}, .expires_at = desk.now + life});
    }

    jobs::Warned warn(int days_ahead, int limit = 100) {
        jobs::Warned warned;
        for (auto const& stage : jobs::stages()) {
            if (stage.days == days_ahead) {
                desk.store->transact(jobs::load_for_warnings(stage, limit),
                                     [&](jobs::Batch& batch) {
                                         warned = jobs::warn(batch, stage, limit);
                                         told = batch.notices;
                                     });
            }
        }
        return warned;
    }

    std::int64_t number(std::string_view name) const {
        auto const& facts = told.at(0).facts;
        auto const found = std::ranges::find(facts, name, &jobs::Fact::name);
        return std::get<std::int64_t>(found->value);
    }

    Desk desk;
    std::vector<jobs::Notice> told;
};

TEST_F(Warnings, AGrantIsToldOfOnceAStage) {
    give("u1", 100, days{40});
    EXPECT_EQ(warn(30).grants, 0);
    desk.now += days{15};
    EXPECT_EQ(warn(30).grants, 1);
    EXPECT_EQ(told.at(0).kind, "grant.expiring");
    EXPECT_EQ(told.at(0).user, "u1");
    EXPECT_EQ(number("days"), 30);
    EXPECT_EQ(number("credits"), 100);
    EXPECT_EQ(number("at"), base::to_ms(desk_opens + days{40}));
    EXPECT_EQ(warn(30).grants, 0);
    EXPECT_EQ(warn(7).grants, 0);
    desk.now += days{20};
    EXPECT_EQ(warn(7).grants, 1);
    desk.now += days{4} + hours{1};
    EXPECT_EQ(warn(1).grants, 1);
    EXPECT_EQ(warn(1).grants, 0);
}

TEST_F(Warnings, AnAccountHearsOfAllItsGrantsAtOnceTheFirstToEndFirst) {
    give("u1", 30, days{50});
    give("u1", 100, days{40});
    give("u2", 7, days{45});
    desk.now += days{25};
    auto const warned = warn(30);
    EXPECT_EQ(warned.accounts, 2);
    EXPECT_EQ(warned.grants, 3);
    ASSERT_EQ(told.size(), 2U);
    auto const& mine = told[0].user == "u1" ? told[0] : told[1];
    auto const& grants = std::get<std::vector<jobs::Facts>>(mine.facts.back().value);
    ASSERT_EQ(grants.size(), 2U);
    EXPECT_EQ(std::get<std::int64_t>(grants[0][1].value), 100);
    EXPECT_EQ(std::get<std::int64_t>(grants[1][1].value), 30);
}

TEST_F(Warnings, AGrantThatNeverLivedSoLongIsToldOfLater) {
    give("u1", 100, days{20});
    EXPECT_EQ(warn(30).grants, 0);
    EXPECT_TRUE(told.empty());
    desk.now += days{14};
    EXPECT_EQ(warn(7).grants, 1);
}

TEST_F(Warnings, WhatIsSpentOrHasNoEndIsNotToldOf) {
    desk.give("u1", {.amount = {50}});
    give("u1", 100, days{40});
    give("u1", 10, days{80});
    desk.spend("u1", {.amount = {100}});
    desk.now += days{25};
    EXPECT_EQ(warn(30).grants, 0);
}

TEST_F(Warnings, OfAnAccountOnlyThoseThatEndWithinTheStage) {
    desk.give("u1", {.amount = {50}});  // never ends
    give("u1", 1, days{34});            // told of already
    desk.now += days{5};
    EXPECT_EQ(warn(30).grants, 1);
    give("u1", 100, days{40});
    give("u1", 10, days{80});  // ends later
    give("u1", 5, days{36});   // spent below
    desk.spend("u1", {.amount = {6}});
    desk.now += days{15};
    give("u1", 20, days{20});  // never lived for so long
    EXPECT_EQ(warn(30).grants, 1);
    EXPECT_EQ(number("credits"), 100);
}

TEST_F(Warnings, ManyAreToldInTurns) {
    for (auto const* user : {"u1", "u2", "u3"}) {
        give(user, 10, days{40});
    }
    desk.now += days{15};
    auto const first = warn(30, 2);
    EXPECT_EQ(first.grants, 2);
    EXPECT_TRUE(first.more);
    auto const second = warn(30, 2);
    EXPECT_EQ(second.grants, 1);
    EXPECT_FALSE(second.more);
}

TEST_F(Warnings, WithoutALookAheadNobodyIsWarned) {
    jobs::Batch batch;
    EXPECT_EQ(jobs::warn(batch, jobs::stages().front(), 10).grants, 0);
    EXPECT_FALSE(batch.warned);
}

}  // namespace
}  // namespace tests
