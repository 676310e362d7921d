// Redis is wiped, killed and full while requests come in: what was committed stays, once.
#include <algorithm>
#include <atomic>
#include <set>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "adapters/redis/intake.h"
#include "tests/redis/support.h"

using namespace std::chrono_literals;
using adapters::redis::Intake;
using adapters::redis::Message;
using adapters::redis::Verdict;
using tests::Counter;
using tests::Link;
using tests::Redis;

namespace {

// What went through the desk, so that jobs can be held against it.
class Witness {
public:
    explicit Witness(Counter& counter) : counter_{counter} {}

    adapters::redis::Deliver deliver() {
        return [this](std::vector<Message> const& messages) {
            auto verdicts = counter_.desk.take(messages);
            for (std::size_t at = 0; at < messages.size(); ++at) {
                if (verdicts[at].kind == Verdict::Kind::taken) {
                    committed_.insert(messages[at].id);
                }
            }
            seen_ = static_cast<int>(committed_.size());
            return verdicts;
        };
    }

    [[nodiscard]] int seen() const { return seen_; }

    // Once the intake has stopped.
    [[nodiscard]] std::set<std::string> const& committed() const { return committed_; }

private:
    Counter& counter_;
    std::set<std::string> committed_;
    std::atomic<int> seen_ = 0;
};

// Sends requests until it is told to stop, whether or not Redis is there.
class Sender {
public:
    explicit Sender(adapters::redis::Settings const& settings)
        : thread_{[&settings](std::stop_token const& stop) {
              while (!stop.stop_requested()) {
                  try {
                      Link link{settings};
                      while (!stop.stop_requested()) {
                          link.command({"XADD", "tallyman:intake", "*", "service", "script", "user",
                                        "u1", "queue_anyway", "1"});
                      }
                  } catch (adapters::Unavailable const&) {
                      std::this_thread::sleep_for(5ms);
                  }
              }
          }} {}

private:
    std::jthread thread_;
};

// How often something was wrong.
std::ptrdiff_t told(tests::Troubles const& troubles) {
    auto const lines = troubles.all();
    return std::ranges::count_if(lines, [](auto const& line) { return !line.empty(); });
}

// Every commit has its job, and no job is there twice.
void expect_nothing_lost_or_doubled(Counter const& counter, Witness const& witness) {
    std::multiset<std::string> keys;
    for (auto const& job : counter.jobs()) {
        keys.insert(job.key);
    }
    EXPECT_EQ(keys.size(), witness.committed().size());
    for (auto const& id : witness.committed()) {
        EXPECT_EQ(keys.count("intake:" + id), 1U) << id;
    }
}

}  // namespace

TEST(IntakeFaults, WipedAgainAndAgainNothingCommittedIsLostOrDoubled) {
    auto const& redis = tests::shared_redis();
    Counter counter;
    Witness witness{counter};
    tests::Troubles troubles;
    {
        Intake const intake{
            redis.settings, {.consumer = "a", .block = 20ms}, witness.deliver(), troubles.ear()};
        Sender const sender{redis.settings};
        for (int n = 0; n < 30; ++n) {
            auto const before = witness.seen();
            redis.ask({"FLUSHALL"});
            ASSERT_TRUE(tests::until([&] { return witness.seen() > before + 3; })) << n;
        }
    }
    RecordProperty("committed", witness.seen());
    EXPECT_EQ(told(troubles), 0) << "it was never away";
    expect_nothing_lost_or_doubled(counter, witness);
}

TEST(IntakeFaults, WipedWhileItWaitsForMessagesItGoesOnWaiting) {
    auto const& redis = tests::shared_redis();
    Counter counter;
    Witness witness{counter};
    tests::Troubles troubles;
    Intake const intake{redis.settings,
                        {.consumer = "a", .block = 900ms, .claim_every = 1ms},
                        witness.deliver(),
                        troubles.ear()};
    for (int n = 1; n <= 3; ++n) {
        ASSERT_TRUE(tests::until(
            [&] { return redis.ask({"INFO", "clients"}).text.contains("blocked_clients:1"); }));
        redis.ask({n == 2 ? "FLUSHDB" : "FLUSHALL"});
        redis.ask({"XADD", "tallyman:intake", "*", "service", "script", "user", "u1"});
        ASSERT_TRUE(tests::until([&] { return witness.seen() == n; })) << troubles.last();
    }
    EXPECT_EQ(told(troubles), 0) << "it was never away";
}

