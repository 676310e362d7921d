// A cluster of three real nodes: whichever is named leads to all, and slots may move.
#include "tests/redis/cluster.h"

#include <gtest/gtest.h>

#include "adapters/redis/intake.h"
#include "adapters/redis/probe.h"
#include "adapters/redis/publisher.h"
#include "adapters/redis/rate_limit.h"

using namespace std::chrono_literals;
using adapters::redis::redirect_of;
using adapters::redis::slot_of;
using adapters::redis::SlotMap;
using tests::Args;
using tests::Counter;
using tests::Link;
using tests::Reply;

namespace {

tests::Cluster& shared_cluster() {
    static tests::Cluster cluster;
    for (std::size_t n = 0; n < cluster.size(); ++n) {
        cluster.node(n).ask({"FLUSHALL"});
    }
    return cluster;
}

Reply refusal(std::string const& text) {
    return {.kind = Reply::Kind::error, .text = text};
}

adapters::redis::Deliver to(Counter& counter) {
    return [&](auto const& messages) { return counter.desk.take(messages); };
}

Args a_script(std::string const& user) {
    return {"XADD", "tallyman:intake", "*", "service", "script", "user", user};
}

}  // namespace

TEST(RedisSlots, AreThoseOfTheSpecification) {
    EXPECT_EQ(slot_of("123456789"), 12'739);
    EXPECT_EQ(slot_of("foo"), 12'182);
    EXPECT_EQ(slot_of("{user1000}.following"), slot_of("user1000"));
    EXPECT_EQ(slot_of("foo{}{bar}"), 8'363) << "empty braces don't count";
    EXPECT_EQ(slot_of(""), 0);
}

TEST(RedisSlots, ACommandGoesWhereItsKeyIs) {
    auto const slot = slot_of("k");
    for (auto const& args :
         std::vector<Args>{{"XADD", "k", "*", "a", "b"},
                           {"EVALSHA", "abc", "1", "k", "x"},
                           {"XGROUP", "CREATE", "k", "g", "0"},
                           {"XREADGROUP", "GROUP", "g", "c", "BLOCK", "5", "STREAMS", "k", ">"}}) {
        EXPECT_EQ(slot_of(args), slot) << args[0];
    }
    EXPECT_EQ(slot_of(Args{"PUBLISH", "k", "x"}), std::nullopt);
    EXPECT_EQ(slot_of(Args{"PING"}), std::nullopt);
}

TEST(RedisSlots, ARedirectNamesSlotAndNode) {
    auto const moved = redirect_of(refusal("MOVED 3999 10.0.0.2:6381"), "seed");
    ASSERT_TRUE(moved);
    EXPECT_EQ(moved->slot, 3'999);
    EXPECT_EQ(moved->place.host, "10.0.0.2");
    EXPECT_EQ(moved->place.port, "6381");
    EXPECT_FALSE(moved->once);
    EXPECT_TRUE(redirect_of(refusal("ASK 1 ::1:6381"), "seed")->once);
    EXPECT_EQ(redirect_of(refusal("ASK 1 ::1:6381"), "seed")->place.host, "::1");
    EXPECT_EQ(redirect_of(refusal("MOVED 1 :6381"), "seed")->place.host, "seed");
    for (auto const* const other :
         {"MOVED", "MOVED x 1:2", "MOVED 1", "MOVED 16384 a:1", "MOVED -1 a:1", "ERR no"}) {
        EXPECT_FALSE(redirect_of(refusal(other), "seed")) << other;
    }
    EXPECT_FALSE(redirect_of({.kind = Reply::Kind::text, .text = "MOVED 1 a:1"}, "seed"));
}

TEST(RedisSlots, WhatIsNoMapChangesNothing) {
    SlotMap map;
    map.read(refusal("NOPERM"), "seed");
    map.set(-1, 5, {.host = "a", .port = "1"});
    map.set(0, 16'384, {.host = "a", .port = "1"});
    EXPECT_TRUE(map.empty());
    map.set(5, 7, {.host = "a", .port = "1"});
    EXPECT_EQ(map.find(4), nullptr);
    EXPECT_EQ(map.find(7)->host, "a");
}

TEST(RedisCluster, AnyNodeLeadsToEveryKeyAndAnswersKeepTheirOrder) {
    auto const& cluster = shared_cluster();
    for (std::size_t n = 0; n < cluster.size(); ++n) {
        Link link{cluster.node(n).settings};
        std::vector<Args> commands;
        for (int key = 0; key < 200; ++key) {
            commands.push_back({"SET", "k" + std::to_string(key), std::to_string(key)});
            commands.push_back({"GET", "k" + std::to_string(key)});
        }
        for (int round = 0; round < 2; ++round) {
            auto const replies = link.pipeline(commands);
            for (std::size_t at = 0; at < replies.size(); ++at) {
                EXPECT_EQ(replies[at].text, at % 2 == 0 ? "OK" : std::to_string(at / 2));
            }
        }
    }
    for (std::size_t n = 0; n < cluster.size(); ++n) {
        EXPECT_GT(cluster.node(n).count({"DBSIZE"}), 30) << "the keys are on all nodes";
    }
}

TEST(RedisCluster, ASlotIsFollowedWhileItMovesAndWhenItHas) {
    auto const& cluster = shared_cluster();
    Link link{cluster.node(0).settings};
    ASSERT_EQ(link.command({"SET", "moving", "1"}).text, "OK");
    cluster.begin_move("moving");
    EXPECT_EQ(link.command({"INCR", "moving"}).integer, 2);
    EXPECT_EQ(link.pipeline({{"INCR", "moving"}, {"INCR", "moving"}}).at(1).integer, 4);
    cluster.end_move("moving");
    EXPECT_EQ(link.command({"INCR", "moving"}).integer, 5);
    Link later{cluster.node(1).settings};
    EXPECT_EQ(later.command({"GET", "moving"}).text, "5");
}

TEST(RedisCluster, MessagesAreTakenWhicheverNodeIsNamedAndWhileTheStreamMoves) {
    auto const& cluster = shared_cluster();
    for (std::size_t n = 0; n < cluster.size(); ++n) {
        Counter counter;
        tests::Troubles troubles;
        adapters::redis::Intake const intake{cluster.node(n).settings,
                                             {.consumer = "a", .block = 20ms},
                                             to(counter),
                                             troubles.ear()};
        Link sender{cluster.node((n + 1) % cluster.size()).settings};
        auto const sent = [&](std::size_t count) {
            return tests::until([&] { return counter.jobs().size() == count; });
        };
        sender.command(a_script("u1"));
        sender.command({"XADD", "tallyman:intake", "*", "service", "nope", "user", "u1"});
        ASSERT_TRUE(sent(1)) << troubles.last();
        cluster.begin_move("tallyman:intake");
        sender.command(a_script("u2"));
        ASSERT_TRUE(sent(2)) << troubles.last();
        cluster.end_move("tallyman:intake");
        sender.command(a_script("u3"));
        ASSERT_TRUE(sent(3)) << troubles.last();
        EXPECT_TRUE(
            tests::until([&] { return sender.command({"XLEN", "tallyman:intake"}).integer == 0; }));
        auto const left = static_cast<std::int64_t>(n) + 1;
        EXPECT_EQ(sender.command({"XLEN", "tallyman:intake:dead"}).integer, left);
    }
}

TEST(RedisCluster, LiveStatusEventsWakeUpsAndLimitsWorkOnAllNodes) {
    auto const& cluster = shared_cluster();
    tests::Troubles troubles;
    Link listener{cluster.node(2).settings};
    listener.send({"SUBSCRIBE", "tallyman:wake"});
    ASSERT_TRUE(listener.next(5s));
    adapters::redis::Publisher publisher{cluster.node(0).settings, troubles.ear()};
    std::vector<adapters::JobNews> news;
    for (int n = 1; n <= 50; ++n) {
        news.push_back({.job = {n},
                        .user = "u1",
                        .service = "script",
                        .state = jobs::State::queued,
                        .claimable = true});
    }
    publisher.announce(std::move(news));
    ASSERT_TRUE(publisher.flush(10s)) << troubles.last();
    EXPECT_TRUE(troubles.last().empty()) << troubles.last();
    auto const woken = listener.next(5s);
    ASSERT_TRUE(woken);
    EXPECT_EQ(woken->at(2).text, "script");
    Link link{cluster.node(1).settings};
    adapters::redis::RedisRateLimit limit{cluster.node(0).settings, troubles.ear()};
    for (int n = 1; n <= 50; ++n) {
        auto const name = std::to_string(n);
        EXPECT_EQ(link.command({"HGET", "tallyman:job:" + name, "state"}).text, "queued") << n;
        auto const answer = limit.take(name, {.count = 1, .period = 60s, .burst = 1}, 1);
        EXPECT_TRUE(answer.asked && answer.allowed) << n << troubles.last();
        EXPECT_FALSE(limit.take(name, {.count = 1, .period = 60s, .burst = 1}, 1).allowed) << n;
    }
}

TEST(RedisCluster, ThePapersOfANodeSayThatItIsOneAndANumberedDatabaseIsAMistake) {
    auto const& cluster = shared_cluster();
    auto const found = adapters::redis::probe(cluster.node(0).settings);
    EXPECT_TRUE(found.version.ends_with("in a cluster")) << found.version;
    EXPECT_FALSE(found.old);
    auto settings = cluster.node(0).settings;
    settings.database = 3;
    try {
        Link const link{settings};
        FAIL() << "it was let in";
    } catch (adapters::Unusable const& error) {
        EXPECT_TRUE(std::string_view{error.what()}.contains("redis.url")) << error.what();
    }
}

TEST(RedisCluster, ANodeThatDiesAndComesBackIsFoundAgain) {
    auto const& cluster = shared_cluster();
    auto& owner = cluster.node(cluster.owner("tallyman:intake"));
    auto const& seed = cluster.node((cluster.owner("tallyman:intake") + 1) % cluster.size());
    Counter counter;
    tests::Troubles troubles;
    adapters::redis::Intake const intake{
        seed.settings, {.consumer = "a", .block = 20ms}, to(counter), troubles.ear()};
    ASSERT_TRUE(tests::until([&] { return troubles.last().empty(); }));
    owner.server.command("kill");
    ASSERT_TRUE(tests::until([&] { return !troubles.last().empty(); }));
    owner.server.command("start");
    ASSERT_TRUE(tests::until([&] { return troubles.last().empty(); }));
    ASSERT_TRUE(tests::until([&] { return !owner.ask(a_script("u1")).is_error(); }));
    EXPECT_TRUE(tests::until([&] { return counter.jobs().size() == 1; })) << troubles.last();
}
