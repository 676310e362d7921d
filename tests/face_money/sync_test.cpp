// What sister products call, and how they are registered.
#include <gtest/gtest.h>

#include "base/hmac.h"
#include "tests/face_money/counter.h"

namespace tests {
namespace {

using adapters::Scope;
namespace json = boost::json;

class SyncCalls : public testing::Test {
protected:
    SyncCalls() {
        counter.be_key(Scope::admin);
        auto const made =
            counter.post("/api/admin/sync/sources", R"({"source":"novel","secret":"s3cret"})");
        EXPECT_EQ(made.status, 200);
        counter.be_key(Scope::sync);
    }

    [[nodiscard]] std::int64_t seconds() const { return base::to_ms(counter.now) / 1'000; }

    static std::string token(std::string const& text, std::string const& secret = "s3cret") {
        return base::hex(base::hmac_sha256(secret, text));
    }

    json::object body(std::int64_t amount, std::string const& id = "7") {
        auto const text = id + ":" + std::to_string(amount) + ":novel:" + std::to_string(seconds());
        return {{"telegram_id", id},    {"amount", amount},       {"source", "novel"},
                {"reason", "a reason"}, {"timestamp", seconds()}, {"token", token(text)}};
    }

    Reply sync(json::object const& what) {
        return counter.post("/api/credits/sync", json::serialize(what));
    }

    Counter counter;
};

TEST_F(SyncCalls, AddsAndDeductsAndSaysWhatIsThere) {
    auto const added = sync(body(100));
    EXPECT_EQ(added.status, 200);
    EXPECT_EQ(added.json.at("success"), true);
    EXPECT_EQ(added.number("balance"), 620);
    EXPECT_EQ(added.text("message"), "增加 100 积分，当前积分：620");
    counter.languages = "en";
    auto const taken = sync(body(-20));
    EXPECT_EQ(taken.number("balance"), 600);
    EXPECT_EQ(taken.text("message"), "deducted 20, 600 left");
    EXPECT_EQ(counter.get("/api/credits/sync/balance/7").number("credits"), 600);
    auto const records = counter.get("/api/credits/sync/records/7?limit=2").json.at("records");
    ASSERT_EQ(records.as_array().size(), 2U);
    EXPECT_EQ(records.at(0).at("change"), -20);
    EXPECT_EQ(records.at(1).at("change"), 100);
    EXPECT_EQ(records.at(1).at("reason"), "a reason");
    EXPECT_EQ(records.at(1).at("created_at"), base::to_ms(counter.now));
}

TEST_F(SyncCalls, AreAnsweredTheSameAgain) {
    auto what = body(100);
    what["external_reference"] = "r1";
    auto const first = sync(what).json;
    sync(body(5));
    EXPECT_EQ(sync(what).json, first);
    auto other = body(101);
    other["external_reference"] = "r1";
    EXPECT_EQ(sync(other).status, 409);
    EXPECT_EQ(sync(other).text("code"), "reference_conflict");
}

TEST_F(SyncCalls, TellNoSourceFromAnother) {
    auto wrong = body(100);
    wrong["token"] = token("whatever");
    auto nobody = body(100);
    nobody["source"] = "nobody";
    auto const refused = sync(wrong);
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(refused.text("code"), "bad_token");
    EXPECT_EQ(sync(nobody).json, refused.json);
    EXPECT_EQ(sync(nobody).status, refused.status);
    EXPECT_EQ(counter.get("/api/credits/sync/balance/7").status, 404);
}

TEST_F(SyncCalls, NameEachRefusal) {
    auto const old = body(100);
    counter.now += base::Millis{301'000};
    EXPECT_EQ(sync(old).text("code"), "stale_token");
    auto const poor = sync(body(-999'999));
    EXPECT_EQ(poor.status, 400);
    EXPECT_EQ(poor.text("code"), "insufficient_credits");
    EXPECT_EQ(poor.number("required"), 999'999);
    counter.be_key(Scope::admin);
    counter.post("/api/admin/sync/sources",
                 R"({"source":"novel","secret":"s3cret","allow":["add"],"daily_cap":10})");
    counter.be_key(Scope::sync);
    EXPECT_EQ(sync(body(-1)).text("code"), "direction_not_allowed");
    auto const capped = sync(body(11));
    EXPECT_EQ(capped.status, 429);
    EXPECT_EQ(capped.text("code"), "daily_cap");
    EXPECT_EQ(capped.number("limit"), 10);
    EXPECT_EQ(capped.number("used"), 0);
    EXPECT_GT(capped.number("free_at"), base::to_ms(counter.now));
}

TEST_F(SyncCalls, TakeATimestampHoweverItIsWritten) {
    auto const signed_at = [&](json::value const& timestamp, std::string const& text,
                               std::int64_t amount) {
        auto what = body(amount);
        what["timestamp"] = timestamp;
        what["token"] = token("7:" + std::to_string(amount) + ":novel:" + text);
        return sync(what).status;
    };
    auto const ms = base::to_ms(counter.now);
    EXPECT_EQ(signed_at(json::value(std::to_string(seconds())), std::to_string(seconds()), 1), 200);
    EXPECT_EQ(signed_at(ms, std::to_string(ms), 2), 200);
    EXPECT_EQ(signed_at("2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z", 3), 200);
    EXPECT_EQ(signed_at("2026-03-01T08:00:00+08:00", "2026-03-01T08:00:00+08:00", 4), 200);
    auto const fine = std::to_string(seconds()) + ".25";
    EXPECT_EQ(signed_at(json::value(fine), fine, 5), 200);
    for (char const* const bad :
         {"", "now", "1.2.3", ".5", "01", "-1", "99999999999999999999", "2026-03-01T00:00:00"}) {
        EXPECT_EQ(signed_at(json::value(bad), bad, 6), 422) << bad;
    }
}

TEST_F(SyncCalls, TakeATelegramIdAsANumberToo) {
    auto what = body(1, "123456");
    what["telegram_id"] = 123456;
    EXPECT_EQ(sync(what).status, 200);
    EXPECT_EQ(counter.get("/api/credits/sync/balance/123456").number("credits"), 521);
}

TEST_F(SyncCalls, RefuseWhatIsNoAmount) {
    for (char const* const amount :
         {"0", "-0", "1.5", "1e3", "\"5\"", "null", "true", "9223372036854775808",
          "-9223372036854775809", "1000000000000001"}) {
        auto text = json::serialize(body(77));
        text.replace(text.find("\"amount\":77"), 11, std::string{"\"amount\":"} + amount);
        auto const refused = counter.post("/api/credits/sync", text);
        EXPECT_EQ(refused.status, 422) << amount;
        EXPECT_EQ(refused.text("field"), "amount") << amount;
    }
}

TEST_F(SyncCalls, OfABatchStandAloneInOrder) {
    auto named = body(1, "1");
    named.erase("source");
    auto wrong = body(1, "2");
    wrong["token"] = token("whatever");
    auto other = body(1, "3");
    other["source"] = "comic";
    json::object const batch{{"source", "novel"},
                             {"items", json::array{named, wrong, json::object{}, 5, other,
                                                   body(-521, "4"), body(2, "1")}}};
    auto const reply = counter.post("/api/credits/sync/batch", json::serialize(batch));
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.number("success"), 2);
    EXPECT_EQ(reply.number("failed"), 5);
    auto const& results = reply.json.at("results").as_array();
    ASSERT_EQ(results.size(), 7U);
    EXPECT_EQ(results[0].at("balance"), 521);
    EXPECT_EQ(results[0].at("telegram_id"), "1");
    EXPECT_EQ(results[1].at("code"), "bad_token");
    EXPECT_EQ(results[2].at("code"), "invalid_request");
    EXPECT_EQ(results[3].at("success"), false);
    EXPECT_EQ(results[4].at("error").at("field"), "source");
    EXPECT_EQ(results[5].at("code"), "insufficient_credits");
    EXPECT_EQ(results[6].at("balance"), 523);
    json::array many(1'001);
    json::object const large{{"source", "novel"}, {"items", std::move(many)}};
    for (auto const& bad :
         {json::serialize(large), std::string{R"({"source":"novel","items":[]})"},
          std::string{R"({"source":"novel"})"}, std::string{R"({"items":[1]})"}}) {
        EXPECT_EQ(counter.post("/api/credits/sync/batch", bad).status, 422);
    }
}

TEST_F(SyncCalls, ShowNoSecret) {
    counter.be_key(Scope::admin);
    auto const put = counter.post(
        "/api/admin/sync/sources",
        R"({"source":"novel","secret":"new","previous_secret":"s3cret","daily_cap":9})");
    EXPECT_EQ(put.json.at("rotating"), true);
    EXPECT_EQ(put.number("daily_cap"), 9);
    auto const list = counter.get("/api/admin/sync/sources");
    for (auto const& text : {json::serialize(put.json), json::serialize(list.json)}) {
        EXPECT_EQ(text.find("s3cret"), std::string::npos);
        EXPECT_EQ(text.find("\"new\""), std::string::npos);
    }
    // What is left out stays, but for the previous secret.
    auto const again =
        counter.post("/api/admin/sync/sources", R"({"source":"novel","secret":"newer"})");
    EXPECT_EQ(again.number("daily_cap"), 9);
    EXPECT_EQ(again.json.at("rotating"), false);
    auto const uncapped = counter.post("/api/admin/sync/sources",
                                       R"({"source":"novel","secret":"newer","daily_cap":null})");
    EXPECT_FALSE(uncapped.json.contains("daily_cap"));
}

TEST_F(SyncCalls, ASourceThatIsRemovedMovesNothing) {
    sync(body(1));
    counter.be_key(Scope::admin);
    EXPECT_EQ(counter.ask("DELETE", "/api/admin/sync/sources/novel").status, 200);
    EXPECT_EQ(counter.ask("DELETE", "/api/admin/sync/sources/novel").status, 404);
    counter.be_key(Scope::sync);
    EXPECT_EQ(sync(body(2)).text("code"), "bad_token");
    EXPECT_EQ(counter.get("/api/credits/sync/balance/7").number("credits"), 521);
}

TEST_F(SyncCalls, ASourceIsCheckedWhole) {
    counter.be_key(Scope::admin);
    for (char const* const bad :
         {R"({"source":"a:b","secret":"s"})", R"({"source":"","secret":"s"})", R"({"secret":"s"})",
          R"({"source":"a"})", R"({"source":"a","secret":""})",
          R"({"source":"a","secret":"s","allow":[]})",
          R"({"source":"a","secret":"s","allow":["steal"]})",
          R"({"source":"a","secret":"s","allow":"add"})",
          R"({"source":"a","secret":"s","daily_cap":-1})",
          R"({"source":"a","secret":"s","daily_cap":1.5})"}) {
        EXPECT_EQ(counter.post("/api/admin/sync/sources", bad).status, 422) << bad;
    }
    EXPECT_EQ(counter.get("/api/admin/sync/sources").json.at("sources").as_array().size(), 1U);
}

TEST_F(SyncCalls, AreForKeysWithTheirScope) {
    for (auto const* const path : {"/api/credits/sync", "/api/credits/sync/batch"}) {
        EXPECT_TRUE(counter.let_in("POST", path));
        counter.be_key(Scope::credits);
        EXPECT_FALSE(counter.let_in("POST", path));
        counter.be_key(Scope::read);
        EXPECT_FALSE(counter.let_in("POST", path));
        counter.be_user("tg:7");
        EXPECT_FALSE(counter.let_in("POST", path));
        counter.be_key(Scope::sync);
        EXPECT_FALSE(counter.let_in("POST", "/api/admin/sync/sources"));
    }
}

}  // namespace
}  // namespace tests
