// Balance, history, statistics and the audit of one account, over HTTP.
#include <gtest/gtest.h>

#include "jobs/credits.h"
#include "tests/face_money/counter.h"

namespace tests {
namespace {

constexpr base::Millis day{24LL * 3600 * 1000};

void give(Counter& counter, ledger::Credit const& what) {
    counter.store->transact(jobs::load_for_move("u1", ""), [&](jobs::Batch& batch) {
        jobs::grant(batch, "u1", what, counter.settings.rules);
    });
}

void spend(Counter& counter, std::string const& action, int amount) {
    counter.post("/api/credits/consume", R"({"user_id":"u1","action":")" + action +
                                             R"(","description":"d","amount":)" +
                                             std::to_string(amount) + "}");
}

TEST(BalanceCall, TellsWhatEndsWithinThirtyDaysByDay) {
    Counter counter;
    auto const now = counter.now;
    give(counter, {.amount = {10}, .expires_at = now + 2 * day});
    give(counter, {.amount = {5}, .expires_at = now + 2 * day + base::Millis{1000}});
    give(counter, {.amount = {7}, .expires_at = now + 30 * day});
    give(counter, {.amount = {9}, .expires_at = now + 31 * day});
    give(counter, {.amount = {3}, .effective_at = now + day, .expires_at = now + 2 * day});
    auto const reply = counter.get("/api/credits/balance/u1");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.text("user_id"), "u1");
    EXPECT_EQ(reply.number("credits"), 551);
    EXPECT_FALSE(reply.json.contains("username"));
    boost::json::array const expected{{{"credits", 15}, {"at", base::to_ms(now + 2 * day)}},
                                      {{"credits", 7}, {"at", base::to_ms(now + 30 * day)}}};
    EXPECT_EQ(reply.json.at("expiring"), expected);
}

TEST(BalanceCall, DoesNotCountWhatHasExpiredSweptOrNot) {
    Counter counter;
    give(counter, {.amount = {10}, .expires_at = counter.now + day});
    counter.now += day;
    auto const reply = counter.get("/api/credits/balance/u1");
    EXPECT_EQ(reply.number("credits"), 520);
    EXPECT_TRUE(reply.json.at("expiring").as_array().empty());
}

TEST(Views, AnUnknownAccountIsNotFoundAndNotMade) {
    Counter counter;
    for (auto const* const call : {"balance", "history", "stats", "validate"}) {
        auto const reply = counter.get(std::string("/api/credits/") + call + "/nobody");
        EXPECT_EQ(reply.status, 404) << call;
        EXPECT_EQ(reply.text("code"), "unknown_account") << call;
    }
    EXPECT_FALSE(counter.store->find_wallet("nobody").has_value());
}

TEST(Views, AUserLooksAtItsOwnAccountOnly) {
    Counter counter;
    spend(counter, "a", 1);
    counter.be_user("u2");
    for (auto const* const call : {"balance", "history", "stats", "validate"}) {
        EXPECT_EQ(counter.get(std::string("/api/credits/") + call + "/u1").status, 403) << call;
    }
    counter.be_user("u1");
    EXPECT_EQ(counter.get("/api/credits/balance/u1").number("credits"), 519);
}

TEST(HistoryCall, IsPagedFromTheNewestOn) {
    Counter counter;
    for (int i = 1; i <= 4; ++i) {
        spend(counter, "step" + std::to_string(i), i);
    }
    std::vector<std::string> actions;
    std::string cursor;
    int pages = 0;
    do {
        auto const reply = counter.get("/api/credits/history/u1?limit=2" + cursor);
        for (auto const& entry : reply.json.at("history").as_array()) {
            actions.emplace_back(entry.at("action").as_string());
        }
        cursor = reply.json.contains("next_cursor") ? "&cursor=" + reply.text("next_cursor") : "";
        pages += 1;
    } while (!cursor.empty());
    EXPECT_EQ(pages, 3);
    EXPECT_EQ(actions, (std::vector<std::string>{"step4", "step3", "step2", "step1", "signup"}));
}

TEST(HistoryCall, ShowsEachEntryInTheShapeOfTheContract) {
    Counter counter;
    spend(counter, "poster", 20);
    auto const history = counter.get("/api/credits/history/u1").json.at("history").as_array();
    auto const& entry = history.at(0).as_object();
    EXPECT_EQ(entry.at("id").as_string(), "1-2");
    EXPECT_EQ(entry.at("action").as_string(), "poster");
    EXPECT_EQ(entry.at("amount").as_int64(), -20);
    EXPECT_EQ(entry.at("balanceAfter").as_int64(), 500);
    EXPECT_EQ(entry.at("description").as_string(), "d");
    EXPECT_EQ(entry.at("createdAt").as_int64(), base::to_ms(counter.now));
}

