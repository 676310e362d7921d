// A server that stops, comes back, ends sessions, or has no more of them.
#include <chrono>
#include <future>
#include <latch>
#include <thread>

#include <fmt/core.h>

#include "tests/postgres/support.h"

namespace postgres_tests {
namespace {

using Steady = std::chrono::steady_clock;

constexpr char const* end_all_sessions =
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = "
    "current_database() AND pid <> pg_backend_pid()";

// A server of its own, as it is stopped and restarted.
class Trouble : public testing::Test {
protected:
    static support::PrivateServer& server() {
        static support::PrivateServer the_server{{"postgres"}};
        return the_server;
    }

    Trouble() { desk_->auditing = false; }

    static PostgresOptions options_for(std::string url) {
        return {.url = std::move(url),
                .connections = 3,
                .statement_timeout = Millis{2'000},
                .patience = Millis{1'000}};
    }

    // Takes all of the pool's connections, so that every one is open, and gives them back.
    void fill_the_pool() {
        std::latch together{3};
        std::vector<std::jthread> threads;
        for (int i = 0; i < 3; ++i) {
            threads.emplace_back([&] {
                desk_->store->transact({}, [&](jobs::Batch&) { together.arrive_and_wait(); });
            });
        }
    }

    std::string url_ = support::fresh_database(server());
    std::unique_ptr<tests::Desk> desk_ = desk_over(options_for(url_));
};

TEST_F(Trouble, EverySessionThatIsEndedIsReplaced) {
    fill_the_pool();
    auto const id = desk_->submit(tests::request("script")).job->id;
    EXPECT_EQ(Raw{url_}(end_all_sessions), "3");
    EXPECT_EQ(desk_->claim("w1").size(), 1U) << "the next call works";
    Raw{url_}(end_all_sessions);
    EXPECT_TRUE(desk_->store->find_job(id).has_value());
    Raw{url_}(end_all_sessions);
    EXPECT_EQ(desk_->store->queue_modes().size(), 0U);
    Raw{url_}(end_all_sessions);
    EXPECT_EQ(desk_->audit(), "");
    EXPECT_EQ(desk_->balance("u1"), 515);
}

TEST_F(Trouble, ASessionThatIsEndedInTheMiddleOfATransactionLeavesNothingOfIt) {
    desk_->open_account("u1");
    int decided = 0;
    desk_->store->transact({.users = {"u1"}}, [&](jobs::Batch& batch) {
        decided += 1;
        jobs::spend(batch, "u1", {.amount = {20}}, desk_->rules);
        if (decided == 1) {
            Raw{url_}(end_all_sessions);
        }
    });
    EXPECT_EQ(decided, 2);
    EXPECT_EQ(desk_->balance("u1"), 500);
    EXPECT_EQ(desk_->audit(), "");
}

TEST_F(Trouble, SessionsThatAreEndedAgainAndAgainAreGivenUp) {
    desk_->open_account("u1");
    int decided = 0;
    auto const said = failure_of<Unavailable>([&] {
        desk_->store->transact({.users = {"u1"}}, [&](jobs::Batch& batch) {
            decided += 1;
            jobs::spend(batch, "u1", {.amount = {20}}, desk_->rules);
            Raw{url_}(end_all_sessions);
        });
    });
    EXPECT_TRUE(holds(said, "store postgres://"));
    EXPECT_LE(decided, 5);
    EXPECT_EQ(desk_->balance("u1"), 520);
}

TEST_F(Trouble, ARestartOfTheServerIsSurvived) {
    fill_the_pool();
    desk_->submit(tests::request("script"));
    for (char const* const how : {"restart fast", "restart immediate"}) {
        server().command(how);
        EXPECT_NO_THROW(desk_->submit(tests::request("script"))) << how;
    }
    EXPECT_EQ(desk_->claim("w1", 9).size(), 3U);
    EXPECT_EQ(desk_->audit(), "");
}

TEST_F(Trouble, AServerThatIsAwayIsToldInTimeAndFoundAgain) {
    fill_the_pool();
    desk_->open_account("u1");
    server().command("stop immediate");
    auto const begin = Steady::now();
    EXPECT_TRUE(holds(failure_of<Unavailable>([&] { desk_->spend("u1", {.amount = {20}}); }),
                      "can't be reached"));
    EXPECT_TRUE(
        holds(failure_of<Unavailable>([&] { desk_->store->counts(); }), "can't be reached"));
    EXPECT_LT(Steady::now() - begin, std::chrono::seconds{5});
    server().command("start");
    desk_->spend("u1", {.amount = {20}});
    EXPECT_EQ(desk_->balance("u1"), 500);
    EXPECT_EQ(desk_->audit(), "");
}

// Its kernel, or a proxy, acknowledges what is sent, so that TCP finds nothing wrong.
TEST_F(Trouble, AServerThatTakesEverythingAndAnswersNothingIsGivenUp) {
    support::PrivateServer proxy{{"proxy", "--upstream", url_}};
    auto const desk = desk_over(options_for(proxy.url()));
    desk->auditing = false;
    desk->open_account("u1");
    proxy.command("black-hole");
    auto const begin = Steady::now();
    auto const said = failure_of<Unavailable>([&] { desk->spend("u1", {.amount = {20}}); });
    EXPECT_LT(Steady::now() - begin, std::chrono::seconds{20});
    EXPECT_TRUE(holds(said, "store postgres://")) << said;
    proxy.command("pass");
    desk->spend("u1", {.amount = {20}});
    EXPECT_EQ(desk->balance("u1"), 500);
    EXPECT_EQ(desk->audit(), "");
}

TEST_F(Trouble, APoolThatIsUsedUpIsToldAfterThePatience) {
    std::latch taken{3};
    std::promise<void> end;
    auto const ended = end.get_future().share();
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&] {
            desk_->store->transact({}, [&](jobs::Batch&) {
                taken.count_down();
                ended.wait();
            });
        });
    }
    taken.wait();
    auto const begin = Steady::now();
    auto const said = failure_of<Unavailable>([&] { desk_->store->counts(); });
    auto const waited = Steady::now() - begin;
    EXPECT_TRUE(holds(said, "all 3 connections were busy for 1s; raise store.connections"));
    EXPECT_GE(waited, Millis{990});
    EXPECT_LT(waited, Millis{4'000});
    end.set_value();
    threads.clear();
    EXPECT_NO_THROW(desk_->store->counts());
}

TEST_F(Trouble, AServerWithoutRoomForAnotherSessionIsToldAndNoPlaceIsLost) {
    Raw raw{url_};
    auto const name = std::string{raw.connection().dbname()};
    auto const role = "poor_" + name;
    raw(fmt::format("CREATE ROLE {} LOGIN CONNECTION LIMIT 1", role));
    raw(fmt::format("ALTER DATABASE {} OWNER TO {}", name, role));
    auto const options = options_for(as_role(url_, role));
    auto poor = options;
    poor.schema = "poor";
    auto const store = adapters::open_postgres(poor);
    std::string said;
    store->transact({}, [&](jobs::Batch&) {
        for (int i = 0; i < 5; ++i) {  // more often than there are places
            said = failure_of<Unavailable>([&] { store->counts(); });
        }
    });
    EXPECT_TRUE(holds(said, "too many connections"));
    EXPECT_NO_THROW(store->counts());
}

TEST_F(Trouble, OfALinkThatIsCutEachTimeIsOverWhenTheLinkIs) {
    support::PrivateServer proxy{{"proxy", "--upstream", url_}};
    auto const store = adapters::open_postgres(options_for(proxy.url()));
    for (int i = 0; i < 5; ++i) {
        proxy.command("cut");
        EXPECT_NO_THROW(store->transact({.users = {"u1"}}, [](jobs::Batch&) {})) << i;
        proxy.command("cut");
        EXPECT_NO_THROW(store->counts()) << i;
    }
    Raw raw{url_};
    EXPECT_TRUE(until([&] { return left_in_transaction(raw) == "0"; }, Millis{5'000}));
}

}  // namespace
}  // namespace postgres_tests
