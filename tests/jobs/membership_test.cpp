// How long a membership lasts: calendar months on the account's own clock, one after another.
#include "jobs/membership.h"

#include <gtest/gtest.h>

namespace tests {
namespace {

using base::Timestamp;
using jobs::Chargeback;
using jobs::months_later;
using jobs::Term;
using std::chrono::hours;

Timestamp at(std::string_view text) {
    return base::parse_timestamp(text).value();
}

base::Zone const utc;

// As in Berlin, 2026: 02:00 becomes 03:00 on 29 March, 03:00 becomes 02:00 on 25 October.
base::Zone const berlin{
    .name = "Berlin",
    .first_offset = hours{1},
    .changes = {{at("2026-03-29T01:00:00Z"), hours{2}}, {at("2026-10-25T01:00:00Z"), hours{1}}}};

base::Zone const shanghai{.name = "Shanghai", .first_offset = hours{8}, .changes = {}};

TEST(MonthsLater, IsTheSameDayAndTime) {
    EXPECT_EQ(months_later(at("2026-01-15T10:20:30.123Z"), 1, utc), at("2026-02-15T10:20:30.123Z"));
    EXPECT_EQ(months_later(at("2026-11-15T00:00:00Z"), 3, utc), at("2027-02-15T00:00:00Z"));
    EXPECT_EQ(months_later(at("2026-12-31T23:59:59.999Z"), 12, utc),
              at("2027-12-31T23:59:59.999Z"));
}

TEST(MonthsLater, EndsOnTheLastDayOfAMonthThatIsTooShort) {
    EXPECT_EQ(months_later(at("2026-01-31T08:00:00Z"), 1, utc), at("2026-02-28T08:00:00Z"));
    EXPECT_EQ(months_later(at("2028-01-31T08:00:00Z"), 1, utc), at("2028-02-29T08:00:00Z"));
    EXPECT_EQ(months_later(at("2028-02-29T08:00:00Z"), 12, utc), at("2029-02-28T08:00:00Z"));
    EXPECT_EQ(months_later(at("2026-08-31T08:00:00Z"), 3, utc), at("2026-11-30T08:00:00Z"));
}

TEST(MonthsLater, GoesByTheDayOfTheZone) {
    // In Shanghai it is 1 February already.
    EXPECT_EQ(months_later(at("2026-01-31T17:00:00Z"), 1, shanghai), at("2026-02-28T17:00:00Z"));
    // There it is 31 January until four in the afternoon of Greenwich.
    EXPECT_EQ(months_later(at("2026-01-31T15:00:00Z"), 1, shanghai), at("2026-02-28T15:00:00Z"));
    // The same instant is another day in each: 31 March there, 30 March here.
    EXPECT_EQ(months_later(at("2026-03-30T20:00:00Z"), 1, shanghai), at("2026-04-29T20:00:00Z"));
    EXPECT_EQ(months_later(at("2026-03-30T20:00:00Z"), 1, utc), at("2026-04-30T20:00:00Z"));
}

TEST(MonthsLater, IsTheSameTimeOfDayWhenClocksHaveBeenSet) {
    EXPECT_EQ(months_later(at("2026-03-10T09:00:00Z"), 1, berlin), at("2026-04-10T08:00:00Z"));
    EXPECT_EQ(months_later(at("2026-10-10T08:00:00Z"), 1, berlin), at("2026-11-10T09:00:00Z"));
}

TEST(MonthsLater, ATimeThatClocksSkipIsTheInstantOfTheChange) {
    // 28 February 02:30 in Berlin, and 29 March has no 02:30.
    EXPECT_EQ(months_later(at("2026-01-29T01:30:00Z"), 2, berlin), at("2026-03-29T01:00:00Z"));
}

TEST(MonthsLater, ATimeThatComesTwiceIsItsFirst) {
    EXPECT_EQ(months_later(at("2026-09-25T00:30:00Z"), 1, berlin), at("2026-10-25T00:30:00Z"));
}

struct Member {
    explicit Member(std::optional<Timestamp> until) { wallet.account.member_until = until; }

    ledger::Wallet wallet;
    jobs::Rules rules;

