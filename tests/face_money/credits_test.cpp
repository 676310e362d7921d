// Consume, recharge, and the facts of an account, over HTTP.
#include <gtest/gtest.h>

#include "tests/face_money/counter.h"

namespace tests {
namespace {

using adapters::Scope;

constexpr auto consume = "/api/credits/consume";
constexpr auto recharge = "/api/credits/recharge";

std::string spending(std::string const& amount, std::string const& more = "") {
    return R"({"user_id":"u1","action":"poster","description":"海报","amount":)" + amount + more +
           "}";
}

std::string order() {
    return R"({"user_id":"u1","amount":990,"credits":100,)"
           R"("payment_method":"wechat","order_id":"o1"})";
}

TEST(ConsumeCall, TakesCreditsOfAnAccountThatItOpens) {
    Counter counter;
    auto const reply = counter.post(consume, spending("50"));
    EXPECT_EQ(reply.status, 200);
    EXPECT_TRUE(reply.json.at("success").as_bool());
    EXPECT_EQ(reply.number("credits"), 470);
    EXPECT_EQ(reply.number("consumed"), 50);
    EXPECT_FALSE(reply.text("message").empty());
}

TEST(ConsumeCall, ShortOfCreditsIsToldInTheWordsOfTheContract) {
    Counter counter;
    counter.ask("PUT", "/api/accounts/u1", "{}");
    auto const reply = counter.post(consume, spending("999999"));
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.text("code"), "insufficient_credits");
    EXPECT_EQ(reply.text("detail"), "积分不足！当前积分：520，需要：999999");
    EXPECT_EQ(reply.number("balance"), 520);
    EXPECT_EQ(reply.number("required"), 999'999);
    EXPECT_EQ(counter.get("/api/credits/balance/u1").number("credits"), 520);
    EXPECT_EQ(counter.get("/api/credits/history/u1").json.at("history").as_array().size(), 1U);
    counter.languages = "zh-CN,zh;q=0.9,en;q=0.8";
    EXPECT_EQ(counter.post(consume, spending("521")).text("detail"),
              "积分不足！当前积分：520，需要：521");
    counter.languages = "*";  // what Node's fetch says of itself
    EXPECT_EQ(counter.post(consume, spending("521")).text("detail"),
              "积分不足！当前积分：520，需要：521");
    counter.languages = "en";
    EXPECT_EQ(counter.post(consume, spending("521")).text("detail"),
              "not enough credits: 521 needed, 520 there");
}

TEST(ConsumeCall, ARefusedFirstUseOpensNoAccount) {
    Counter counter;
    EXPECT_EQ(counter.post(consume, spending("521")).status, 400);
    EXPECT_EQ(counter.get("/api/credits/balance/u1").status, 404);
}

TEST(ConsumeCall, ARepeatedReferenceIsAnsweredAsTheFirstTime) {
    Counter counter;
    auto const body = spending("50", R"(,"reference":"r")");
    auto const first = counter.post(consume, body);
    counter.post(consume, spending("1"));
    EXPECT_EQ(counter.post(consume, body).json, first.json);
    EXPECT_EQ(counter.get("/api/credits/balance/u1").number("credits"), 469);
    auto const other = counter.post(consume, spending("51", R"(,"reference":"r")"));
    EXPECT_EQ(other.status, 409);
    EXPECT_EQ(other.text("code"), "reference_conflict");
}

TEST(ConsumeCall, AmountsArePositiveIntegersAndNothingElse) {
    Counter counter;
    for (auto const* const bad :
         {"0", "-1", "-0", "1.0", "1.5", "1e3", "\"50\"", "null", "true", "[1]", "{}",
          "1000000000000001", "9223372036854775808", "123456789012345678901234567890"}) {
        auto const reply = counter.post(consume, spending(bad));
        EXPECT_EQ(reply.status, 422) << bad;
        EXPECT_EQ(reply.text("field"), "amount") << bad;
    }
    EXPECT_EQ(counter.get("/api/credits/balance/u1").status, 404);
}

TEST(ConsumeCall, NamesTheFieldThatIsMissingOrWrong) {
    Counter counter;
    auto const field = [&](std::string const& body) {
        auto const reply = counter.post(consume, body);
        EXPECT_EQ(reply.status, 422) << body;
        return reply.text("field");
    };
    EXPECT_EQ(field(R"({"amount":1,"action":"a"})"), "user_id");
    EXPECT_EQ(field(R"({"user_id":7,"amount":1,"action":"a"})"), "user_id");
    EXPECT_EQ(field(R"({"user_id":"u1","action":"a"})"), "amount");
    EXPECT_EQ(field(R"({"user_id":"u1","amount":1})"), "action");
    EXPECT_EQ(field(R"({"user_id":"u1","amount":1,"action":"a","description":7})"), "description");
    EXPECT_EQ(field(R"({"user_id":"u1","amount":1,"action":"a","reference":7})"), "reference");
    EXPECT_EQ(field(R"({"user_id":"u1","amount":1,"action":"a","description":"\u0000"})"),
              "description");
    EXPECT_EQ(counter.post(consume, "{").status, 400);
    EXPECT_EQ(counter.post(consume, R"({"amount":1,"amount":2})").status, 400);
}

TEST(ConsumeCall, AUserSpendsItsOwnWhateverTheRequestNames) {
    Counter counter;
    counter.be_user("u2");
    EXPECT_EQ(counter.post(consume, spending("50")).number("credits"), 470);
    EXPECT_FALSE(counter.store->find_wallet("u1").has_value());
    EXPECT_TRUE(counter.store->find_wallet("u2").has_value());
}

TEST(ConsumeCall, AFrozenAccountSpendsNothing) {
    Counter counter;
    counter.store->transact({.users = {"u1"}, .new_accounts = 1}, [](jobs::Batch& batch) {
        jobs::wallet_for(batch, "u1", {}).account.frozen = true;
    });
    auto const reply = counter.post(consume, spending("5"));
    EXPECT_EQ(reply.status, 403);
    EXPECT_EQ(reply.text("code"), "account_frozen");
}

TEST(RechargeCall, OneOrderIsOneGrantForEver) {
    Counter counter;
    auto const first = counter.post(recharge, order());
    EXPECT_EQ(first.status, 200);
    EXPECT_EQ(first.number("credits"), 620);
    EXPECT_EQ(first.number("recharged"), 100);
    EXPECT_EQ(first.number("amount"), 990);
    counter.post(consume, spending("1"));
    counter.now += base::Millis{400LL * 24 * 3600 * 1000};
    EXPECT_EQ(counter.post(recharge, order()).json, first.json);
    EXPECT_EQ(counter.get("/api/credits/balance/u1").number("credits"), 619);
}

TEST(RechargeCall, AnotherBodyForTheSameOrderIsAConflict) {
    Counter counter;
    counter.post(recharge, order());
    auto const reply = counter.post(
        recharge,
        R"({"user_id":"u2","amount":990,"credits":100,"payment_method":"wechat","order_id":"o1"})");
    EXPECT_EQ(reply.status, 409);
    EXPECT_EQ(reply.text("code"), "reference_conflict");
    EXPECT_FALSE(counter.store->find_wallet("u2").has_value());
}

TEST(RechargeCall, NamesTheFieldThatIsWrong) {
    Counter counter;
    auto const field = [&](std::string const& body) {
        auto const reply = counter.post(recharge, body);
        EXPECT_EQ(reply.status, 422) << body;
        return reply.text("field");
    };
    EXPECT_EQ(
        field(R"({"user_id":"u","amount":9.9,"credits":1,"payment_method":"m","order_id":"o"})"),
        "amount");
    EXPECT_EQ(
        field(R"({"user_id":"u","amount":9,"credits":-1,"payment_method":"m","order_id":"o"})"),
        "credits");
    EXPECT_EQ(field(R"({"user_id":"u","amount":9,"credits":1,"order_id":"o"})"), "payment_method");
    EXPECT_EQ(field(R"({"user_id":"u","amount":9,"credits":1,"payment_method":"m","order_id":""})"),
              "order_id");
}

TEST(AccountCall, KeepsWhatItIsGivenAndGivesTheGiftOnce) {
    Counter counter;
    auto const first = counter.ask(
        "PUT", "/api/accounts/u1",
        R"({"username":"小明","email":"m@example.com","tier":"gold","time_zone":"Asia/Shanghai"})");
    EXPECT_EQ(first.status, 200);
    EXPECT_EQ(first.number("credits"), 520);
    auto const second = counter.ask("PUT", "/api/accounts/u1", R"({"email":null})");
    EXPECT_EQ(second.number("credits"), 520);
    EXPECT_EQ(second.text("username"), "小明");
    EXPECT_EQ(second.text("tier"), "gold");
    EXPECT_EQ(second.text("time_zone"), "Asia/Shanghai");
    EXPECT_FALSE(second.json.contains("email"));
    EXPECT_EQ(counter.get("/api/accounts/u1").text("username"), "小明");
}

TEST(AccountCall, NamesTheFieldThatIsWrong) {
    Counter counter;
    for (auto const* const body :
         {R"({"email":"nobody"})", R"({"email":"a b@c"})", R"({"email":"@c"})"}) {
        EXPECT_EQ(counter.ask("PUT", "/api/accounts/u1", body).text("field"), "email") << body;
    }
    for (auto const* const body :
         {R"({"time_zone":"Mars/Base"})", R"({"time_zone":"../passwd"})"}) {
        EXPECT_EQ(counter.ask("PUT", "/api/accounts/u1", body).text("field"), "time_zone") << body;
    }
    EXPECT_EQ(counter.ask("PUT", "/api/accounts/u1", R"({"tier":5})").text("field"), "tier");
    EXPECT_FALSE(counter.store->find_wallet("u1").has_value());
}

TEST(AccountCall, AUserMayNameItselfButNotItsTierOrAnother) {
    Counter counter;
    counter.be_user("u1");
    EXPECT_EQ(counter.ask("PUT", "/api/accounts/u1", R"({"username":"x"})").status, 200);
    EXPECT_EQ(counter.ask("PUT", "/api/accounts/u1", R"({"tier":"gold"})").status, 403);
    EXPECT_EQ(counter.ask("PUT", "/api/accounts/u2", R"({"username":"x"})").status, 403);
    EXPECT_FALSE(counter.store->find_wallet("u2").has_value());
}

TEST(MoneyCalls, LetInWhomTheyAreFor) {
    Counter counter;
    auto const recharges = [&] { return counter.let_in("POST", recharge); };
    auto const spends = [&] { return counter.let_in("POST", consume); };
    auto const looks = [&] { return counter.let_in("GET", "/api/credits/balance/u1"); };
    counter.be_user("u1");
    EXPECT_TRUE(!recharges() && spends() && looks());
    counter.be_key(Scope::credits);
    EXPECT_TRUE(recharges() && spends() && looks());
    counter.be_key(Scope::read);
    EXPECT_TRUE(!recharges() && !spends() && looks());
    counter.be_key(Scope::jobs);
    EXPECT_TRUE(!recharges() && !spends() && !looks());
}

}  // namespace
}  // namespace tests