TEST(IntakeFaults, TheGroupMayBeDestroyedAndTheStreamBeSomethingElse) {
    auto const& redis = tests::shared_redis();
    Counter counter;
    Witness witness{counter};
    tests::Troubles troubles;
    Intake const intake{
        redis.settings, {.consumer = "a", .block = 20ms}, witness.deliver(), troubles.ear()};
    ASSERT_TRUE(tests::until([&] { return troubles.all().size() == 1; }));
    redis.ask({"XGROUP", "DESTROY", "tallyman:intake", "tallyman"});
    redis.ask({"XADD", "tallyman:intake", "*", "service", "script", "user", "u1"});
    ASSERT_TRUE(tests::until([&] { return witness.seen() == 1; })) << troubles.last();
    redis.ask({"SET", "tallyman:intake", "a text"});
    ASSERT_TRUE(tests::until([&] { return troubles.last().contains("WRONGTYPE"); }));
    redis.ask({"DEL", "tallyman:intake"});
    redis.ask({"XADD", "tallyman:intake", "*", "service", "script", "user", "u1"});
    EXPECT_TRUE(tests::until([&] { return witness.seen() == 2; })) << troubles.last();
}

TEST(IntakeFaults, WhatNobodyHasForeseenIsToldAndDoesNotEndTheProgram) {
    auto const& redis = tests::shared_redis();
    Counter counter;
    tests::Troubles troubles;
    std::atomic<int> thrown = 0;
    redis.ask({"XADD", "tallyman:intake", "*", "service", "script", "user", "u1"});
    Intake const intake{redis.settings,
                        {.consumer = "a", .block = 20ms},
                        [&](std::vector<Message> const& messages) {
                            if (thrown++ < 2) {
                                throw std::logic_error{"not foreseen"};
                            }
                            return counter.desk.take(messages);
                        },
                        troubles.ear()};
    ASSERT_TRUE(tests::until([&] { return redis.count({"XLEN", "tallyman:intake"}) == 0; }));
    EXPECT_EQ(counter.jobs().size(), 1U);
    EXPECT_EQ(std::ranges::count(troubles.all(), "not foreseen"), 2);
}

TEST(IntakeFaults, KilledAgainAndAgainWithNothingOnDisk) {
    Redis redis;
    Counter counter;
    Witness witness{counter};
    tests::Troubles troubles;
    {
        Intake const intake{
            redis.settings, {.consumer = "a", .block = 20ms}, witness.deliver(), troubles.ear()};
        Sender const sender{redis.settings};
        for (int n = 0; n < 5; ++n) {
            auto const before = witness.seen();
            ASSERT_TRUE(tests::until([&] { return witness.seen() > before + 20; })) << n;
            redis.server.command("kill");
            // Or it might be back before anybody has seen that it was gone.
            ASSERT_TRUE(tests::until([&] { return told(troubles) > n; })) << n;
            redis.server.command("start");
        }
        auto const before = witness.seen();
        ASSERT_TRUE(tests::until([&] { return witness.seen() > before; }));
    }
    expect_nothing_lost_or_doubled(counter, witness);
}

TEST(IntakeFaults, AFullRedisStillHandsOverWhatItHasAndKeepsWhatCannotBeBuried) {
    Redis const redis{{"--maxmemory", "100mb"}};
    Counter counter;
    Witness witness{counter};
    tests::Troubles troubles;
    auto const add = [&](std::string const& service) {
        redis.ask({"XADD", "tallyman:intake", "*", "service", service, "user", "u1"});
    };
    redis.ask({"XGROUP", "CREATE", "tallyman:intake", "tallyman", "0", "MKSTREAM"});
    add("nope");
    add("script");
    add("script");
    redis.ask({"CONFIG", "SET", "maxmemory", "1"});
    Intake const intake{
        redis.settings, {.consumer = "a", .block = 20ms}, witness.deliver(), troubles.ear()};
    ASSERT_TRUE(tests::until([&] { return redis.count({"XLEN", "tallyman:intake"}) == 1; }));
    EXPECT_EQ(counter.jobs().size(), 2U);
    EXPECT_TRUE(tests::until([&] { return troubles.last().contains("dead letters"); }))
        << troubles.last();
    redis.ask({"CONFIG", "SET", "maxmemory", "100mb"});
    ASSERT_TRUE(tests::until([&] { return redis.count({"XLEN", "tallyman:intake:dead"}) == 1; }));
    EXPECT_TRUE(tests::until([&] { return redis.count({"XLEN", "tallyman:intake"}) == 0; }));
    EXPECT_TRUE(tests::until([&] { return troubles.last().empty(); }));
}

TEST(IntakeFaults, StopsAtOnceWhileRedisIsAway) {
    tests::Troubles troubles;
    Intake intake{
        tests::settings_for("redis://127.0.0.1:1"),
        {.consumer = "a"},
        [](std::vector<Message> const& messages) { return std::vector<Verdict>(messages.size()); },
        troubles.ear()};
    ASSERT_TRUE(tests::until([&] { return troubles.all().size() > 1; }));
    auto const begun = std::chrono::steady_clock::now();
    intake.stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 3s);
}
