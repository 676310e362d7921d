// Requests about credits, checked; answers about credits, rendered.
#include <gtest/gtest.h>

#include "wire/credits_json.h"
#include "wire/credits_request.h"
#include "wire/json.h"

namespace {

using wire::parse_entry_id;

wire::StrictObject body(std::string_view text) {
    return *wire::parse_object(text);
}

std::string first_field(std::vector<wire::FieldError> const& errors) {
    return errors.empty() ? "" : errors.front().field;
}

TEST(CreditsRequest, TheLargestAmountIsTenToTheFifteenth) {
    auto const parsed =
        wire::parse_consumption(body(R"({"amount":1000000000000000,"action":"a"})"), "u");
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(parsed->amount.value, wire::most_credits);
    EXPECT_EQ(parsed->user, "u");
}

TEST(CreditsRequest, CollectsAllThatIsWrong) {
    auto const parsed = wire::parse_recharge(body(R"({"amount":1.0,"credits":"5"})"), "u");
    ASSERT_FALSE(parsed.has_value());
    EXPECT_EQ(parsed.error().size(), 4U);
    EXPECT_EQ(first_field(parsed.error()), "amount");
}

TEST(CreditsRequest, ADescriptionMayHaveLinesAndAnySign) {
    EXPECT_TRUE(wire::parse_consumption(
                    body(R"({"amount":1,"action":"a","description":"一\n👩\u200d🎤"})"), "u")
                    .has_value());
    std::string const longest(501, 'x');
    auto const parsed = wire::parse_consumption(
        body(R"({"amount":1,"action":"a","description":")" + longest + R"("})"), "u");
    EXPECT_EQ(first_field(parsed.error()), "description");
}

TEST(CreditsRequest, FactsAreLeftChangedOrTakenAway) {
    auto const facts =
        wire::parse_account_facts(body(R"({"username":"x","email":null,"tier":""})"));
    ASSERT_TRUE(facts.has_value());
    EXPECT_EQ(facts->username, "x");
    EXPECT_EQ(facts->email, "");
    EXPECT_EQ(facts->tier, "");
    EXPECT_FALSE(facts->time_zone.has_value());
}

TEST(CreditsRequest, AnEntryIdBelongsToItsAccount) {
    EXPECT_EQ(parse_entry_id("17-4", {17}), 4);
    for (auto const* const bad : {"", "4", "17", "17-", "17-0", "17--4", "17-04", "17-4 ", "1-4",
                                  "17-99999999999999999999"}) {
        EXPECT_FALSE(parse_entry_id(bad, {17}).has_value()) << bad;
    }
}

TEST(CreditsRequest, TimesAreMillisecondsOrDates) {
    EXPECT_EQ(*wire::parse_time("from", "1000"), base::from_ms(1000));
    EXPECT_EQ(*wire::parse_time("from", "1970-01-02"), base::from_ms(86'400'000));
    for (auto const* const bad : {"", "-1", "x", "9999999999999999"}) {
        EXPECT_FALSE(wire::parse_time("from", bad).has_value()) << bad;
    }
}

TEST(CreditsJson, AnEntryGoesByTheWordOfItsCallerAndAJobsByItsKind) {
    ledger::Entry const by_hand{
        .account = {1}, .seq = 1, .kind = ledger::Kind::consume, .action = "poster"};
    EXPECT_EQ(wire::entry_json(by_hand).at("action").as_string(), "poster");
    ledger::Entry const of_a_job{
        .account = {1}, .seq = 2, .kind = ledger::Kind::refund, .job = {7}, .action = "tts"};
    auto const json = wire::entry_json(of_a_job);
    EXPECT_EQ(json.at("action").as_string(), "refund");
    EXPECT_EQ(json.at("service").as_string(), "tts");
}

TEST(CreditsJson, ThereIsACursorExactlyWhenThereIsMore) {
    std::vector<ledger::Entry> const entries{{.account = {1}, .seq = 3},
                                             {.account = {1}, .seq = 2}};
    EXPECT_FALSE(wire::history_json(entries, 2).contains("next_cursor"));
    auto const page = wire::history_json(entries, 1);
    EXPECT_EQ(page.at("history").as_array().size(), 1U);
    EXPECT_EQ(page.at("next_cursor").as_string(), "1-3");
}

TEST(CreditsJson, SumsGoToTheirSides) {
    using ledger::Kind;
    auto const stats = wire::stats_json({{Kind::signup, "", 1, {520}, {0}},
                                         {Kind::consume, "tts", 2, {0}, {70}},
                                         {Kind::settle, "tts", 2, {10}, {3}},
                                         {Kind::adjust, "", 2, {5}, {6}},
                                         {Kind::expire, "", 1, {0}, {8}}});
    EXPECT_EQ(stats.at("spent").as_int64(), 79);
    EXPECT_EQ(stats.at("refunded").as_int64(), 10);
    EXPECT_EQ(stats.at("received").as_int64(), 525);
    EXPECT_EQ(stats.at("expired").as_int64(), 8);
    EXPECT_EQ(stats.at("by_service").at("tts").at("spent").as_int64(), 73);
}

TEST(CreditsRequest, ReferencesOfTheProgramItselfAreNotForOthers) {
    for (auto const* const own : {"order:alipay:T1", "bonus:x", "returned:abc:5",
                                  "membership:credits:1", "consume:", "sync:"}) {
        auto const parsed = wire::parse_recharge(
            body(R"({"amount":1,"credits":5,"payment_method":"card","order_id":")" +
                 std::string{own} + R"("})"),
            "u");
        ASSERT_FALSE(parsed.has_value()) << own;
        EXPECT_EQ(first_field(parsed.error()), "order_id");
    }
    EXPECT_TRUE(wire::parse_recharge(body(R"({"amount":1,"credits":5,"payment_method":"card",)"
                                          R"("order_id":"order-7"})"),
                                     "u")
                    .has_value());
}

}  // namespace