    [[nodiscard]] Timestamp until() const { return wallet.account.member_until.value(); }
};

auto const now = at("2026-05-20T12:00:00Z");

TEST(Membership, BeginsNowWhereThereIsNone) {
    Member none{std::nullopt};
    Member over{at("2026-05-20T11:59:59.999Z")};
    for (auto* const member : {&none, &over}) {
        auto const term = jobs::extend_membership(member->wallet, 1, member->rules, now);
        EXPECT_EQ(term, (Term{now, at("2026-06-20T12:00:00Z")}));
        EXPECT_EQ(member->until(), term.until);
        EXPECT_TRUE(member->wallet.changed);
    }
}

TEST(Membership, ExtendsFromTheEndOfTheRunningOne) {
    Member member{at("2026-06-03T00:00:00Z")};
    auto const term = jobs::extend_membership(member.wallet, 3, member.rules, now);
    EXPECT_EQ(term, (Term{at("2026-06-03T00:00:00Z"), at("2026-09-03T00:00:00Z")}));
    EXPECT_EQ(member.until(), at("2026-09-03T00:00:00Z"));
}

TEST(Membership, IsCountedInTheAccountsOwnZone) {
    Member member{std::nullopt};
    member.rules.zone = berlin;
    member.rules.find_zone = [](std::string const& name) {
        return name == "Asia/Shanghai" ? &shanghai : nullptr;
    };
    auto const march = at("2026-03-10T09:00:00Z");
    EXPECT_EQ(jobs::next_term(member.wallet.account, 1, member.rules, march).until,
              at("2026-04-10T08:00:00Z"));
    member.wallet.account.time_zone = "Asia/Shanghai";
    EXPECT_EQ(jobs::next_term(member.wallet.account, 1, member.rules, march).until,
              at("2026-04-10T09:00:00Z"));
    member.wallet.account.time_zone = "Nowhere/There";
    EXPECT_EQ(jobs::next_term(member.wallet.account, 1, member.rules, march).until,
              at("2026-04-10T08:00:00Z"))
        << "as configured";
}

TEST(Membership, IsNotSoldForMoreThanTenYears) {
    jobs::Rules const rules;
    ledger::Account account;
    account.member_until = at("2035-05-20T12:00:00Z");
    EXPECT_FALSE(jobs::too_long(jobs::next_term(account, 11, rules, now), now));
    EXPECT_TRUE(jobs::too_long(jobs::next_term(account, 13, rules, now), now));
}

TEST(MembershipTakenBack, MovesUpWhatComesAfterIt) {
    Member member{std::nullopt};
    auto const first = jobs::extend_membership(member.wallet, 1, member.rules, now);
    jobs::extend_membership(member.wallet, 1, member.rules, now);
    ASSERT_EQ(member.until(), at("2026-07-20T12:00:00Z"));
    jobs::shorten_membership(member.wallet, first, Chargeback::debt, now);
    EXPECT_EQ(member.until(), at("2026-06-19T12:00:00Z")) << "31 days of May are taken";
}

TEST(MembershipTakenBack, EndsNowAtTheEarliest) {
    for (auto const used : {Chargeback::debt, Chargeback::loss}) {
        Member member{std::nullopt};
        auto const only = jobs::extend_membership(member.wallet, 1, member.rules, now);
        auto const later = now + hours{24};
        jobs::shorten_membership(member.wallet, only, used, later);
        EXPECT_EQ(member.until(), later);
    }
}

TEST(MembershipTakenBack, WhatWasUsedOfItIsOwedOrLost) {
    for (auto const used : {Chargeback::debt, Chargeback::loss}) {
        Member member{std::nullopt};
        auto const first = jobs::extend_membership(member.wallet, 1, member.rules, now);
        jobs::extend_membership(member.wallet, 1, member.rules, now);
        auto const later = now + hours{24 * 10};
        jobs::shorten_membership(member.wallet, first, used, later);
        EXPECT_EQ(member.until(), used == Chargeback::debt ? at("2026-06-19T12:00:00Z")
                                                           : at("2026-06-29T12:00:00Z"));
    }
}

TEST(MembershipTakenBack, LeavesOneThatIsOverAsItIs) {
    Member member{std::nullopt};
    auto const only = jobs::extend_membership(member.wallet, 1, member.rules, now);
    member.wallet.changed = false;
    for (auto const later : {only.until, only.until + hours{1}}) {
        jobs::shorten_membership(member.wallet, only, Chargeback::debt, later);
        EXPECT_EQ(member.until(), only.until);
        EXPECT_FALSE(member.wallet.changed);
    }
}

TEST(MembershipTakenBack, ByLossNothingIsTakenOfWhatIsUsedUp) {
    Member member{std::nullopt};
    auto const first = jobs::extend_membership(member.wallet, 1, member.rules, now);
    auto const second = jobs::extend_membership(member.wallet, 1, member.rules, now);
    jobs::shorten_membership(member.wallet, first, Chargeback::loss, first.until + hours{1});
    EXPECT_EQ(member.until(), second.until);
}

}  // namespace
}  // namespace tests