TEST(HistoryCall, RefusesWhatIsNoLimitAndNoCursor) {
    Counter counter;
    spend(counter, "a", 1);
    for (auto const* const bad : {"limit=0", "limit=-1", "limit=x", "limit=1e2"}) {
        EXPECT_EQ(counter.get(std::string("/api/credits/history/u1?") + bad).text("field"),
                  "limit");
    }
    for (auto const* const bad : {"cursor=2", "cursor=9-2", "cursor=1-x", "cursor=1--2",
                                  "cursor=1-02", "cursor=1-99999999999999999999"}) {
        EXPECT_EQ(counter.get(std::string("/api/credits/history/u1?") + bad).text("field"),
                  "cursor")
            << bad;
    }
}

TEST(HistoryCall, IsNeverDeleted) {
    Counter counter;
    spend(counter, "a", 1);
    EXPECT_EQ(counter.ask("DELETE", "/api/credits/history/1-2").status, 403);
    counter.be_key(adapters::Scope::admin);
    EXPECT_EQ(counter.ask("DELETE", "/api/credits/history/nothing").status, 403);
    EXPECT_EQ(counter.store->find_wallet("u1")->account.entries, 2);
}

TEST(StatsCall, SumsUpByServiceAndKindWithinATime) {
    Counter counter;
    spend(counter, "poster", 20);
    spend(counter, "poster", 30);
    auto const later = counter.now + day;
    counter.now = later;
    spend(counter, "title", 1);
    give(counter, {.amount = {7}});
    auto const all = counter.get("/api/credits/stats/u1");
    EXPECT_EQ(all.number("spent"), 51);
    EXPECT_EQ(all.number("received"), 527);
    EXPECT_EQ(all.number("refunded"), 0);
    auto const& services = all.json.at("by_service").as_object();
    EXPECT_EQ(services.at("poster").at("spent").as_int64(), 50);
    EXPECT_EQ(services.at("poster").at("entries").as_int64(), 2);
    EXPECT_EQ(all.json.at("by_kind").at("signup").at("received").as_int64(), 520);
    auto const second_day =
        counter.get("/api/credits/stats/u1?from=" + std::to_string(base::to_ms(later)));
    EXPECT_EQ(second_day.number("spent"), 1);
    auto const first_day = counter.get("/api/credits/stats/u1?to=2026-03-02");
    EXPECT_EQ(first_day.number("spent"), 50);
    EXPECT_EQ(counter.get("/api/credits/stats/u1?from=yesterday").text("field"), "from");
}

TEST(ValidateCall, AuditsOneAccount) {
    Counter counter;
    spend(counter, "poster", 20);
    auto const reply = counter.get("/api/credits/validate/u1");
    EXPECT_TRUE(reply.json.at("clean").as_bool());
    EXPECT_TRUE(reply.json.at("valid").as_bool());
    EXPECT_EQ(reply.json.at("checked").at("entries").as_int64(), 2);
}

TEST(StatementCall, LinesAndSumsAddUp) {
    Counter counter;
    spend(counter, "chat", 20);
    counter.now += day;
    spend(counter, "tts", 5);
    counter.now += day;
    auto const lines = counter.get("/api/credits/statement/u1");
    ASSERT_EQ(lines.status, 200);
    EXPECT_EQ(lines.number("opening"), 0);
    EXPECT_EQ(lines.json.at("lines").as_array().size(), 3U);
    EXPECT_EQ(lines.number("closing"), 495);
    auto const sums = counter.get("/api/credits/statement/u1?by=day&from=2026-03-02");
    ASSERT_EQ(sums.status, 200);
    EXPECT_EQ(sums.number("opening"), 500);
    boost::json::array const expected{
        {{"day", "2026-03-02"}, {"entries", 1}, {"in", 0}, {"out", 5}, {"balance", 495}}};
    EXPECT_EQ(sums.json.at("groups"), expected);
}

TEST(StatementCall, ASpanWithoutLengthTellsThePastBalance) {
    Counter counter;
    spend(counter, "chat", 20);
    counter.now += 2 * day;
    spend(counter, "chat", 20);
    auto const reply = counter.get("/api/credits/statement/u1?from=2026-03-02&to=2026-03-02");
    EXPECT_EQ(reply.number("opening"), 500);
    EXPECT_EQ(reply.number("closing"), 500);
    EXPECT_TRUE(reply.json.at("lines").as_array().empty());
}

TEST(StatementCall, RefusesWhatMakesNoSense) {
    Counter counter;
    EXPECT_EQ(counter.get("/api/credits/statement/u1").status, 404);
    spend(counter, "chat", 20);
    for (auto const* const query : {"?by=week", "?format=pdf", "?from=x", "?to=2026-02-30",
                                    "?from=2026-03-02&to=2026-03-01"}) {
        EXPECT_EQ(counter.get(std::string{"/api/credits/statement/u1"} + query).status, 422)
            << query;
    }
    counter.be_user("u2");
    EXPECT_EQ(counter.get("/api/credits/statement/u1").status, 403);
    EXPECT_TRUE(counter.let_in("GET", "/api/credits/statement/u1"));
    counter.be_key(adapters::Scope::jobs);
    EXPECT_FALSE(counter.let_in("GET", "/api/credits/statement/u1"));
}

}  // namespace
}  // namespace tests
