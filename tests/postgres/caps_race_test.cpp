// Many want the same credits at once, over several stores with sessions of their own, as several
// hosts do: what may be spent is spent, and no more; an account is opened with one gift.
#include <atomic>
#include <thread>

#include "jobs/credits.h"
#include "tests/postgres/support.h"

namespace postgres_tests {
namespace {

using jobs::MoveOutcome;

constexpr int hosts = 4;
constexpr int of_each = 50;

class Race : public testing::Test {
protected:
    Race() {
        for (int host = 0; host < hosts; ++host) {
            desks_.push_back(desk_over(place_.options()));
            desks_.back()->auditing = false;
        }
    }

    // Two hundred at once, one credit each; how many of them went through.
    template <typename Who>
    int consume_all(Who const& who, std::int64_t key = 0) {
        std::atomic<int> moved = 0;
        std::vector<std::jthread> threads;
        for (int host = 0; host < hosts; ++host) {
            for (int part = 0; part < 4; ++part) {
                threads.emplace_back([&, host, part] {
                    for (int i = part; i < of_each; i += 4) {
                        jobs::Consumption const what{.user = who(host * of_each + i),
                                                     .amount = {1},
                                                     .action = "poster",
                                                     .description = "",
                                                     .api_key = key};
                        moved += consume(*desks_[static_cast<std::size_t>(host)], what) ? 1 : 0;
                    }
                });
            }
        }
        threads.clear();
        EXPECT_EQ(desk().audit(), "");
        return moved;
    }

    static bool consume(tests::Desk& desk, jobs::Consumption const& what) {
        jobs::Moved moved;
        desk.store->transact(jobs::load_for(what, desk.rules), [&](jobs::Batch& batch) {
            moved = jobs::consume(batch, what, desk.rules);
        });
        EXPECT_TRUE(moved.outcome == MoveOutcome::moved || moved.outcome == refused_as);
        return moved.outcome == MoveOutcome::moved;
    }

    tests::Desk& desk() { return *desks_.front(); }

    void on_all(std::function<void(tests::Desk&)> const& change) {
        for (auto& each : desks_) {
            change(*each);
        }
    }

    inline static MoveOutcome refused_as = MoveOutcome::over_cap;
    Place place_ = fresh_place();
    std::vector<std::unique_ptr<tests::Desk>> desks_;
};

TEST_F(Race, TwoHundredDebitsOfAnAccountThatCanPayTen) {
    refused_as = MoveOutcome::insufficient_credits;
    on_all([](tests::Desk& each) { each.rules.signup_gift = {10}; });
    desk().open_account("u1");
    EXPECT_EQ(consume_all([](int) { return std::string{"u1"}; }), 10);
    EXPECT_EQ(desk().balance("u1"), 0);
}

TEST_F(Race, TwoHundredDebitsUnderADailyCapForTen) {
    refused_as = MoveOutcome::over_cap;
    on_all([](tests::Desk& each) { each.rules.guards.daily_cap = {10}; });
    desk().open_account("u1");
    EXPECT_EQ(consume_all([](int) { return std::string{"u1"}; }), 10);
    EXPECT_EQ(desk().balance("u1"), 510);
}

TEST_F(Race, TwoHundredDebitsUnderAMonthlyCapOfTheServiceForTen) {
    refused_as = MoveOutcome::over_cap;
    on_all([](tests::Desk& each) { each.rules.services["poster"].monthly_cap = {10}; });
    desk().open_account("u1");
    EXPECT_EQ(consume_all([](int) { return std::string{"u1"}; }), 10);
}

TEST_F(Race, TwoHundredDebitsOfManyAccountsUnderAKeysCapForTen) {
    refused_as = MoveOutcome::over_cap;
    adapters::ApiKey key;
    key.name = "pipeline";
    key.hash = "h1";
    key.daily_cap = {10};
    auto const number = desk().store->add_api_key(key).number;
    for (int user = 0; user < 20; ++user) {
        desk().open_account("u" + std::to_string(user));
    }
    auto const who = [](int at) { return "u" + std::to_string(at % 20); };
    EXPECT_EQ(consume_all(who, number), 10);
}

TEST_F(Race, JobsThatAreStartedAtOnceUnderACapForTen) {
    on_all([](tests::Desk& each) { each.rules.guards.daily_cap = {50}; });
    for (int i = 0; i < 40; ++i) {
        auto anyway = tests::request("script");
        anyway.queue_anyway = true;
        desk().submit(anyway);
    }
    std::atomic<int> started = 0;
    std::vector<std::jthread> threads;
    for (int host = 0; host < hosts; ++host) {
        threads.emplace_back([&, host] {
            auto& own = *desks_[static_cast<std::size_t>(host)];
            for (int i = 0; i < 10; ++i) {
                for (auto const& each : own.claim("w" + std::to_string(host), 2)) {
                    started += each.outcome == jobs::StartOutcome::started ? 1 : 0;
                }
            }
        });
    }
    threads.clear();
    EXPECT_EQ(started, 10);
    EXPECT_EQ(desk().balance("u1"), 470);
    EXPECT_EQ(desk().audit(), "");
}

TEST_F(Race, FiftyFirstUsesOpenOneAccountWithOneGift) {
    std::vector<std::jthread> threads;
    std::atomic<int> done = 0;
    for (int i = 0; i < 50; ++i) {
        threads.emplace_back([&, i] {
            auto& own = *desks_[static_cast<std::size_t>(i % hosts)];
            if (i % 3 == 0) {
                own.submit(tests::request("script"));
            } else if (i % 3 == 1) {
                own.give("u1", {.amount = {1}});
            } else {
                own.open_account("u1");
            }
            done += 1;
        });
    }
    threads.clear();
    EXPECT_EQ(done, 50);
    auto const wallet = *desk().store->find_wallet("u1");
    EXPECT_EQ(wallet.account.balance.value, 520 + 17);
    auto const gifts =
        std::ranges::count(desk().entries("u1"), ledger::Kind::signup, &ledger::Entry::kind);
    EXPECT_EQ(gifts, 1);
    EXPECT_EQ(desk().audit(), "");
}

}  // namespace
}  // namespace postgres_tests
