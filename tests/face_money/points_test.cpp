// Services priced by the book and paid without a job, over HTTP.
#include <gtest/gtest.h>

#include "tests/face_money/counter.h"

namespace tests {
namespace {

constexpr auto cost = "/api/points/cost";
constexpr auto consume_points = "/api/points/consume";

TEST(PointsCost, IsThePriceOfTheBook) {
    Counter counter;
    auto const reply = counter.post(cost, R"({"service":"video","duration":12.5,"user_id":"u1"})");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.number("cost"), 65);
    EXPECT_EQ(reply.number("required"), 65);
    EXPECT_EQ(reply.number("balance"), 520);
    EXPECT_TRUE(reply.json.at("sufficient").as_bool());
    EXPECT_FALSE(counter.store->find_wallet("u1").has_value());
}

TEST(PointsCost, SaysThatTheBalanceIsTooSmall) {
    Counter counter;
    auto const reply = counter.post(cost, R"({"service":"video","duration":1000,"user_id":"u1"})");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.number("cost"), 5000);
    EXPECT_FALSE(reply.json.at("sufficient").as_bool());
}

TEST(PointsCost, ForNobodyIsOnlyAPrice) {
    Counter counter;
    auto const reply = counter.post(cost, R"({"service":"script"})");
    EXPECT_EQ(reply.number("cost"), 5);
    EXPECT_TRUE(reply.json.at("balance").is_null());
    counter.be_user("u1");
    EXPECT_EQ(counter.post(cost, R"({"service":"script"})").number("balance"), 520);
}

TEST(PointsCost, OfAMemberIsNothingWhereTheServiceAllowsIt) {
    Counter counter;
    counter.book.services.at("script")[0].terms.members_free = true;
    counter.store->transact({.users = {"u1"}, .new_accounts = 1}, [](jobs::Batch& batch) {
        jobs::wallet_for(batch, "u1", {}).account.member_until = batch.now + base::Millis{1};
    });
    auto const reply = counter.post(cost, R"({"service":"script","user_id":"u1"})");
    EXPECT_EQ(reply.number("cost"), 5);
    EXPECT_EQ(reply.number("required"), 0);
}

TEST(PointsCost, RefusesWhatHasNoPrice) {
    Counter counter;
    EXPECT_EQ(counter.post(cost, R"({"service":"nothing"})").status, 404);
    EXPECT_EQ(counter.post(cost, R"({"service":"video"})").status, 422);
    EXPECT_EQ(counter.post(cost, R"({})").text("field"), "service");
    for (auto const* const bad : {"-1", "\"5\"", "1e99", "[]"}) {
        auto const reply =
            counter.post(cost, std::string(R"({"service":"video","duration":)") + bad + "}");
        EXPECT_EQ(reply.status, 422) << bad;
        EXPECT_EQ(reply.text("field"), "duration") << bad;
    }
    EXPECT_EQ(counter.post(cost, R"({"service":"script","input":[]})").text("field"), "input");
}

TEST(PointsConsume, TakesThePriceOncePerReference) {
    Counter counter;
    auto const body = R"({"service":"script","user_id":"u1","reference":"r"})";
    auto const first = counter.post(consume_points, body);
    EXPECT_EQ(first.status, 200);
    EXPECT_EQ(first.number("consumed"), 5);
    EXPECT_EQ(first.number("credits"), 515);
    counter.book.services.at("script")[0].terms.credits = {50};
    EXPECT_EQ(counter.post(consume_points, body).json, first.json);
    auto const other = R"({"service":"title","user_id":"u1","reference":"r"})";
    EXPECT_EQ(counter.post(consume_points, other).status, 409);
    EXPECT_EQ(counter.get("/api/credits/balance/u1").number("credits"), 515);
}

TEST(PointsConsume, ShortOfCreditsIsPaymentRequired) {
    Counter counter;
    auto const reply =
        counter.post(consume_points, R"({"service":"video","duration":1000,"user_id":"u1"})");
    EXPECT_EQ(reply.status, 402);
    EXPECT_EQ(reply.text("code"), "insufficient_credits");
    EXPECT_EQ(reply.text("detail"), "积分不足！当前积分：520，需要：5000");
    EXPECT_FALSE(counter.store->find_wallet("u1").has_value());
}

TEST(PointsConsume, OfAFreeServiceTakesNothing) {
    Counter counter;
    auto const reply = counter.post(consume_points, R"({"service":"caption","user_id":"u1"})");
    EXPECT_EQ(reply.number("consumed"), 0);
    EXPECT_EQ(reply.number("credits"), 520);
}

TEST(PointsConsume, NeedsAUser) {
    Counter counter;
    EXPECT_EQ(counter.post(consume_points, R"({"service":"script"})").text("field"), "user_id");
}

TEST(PointsPrices, AreTheWholeBook) {
    Counter counter;
    auto const reply = counter.get("/api/points/prices");
    EXPECT_EQ(reply.text("version"), counter.book.version);
    EXPECT_EQ(reply.json.at("services").at("script").at(0).at("credits").as_int64(), 5);
}

}  // namespace
}  // namespace tests
