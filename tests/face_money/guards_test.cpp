// Guards over HTTP: what a refusal says, and what an operator does to an account.
#include <gtest/gtest.h>

#include "tests/face_money/counter.h"

namespace tests {

namespace {

using adapters::Scope;

constexpr auto ten = R"({"user_id":"u1","amount":10,"action":"poster","description":"x"})";

TEST(GuardCalls, ARefusalNamesTheGuardItsLimitWhatWasUsedAndWhenItFrees) {
    Counter counter;
    counter.settings.rules.guards.daily_cap = {15};
    EXPECT_EQ(counter.post("/api/credits/consume", ten).status, 200);
    auto const refused = counter.post("/api/credits/consume", ten);
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.text("code"), "over_daily_cap");
    EXPECT_EQ(refused.text("guard"), "daily_cap");
    EXPECT_EQ(refused.number("limit"), 15);
    EXPECT_EQ(refused.number("used"), 10);
    EXPECT_EQ(refused.number("required"), 10);
    EXPECT_EQ(refused.number("frees_at"), base::to_ms(counter.now) + 86'400'000);
    EXPECT_NE(refused.text("detail").find("15 a day"), std::string::npos);
    counter.languages = "zh";
    auto const chinese = counter.post("/api/credits/consume", ten).text("detail");
    EXPECT_NE(chinese.find("每日上限 15"), std::string::npos) << chinese;
}

TEST(GuardCalls, AKeyWithACapIsCounted) {
    Counter counter;
    adapters::ApiKey key;
    key.name = "shop";
    key.hash = "h";
    key.monthly_cap = {15};
    counter.caller.key = counter.store->add_api_key(key).number;
    counter.caller.capped = true;
    EXPECT_EQ(counter.post("/api/credits/consume", ten).status, 200);
    auto const refused = counter.post("/api/points/consume", R"({"user_id":"u2","service":"tts",)"
                                                             R"("duration":6})");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.text("guard"), "key_monthly_cap");
    counter.caller.capped = false;
    EXPECT_EQ(counter.post("/api/credits/consume", ten).status, 200);
}

TEST(GuardCalls, AnAccountIsFrozenAndReleasedByAnAdmin) {
    Counter counter;
    counter.post("/api/credits/consume", ten);
    auto const freeze = "/api/admin/accounts/u1/freeze";
    EXPECT_FALSE(counter.let_in("POST", freeze));
    counter.be_key(Scope::admin);
    EXPECT_EQ(counter.post(freeze, "{}").text("field"), "reason");
    auto const frozen = counter.post(freeze, R"({"reason":"order 17"})");
    EXPECT_EQ(frozen.status, 200);
    EXPECT_TRUE(frozen.json.at("frozen").as_bool());
    auto const& why = frozen.json.at("freeze").as_object();
    EXPECT_EQ(why.at("reason").as_string(), "order 17");
    EXPECT_EQ(why.at("by").as_string(), "API key key");
    EXPECT_EQ(why.at("since").to_number<std::int64_t>(), base::to_ms(counter.now));
    auto const refused = counter.post("/api/credits/consume", ten);
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.text("guard"), "freeze");
    auto const released = counter.post("/api/admin/accounts/u1/unfreeze", "");
    EXPECT_FALSE(released.json.contains("frozen"));
    EXPECT_FALSE(released.json.contains("freeze"));
    EXPECT_EQ(counter.post("/api/credits/consume", ten).status, 200);
    EXPECT_EQ(counter.post("/api/admin/accounts/u2/freeze", R"({"reason":"x"})").text("code"),
              "unknown_account");
    EXPECT_EQ(counter.post("/api/admin/accounts/u2/unfreeze", "").status, 404);
}

TEST(GuardCalls, AnAccountHasCapsOfItsOwn) {
    Counter counter;
    counter.post("/api/credits/consume", ten);
    counter.be_key(Scope::admin);
    auto const path = "/api/admin/accounts/u1/caps";
    auto const set = counter.ask("PUT", path, R"({"daily_cap":12,"monthly_cap":0})");
    EXPECT_EQ(set.json.at("caps").as_object().at("daily_cap").to_number<int>(), 12);
    EXPECT_EQ(set.json.at("caps").as_object().at("monthly_cap").to_number<int>(), 0);
    EXPECT_EQ(counter.post("/api/credits/consume", ten).number("limit"), 12);
    EXPECT_FALSE(counter.ask("PUT", path, "{}").json.contains("caps"));
    EXPECT_EQ(counter.post("/api/credits/consume", ten).status, 200);
    EXPECT_EQ(counter.ask("PUT", path, R"({"daily_cap":-1})").text("field"), "daily_cap");
    EXPECT_EQ(counter.ask("PUT", path, R"({"day":1})").text("field"), "day");
    EXPECT_EQ(counter.ask("PUT", path, R"({"daily_cap":1.5})").status, 422);
}

TEST(GuardCalls, ATierThatIsNotConfiguredIsASlip) {
    Counter counter;
    counter.settings.rules.guards.tiers["gold"] = {};
    counter.settings.rules.weights["silver"] = 2;
    auto const slip = counter.ask("PUT", "/api/accounts/u1", R"({"tier":"glod"})");
    EXPECT_EQ(slip.status, 422);
    EXPECT_EQ(slip.text("field"), "tier");
    EXPECT_NE(slip.text("detail").find("`gold`"), std::string::npos);
    EXPECT_FALSE(counter.store->find_wallet("u1").has_value());
    for (auto const* const tier : {"gold", "silver", "none", ""}) {
        auto const body = std::string{R"({"tier":")"} + tier + R"("})";
        EXPECT_EQ(counter.ask("PUT", "/api/accounts/u1", body).status, 200) << tier;
    }
}

}  // namespace

}  // namespace tests
