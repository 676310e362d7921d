// The section `recharge`: packages, tiers, and what becomes of orders.
#include <gtest/gtest.h>

#include "tests/config/files.h"

namespace config {
namespace {

jobs::RechargeRules rules_of(std::string const& section) {
    auto const loaded = load_text("recharge: {" + section + "}\n");
    EXPECT_TRUE(loaded.value) << (loaded.problems.empty() ? "" : to_text(loaded.problems[0]));
    return loaded.value ? loaded.value->rules.recharge : jobs::RechargeRules{};
}

std::string mistake_in(std::string const& section) {
    auto const lines = mistakes("recharge: {" + section + "}\n");
    return lines.empty() ? "" : lines.front();
}

TEST(RechargeKeys, TheShippedPackagesAreTheBuiltInOnes) {
    jobs::RechargeRules const built_in;
    auto const shipped = load_settings("", {});
    ASSERT_TRUE(shipped.value);
    EXPECT_EQ(shipped.value->rules.recharge.packages, built_in.packages);
    EXPECT_EQ(built_in.packages.size(), 4U);
    EXPECT_EQ(shipped.value->rules.recharge.order_life, std::chrono::hours{2});
    EXPECT_EQ(shipped.value->rules.recharge.chargeback, jobs::Chargeback::debt);
}

TEST(RechargeKeys, PackagesReplaceThoseAndAreInTheOrderOfTheirPrices) {
    auto const rules = rules_of(
        "packages: {dear: {amount: 500, credits: 60}, cheap: {amount: 100, credits: 10, "
        "bonus: 1, from: 2027-01-01, to: 2027-02-01, active: false, "
        "expires_after: 365d}}");
    ASSERT_EQ(rules.packages.size(), 2U);
    jobs::Package const cheap{.name = "cheap",
                              .amount = 100,
                              .credits = {10},
                              .bonus = {1},
                              .from = base::parse_timestamp("2027-01-01"),
                              .to = base::parse_timestamp("2027-02-01"),
                              .active = false,
                              .life = std::chrono::days{365}};
    EXPECT_EQ(rules.packages[0], cheap);
    EXPECT_EQ(rules.packages[1].name, "dear");
    EXPECT_FALSE(rules.packages[1].life);
}

TEST(RechargeKeys, MultipliersAreExactDecimals) {
    auto const rules = rules_of("multipliers: {gold: 1.2, silver: '1.000001'}, chargeback: loss");
    EXPECT_EQ(rules.multipliers.at("gold").micros, 1'200'000);
    EXPECT_EQ(rules.multipliers.at("silver").micros, 1'000'001);
    EXPECT_EQ(rules.chargeback, jobs::Chargeback::loss);
}

TEST(RechargeKeys, WhatCanNotBeSoldIsNamed) {
    auto const names = [](std::string const& section, std::string const& key) {
        auto const mistake = mistake_in(section);
        EXPECT_NE(mistake.find(key), std::string::npos) << section << ": " << mistake;
    };
    names("packages: {a: {credits: 10}}", "packages.a.amount");
    names("packages: {a: {amount: 10}}", "packages.a.credits");
    names("packages: {a: {amount: 0, credits: 10}}", "packages.a.amount");
    names("packages: {a: {amount: 1, credits: -1}}", "packages.a.credits");
    names("packages: {a: {amount: 1.5, credits: 1}}", "packages.a.amount");
    names("packages: {'a:b': {amount: 1, credits: 1}}", "a:b");
    names("packages: {a: {amount: 1, credits: 1, from: 2027-01-01, to: 2027-01-01}}", ".to");
    names("packages: {a: {amount: 1, credits: 1, expires_after: soon}}", "expires_after");
    names("multipliers: {gold: -1}", "multipliers.gold");
    names("multipliers: {gold: 0}", "multipliers.gold");
    names("order_life: 1s", "order_life");
    names("chargeback: forgive", "chargeback");
}

}  // namespace
}  // namespace config
