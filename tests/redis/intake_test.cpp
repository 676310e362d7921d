// The stream, on a good day and with readers that die.
#include "adapters/redis/intake.h"

#include <atomic>

#include <gtest/gtest.h>

#include "config/load.h"
#include "tests/redis/support.h"

using namespace std::chrono_literals;
using adapters::redis::Intake;
using adapters::redis::IntakeOptions;
using adapters::redis::Message;
using adapters::redis::Verdict;
using tests::Args;
using tests::Counter;
using tests::Redis;

namespace {

class Reader {
public:
    Reader(adapters::redis::Settings const& settings, adapters::redis::Deliver deliver,
           std::string const& name = "reader")
        : intake{settings,
                 {.consumer = name, .claim_idle = 100ms, .claim_every = 50ms, .retry_every = 20ms},
                 std::move(deliver),
                 troubles.ear()} {}

    tests::Troubles troubles;
    Intake intake;
};

adapters::redis::Deliver to_stream(Counter& counter) {
    return [&](std::vector<Message> const& messages) { return counter.desk.take(messages); };
}

std::string add(Redis const& redis, Args const& fields) {
    Args args{"XADD", "tallyman:intake", "*"};
    args.insert(args.end(), fields.begin(), fields.end());
    return redis.ask(args).text;
}

Args script_request(std::string const& user = "u1") {
    return {"service", "script", "user", user};
}

bool until_empty(Redis const& redis) {
    return tests::until([&] { return redis.count({"XLEN", "tallyman:intake"}) == 0; });
}

// As a reader that was killed between reading and acknowledging.
void read_and_die(Redis const& redis, std::string const& name) {
    redis.ask({"XGROUP", "CREATE", "tallyman:intake", "tallyman", "0", "MKSTREAM"});
    redis.ask({"XREADGROUP", "GROUP", "tallyman", name, "COUNT", "100", "STREAMS",
               "tallyman:intake", ">"});
}

std::map<std::string, std::string> letter(Redis const& redis, std::size_t n) {
    auto const entry = redis.ask({"XRANGE", "tallyman:intake:dead", "-", "+"}).at(n).at(1);
    std::map<std::string, std::string> fields;
    for (std::size_t at = 0; at + 1 < entry.items.size(); at += 2) {
        fields[entry.at(at).text] = entry.at(at + 1).text;
    }
    return fields;
}

}  // namespace

TEST(Intake, WhatWasSentBeforeAndAfterItsStartBecomesJobsAndLeavesTheStream) {
    auto const& redis = tests::shared_redis();
    Counter counter;
    add(redis, script_request());
    Reader const reader{redis.settings, to_stream(counter)};
    for (int n = 0; n < 200; ++n) {
        add(redis, script_request("u" + std::to_string(n)));
    }
    ASSERT_TRUE(until_empty(redis));
    EXPECT_EQ(counter.jobs().size(), 201U);
    EXPECT_EQ(redis.ask({"XPENDING", "tallyman:intake", "tallyman"}).at(0).integer, 0);
    EXPECT_EQ(redis.count({"EXISTS", "tallyman:intake:dead"}), 0);
}

