// What an app's front end calls: its user's money, what is sold, and the orders for it.
#include <gtest/gtest.h>

#include "jobs/payment_notices.h"
#include "tests/face_money/counter.h"

namespace tests {
namespace {

class Purchase : public testing::Test {
protected:
    Purchase() {
        counter.settings.rules.memberships[0].credits = {300};
        counter.be_user("ann");
    }

    Counter counter;

    Reply recharge(std::string const& more = "", std::string const& package = "50") {
        return counter.post("/api/v1/credit/recharge",
                            R"({"package":")" + package + R"(","channel":"simulate")" + more + "}");
    }

    Reply member(std::string const& channel, std::string const& term = "month") {
        return counter.post("/api/v1/credit/membership",
                            R"({"term":")" + term + R"(","channel":")" + channel + "\"}");
    }

    void pay(std::string const& id) {
        auto const order = *counter.store->orders().find(id);
        auto const notice = jobs::simulated_payment(order);
        counter.store->transact(jobs::load_for(notice), [&](jobs::Batch& batch) {
            jobs::take_notice(batch, notice, counter.settings.rules);
        });
    }

    std::vector<std::string> ids(Reply const& page) {
        std::vector<std::string> ids;
        for (auto const& order : page.json.at("orders").as_array()) {
            ids.emplace_back(order.at("order_id").as_string());
        }
        return ids;
    }
};

TEST_F(Purchase, OpensAnOrderAndSaysHowItIsPaid) {
    auto const order = recharge();
    EXPECT_EQ(order.status, 201);
    EXPECT_EQ(order.text("status"), "pending");
    EXPECT_EQ(order.number("amount_fen"), 5'000);
    EXPECT_EQ(order.number("credits"), 500);
    EXPECT_EQ(order.number("bonus"), 50);
    EXPECT_EQ(order.number("expires_at"), base::to_ms(counter.now) + 2 * 3'600'000);
    auto const& pay = order.json.at("pay").as_object();
    EXPECT_EQ(pay.at("type").as_string(), "simulate");
    EXPECT_EQ(pay.at("url").as_string(), "/api/payment/simulate/" + order.text("order_id"));
}

TEST_F(Purchase, IsPolledUntilItIsPaid) {
    auto const id = recharge().text("order_id");
    auto const path = "/api/v1/credit/recharge/orders/" + id;
    auto seen = counter.get(path);
    EXPECT_EQ(seen.text("status"), "pending");
    EXPECT_TRUE(seen.json.contains("pay"));
    pay(id);
    seen = counter.get(path);
    EXPECT_EQ(seen.text("status"), "paid");
    EXPECT_FALSE(seen.json.contains("pay"));
    EXPECT_EQ(counter.get("/api/v1/credit/balance").number("credits"), 520 + 550);
    EXPECT_EQ(counter.get("/api/v1/credit/transactions").json.at("history").as_array().size(), 3U);
}

TEST_F(Purchase, ADoubleTapIsOneOrder) {
    std::string const key = R"(,"idempotency_key":"tap")";
    auto const first = recharge(key);
    auto const again = recharge(key);
    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(again.text("order_id"), first.text("order_id"));
    EXPECT_TRUE(again.json.contains("pay"));
    auto const other = recharge(key, "100");
    EXPECT_EQ(other.status, 409);
    EXPECT_EQ(other.text("code"), "order_conflict");
    pay(first.text("order_id"));
    EXPECT_EQ(recharge(key).text("status"), "paid");
}

TEST_F(Purchase, SaysWhatIsWrong) {
    EXPECT_EQ(recharge("", "7").text("code"), "unknown_package");
    EXPECT_EQ(recharge("", "7").status, 404);
    auto const channel =
        counter.post("/api/v1/credit/recharge", R"({"package":"50","channel":"paypal"})");
    EXPECT_EQ(channel.status, 422);
    EXPECT_EQ(channel.text("field"), "channel");
    EXPECT_EQ(counter.post("/api/v1/credit/recharge", R"({"package":"50","channel":"credits"})")
                  .text("field"),
              "channel");
    EXPECT_EQ(counter.post("/api/v1/credit/recharge", "{}").status, 422);
    EXPECT_EQ(counter.post("/api/v1/credit/recharge", "[]").status, 400);
    EXPECT_EQ(member("simulate", "week").text("code"), "unknown_term");
    EXPECT_EQ(member("credits", "year").text("code"), "not_sold");
    EXPECT_EQ(counter.store->find_wallet("ann"), std::nullopt) << "no refusal opens an account";
}

TEST_F(Purchase, HasABoundOnWhatWaits) {
    counter.settings.rules.recharge.pending_orders = 1;
    recharge();
    auto const refused = recharge();
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.text("code"), "too_many_pending_orders");
    EXPECT_EQ(refused.number("limit"), 1);
    EXPECT_EQ(refused.number("retry_after_ms"), 2 * 3'600'000);
}

TEST_F(Purchase, ListsOrdersInPages) {
    std::vector<std::string> opened;
    for (int i = 0; i < 3; ++i) {
        counter.now += base::Millis{1};
        opened.insert(opened.begin(), recharge().text("order_id"));
    }
    auto const path = std::string{"/api/v1/credit/recharge/orders?limit=2"};
    auto const first = counter.get(path);
    EXPECT_EQ(ids(first), (std::vector<std::string>{opened[0], opened[1]}));
    auto const second = counter.get(path + "&cursor=" + first.text("next_cursor"));
    EXPECT_EQ(ids(second), (std::vector<std::string>{opened[2]}));
    EXPECT_FALSE(second.json.contains("next_cursor"));
    EXPECT_EQ(counter.get(path + "&cursor=x").status, 422);
    EXPECT_TRUE(ids(counter.get("/api/v1/credit/membership/orders")).empty());
}

TEST_F(Purchase, OfAnotherUserIsUnknown) {
    auto const id = recharge().text("order_id");
    counter.be_user("bob");
    EXPECT_EQ(counter.get("/api/v1/credit/recharge/orders/" + id).status, 404);
    EXPECT_EQ(counter.post("/api/v1/credit/recharge/orders/" + id + "/pay", "").status, 404);
    EXPECT_TRUE(ids(counter.get("/api/v1/credit/recharge/orders?user_id=ann")).empty());
}

TEST_F(Purchase, AKeyNamesTheUser) {
    counter.be_key(adapters::Scope::credits);
    auto const order = counter.post("/api/v1/credit/recharge",
                                    R"({"user_id":"bob","package":"50","channel":"simulate"})");
    EXPECT_EQ(order.status, 201);
    EXPECT_EQ(order.text("user_id"), "bob");
    EXPECT_EQ(recharge().text("field"), "user_id");
    EXPECT_EQ(counter.get("/api/v1/credit/balance").status, 422);
    EXPECT_EQ(counter.get("/api/v1/credit/balance?user_id=bob").number("credits"), 520);
    EXPECT_EQ(ids(counter.get("/api/v1/credit/recharge/orders?user_id=bob")).size(), 1U);
}

TEST_F(Purchase, ShowsPackagesAsTheTierMakesThem) {
    counter.settings.rules.recharge.multipliers["gold"] = *base::parse_rate("1.2");
    auto const credits_of = [&](Reply const& reply) {
        auto const& second = reply.json.at("packages").as_array().at(1).as_object();
        return second.at("credits").to_number<int>() + second.at("bonus").to_number<int>();
    };
    EXPECT_EQ(credits_of(counter.get("/api/v1/credit/packages")), 550);
    counter.be_key(adapters::Scope::credits);
    counter.ask("PUT", "/api/accounts/ann", R"({"tier":"gold"})");
    EXPECT_EQ(credits_of(counter.get("/api/v1/credit/packages")), 550) << "of nobody in particular";
    EXPECT_EQ(credits_of(counter.get("/api/v1/credit/packages?user_id=ann")), 660);
    counter.be_user("ann");
    auto const own = counter.get("/api/v1/credit/packages");
    EXPECT_EQ(credits_of(own), 660);
    EXPECT_EQ(own.text("tier"), "gold");
    EXPECT_EQ(own.json.at("channels").as_array().at(0).as_string(), "simulate");
}

TEST_F(Purchase, AMembershipIsBoughtForMoneyOrForCredits) {
    auto const prices = counter.get("/api/v1/credit/membership/prices");
    auto const& month = prices.json.at("prices").as_array().at(0).as_object();
    EXPECT_EQ(month.at("amount_fen").to_number<int>(), 990);
    EXPECT_EQ(month.at("credits").to_number<int>(), 300);
    EXPECT_FALSE(prices.json.contains("member_until"));

    auto const order = member("simulate");
    EXPECT_EQ(order.status, 201);
    EXPECT_EQ(order.number("amount_fen"), 990);
    EXPECT_EQ(order.number("credits"), 0);
    pay(order.text("order_id"));
    auto const bought = member("credits");
    EXPECT_EQ(bought.status, 201);
    EXPECT_EQ(bought.text("status"), "paid");
    EXPECT_EQ(bought.number("price_credits"), 300);
    EXPECT_FALSE(bought.json.contains("pay"));
    EXPECT_EQ(bought.number("member_until"), 1'777'593'600'000) << "2026-05-01";
    EXPECT_EQ(counter.get("/api/v1/credit/membership/prices").number("member_until"),
              1'777'593'600'000);
    EXPECT_EQ(counter.get("/api/v1/credit/balance").number("credits"), 220);
    EXPECT_EQ(ids(counter.get("/api/v1/credit/membership/orders")).size(), 2U);
    auto const poor = member("credits");
    EXPECT_EQ(poor.status, 402);
    EXPECT_EQ(poor.number("required"), 300);
    EXPECT_EQ(poor.number("balance"), 220);
}

TEST_F(Purchase, OperatorsSeeAllOfIt) {
    auto const id = recharge().text("order_id");
    counter.be_key(adapters::Scope::admin);
    auto const all = counter.get("/api/admin/orders?status=pending");
    EXPECT_EQ(ids(all), (std::vector<std::string>{id}));
    EXPECT_TRUE(ids(counter.get("/api/admin/orders?review=true")).empty());
    EXPECT_EQ(counter.get("/api/admin/orders?status=lost").status, 422);
    pay(id);
    auto const story = counter.get("/api/admin/orders/" + id);
    EXPECT_EQ(story.json.at("notices").as_array().size(), 1U);
    EXPECT_EQ(counter.get("/api/admin/orders/nothing").status, 404);
}

TEST_F(Purchase, LetsInWhoMay) {
    auto const path = std::string{"/api/v1/credit/recharge"};
    EXPECT_TRUE(counter.let_in("POST", path));
    EXPECT_FALSE(counter.let_in("GET", "/api/admin/orders"));
    counter.be_key(adapters::Scope::read);
    EXPECT_FALSE(counter.let_in("POST", path));
    EXPECT_TRUE(counter.let_in("GET", path + "/orders"));
    EXPECT_TRUE(counter.let_in("GET", "/api/admin/orders"));
    EXPECT_FALSE(counter.let_in("POST", "/api/admin/orders/x/query"));
    counter.be_key(adapters::Scope::jobs);
    EXPECT_FALSE(counter.let_in("GET", path + "/orders"));
}

}  // namespace
}  // namespace tests