TEST(Intake, ADeadMessageIsKeptWithItsReasonItsIdAndAllThatItSaid) {
    auto const& redis = tests::shared_redis();
    Counter counter;
    Reader const reader{redis.settings, to_stream(counter)};
    auto const id = add(redis, {"service", "nope", "user", "u1", "reason", "mine"});
    auto const wrong = add(redis, {"service", "script", "user", "u1", "input", "{"});
    add(redis, {"service", "script", "user", "u1", "x", std::string(2 << 20, 'x')});
    ASSERT_TRUE(tests::until([&] { return redis.count({"XLEN", "tallyman:intake:dead"}) == 3; }));
    ASSERT_TRUE(until_empty(redis));
    auto const first = letter(redis, 0);
    EXPECT_EQ(first.at("reason"), "invalid_request");
    EXPECT_EQ(first.at("id"), id);
    EXPECT_EQ(first.at("message.reason"), "mine");
    EXPECT_EQ(first.at("service"), "nope");
    EXPECT_EQ(letter(redis, 1).at("id"), wrong);
    EXPECT_EQ(letter(redis, 1).at("input"), "{");
    EXPECT_LE(letter(redis, 2).at("x").size(), 131'072U);
    EXPECT_TRUE(counter.jobs().empty());
}

// Such as one whose audio is being measured: it keeps its place, and nobody waits for it.
TEST(Intake, AMessageThatIsBeingLookedIntoHoldsUpNoOthers) {
    auto const& redis = tests::shared_redis();
    Counter counter;
    std::atomic<bool> known = false;
    std::atomic<int> asked = 0;
    auto const slow = add(redis, script_request("slow"));
    Reader const reader{redis.settings, [&](std::vector<Message> const& messages) {
                            std::vector<Verdict> verdicts;
                            for (auto const& message : messages) {
                                bool const waits = message.id == slow && !known;
                                asked += message.id == slow ? 1 : 0;
                                verdicts.push_back(waits ? Verdict{Verdict::Kind::working, "", ""}
                                                         : counter.desk.take({message}).front());
                            }
                            return verdicts;
                        }};
    for (int n = 0; n < 200; ++n) {
        add(redis, script_request("u" + std::to_string(n)));
    }
    EXPECT_TRUE(tests::until([&] { return redis.count({"XLEN", "tallyman:intake"}) == 1; }));
    EXPECT_EQ(counter.jobs().size(), 200U);
    auto const before = asked.load();
    EXPECT_TRUE(tests::until([&] { return asked > before + 2; })) << "it is asked for again";
    known = true;
    ASSERT_TRUE(until_empty(redis));
    EXPECT_EQ(counter.jobs().size(), 201U);
    EXPECT_EQ(redis.count({"EXISTS", "tallyman:intake:dead"}), 0);
}

TEST(Intake, AMessageWhoseReaderDiedBeforeTheCommitIsTakenOver) {
    auto const& redis = tests::shared_redis();
    Counter counter;
    add(redis, script_request());
    read_and_die(redis, "dead");
    Reader const reader{redis.settings, to_stream(counter)};
    ASSERT_TRUE(until_empty(redis));
    EXPECT_EQ(counter.jobs().size(), 1U);
}

TEST(Intake, AMessageWhoseReaderDiedAfterTheCommitIsStillOneJob) {
    auto const& redis = tests::shared_redis();
    Counter counter;
    auto const id = add(redis, script_request());
    counter.desk.take({{.id = id, .fields = {{"service", "script"}, {"user", "u1"}}}});
    read_and_die(redis, "dead");
    Reader const reader{redis.settings, to_stream(counter)};
    ASSERT_TRUE(until_empty(redis));
    EXPECT_EQ(counter.jobs().size(), 1U);
}

TEST(Intake, AMessageThatTakesDownItsReadersAgainAndAgainIsDead) {
    auto const& redis = tests::shared_redis();
    Counter counter;
    add(redis, script_request());
    add(redis, script_request("u2"));
    read_and_die(redis, "dead");
    auto const poison =
        redis.ask({"XRANGE", "tallyman:intake", "-", "+", "COUNT", "1"}).at(0).at(0);
    redis.ask(
        {"XCLAIM", "tallyman:intake", "tallyman", "dead", "0", poison.text, "RETRYCOUNT", "10"});
    Reader const reader{redis.settings, to_stream(counter)};
    ASSERT_TRUE(until_empty(redis));
    EXPECT_EQ(counter.jobs().size(), 1U);
    EXPECT_EQ(letter(redis, 0).at("reason"), "delivered_too_often");
    EXPECT_EQ(letter(redis, 0).at("id"), poison.text);
}

TEST(Intake, WhileTheStoreIsAwayMessagesStayAndAreNotCountedAsDelivered) {
    auto const& redis = tests::shared_redis();
    Counter counter;
    std::atomic<bool> away = true;
    std::atomic<int> asked = 0;
    Reader const reader{redis.settings, [&](std::vector<Message> const& messages) {
                            asked += 1;
                            return away ? std::vector<Verdict>(messages.size(),
                                                               {.kind = Verdict::Kind::later})
                                        : counter.desk.take(messages);
                        }};
    add(redis, script_request());
    ASSERT_TRUE(tests::until([&] { return asked > 30; }));
    auto const pending = redis.ask({"XPENDING", "tallyman:intake", "tallyman", "-", "+", "10"});
    ASSERT_EQ(pending.items.size(), 1U);
    EXPECT_EQ(pending.at(0).at(3).integer, 1);
    away = false;
    ASSERT_TRUE(until_empty(redis));
    EXPECT_EQ(counter.jobs().size(), 1U);
}

TEST(Intake, SeveralReadersShareTheWork) {
    auto const& redis = tests::shared_redis();
    Counter counter;
    worker::IntakeDesk other{*counter.store, counter.settings,
                             [] { return config::default_book(); },
                             *counter.log};  // as in another process: a desk is of one reader
    Reader const one{redis.settings, to_stream(counter), "one"};
    Reader const two{redis.settings,
                     [&](std::vector<Message> const& messages) { return other.take(messages); },
                     "two"};
    for (int n = 0; n < 300; ++n) {
        add(redis, script_request());
    }
    ASSERT_TRUE(until_empty(redis));
    EXPECT_EQ(counter.jobs().size(), 300U);
}

TEST(Intake, AReaderThatLeavesIsForgottenAndOneWithMessagesIsNot) {
    auto const& redis = tests::shared_redis();
    Counter counter;
    auto const consumers = [&] {
        return redis.ask({"XINFO", "CONSUMERS", "tallyman:intake", "tallyman"}).items.size();
    };
    add(redis, script_request());
    read_and_die(redis, "dead");
    {
        Reader reader{redis.settings, [](std::vector<Message> const& messages) {
                          return std::vector<Verdict>(messages.size(),
                                                      {.kind = Verdict::Kind::later});
                      }};
        ASSERT_TRUE(tests::until([&] { return consumers() == 2; }));
        reader.intake.stop();
    }
    EXPECT_GE(consumers(), 1U);
    {
        Reader reader{redis.settings, to_stream(counter), "second"};
        ASSERT_TRUE(until_empty(redis));
        reader.intake.stop();
    }
    auto const left = redis.ask({"XINFO", "CONSUMERS", "tallyman:intake", "tallyman"});
    for (auto const& consumer : left.items) {
        EXPECT_NE(consumer.at(1).text, "second");
    }
    EXPECT_EQ(counter.jobs().size(), 1U);
}
