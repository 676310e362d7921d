// Live status, events and wake-ups, and that nobody ever waits for them.
#include "adapters/redis/publisher.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "adapters/memory/open.h"
#include "adapters/redis/news.h"
#include "config/load.h"
#include "tests/redis/support.h"
#include "worker/announcing_store.h"

using namespace std::chrono_literals;
using adapters::JobNews;
using adapters::redis::Publisher;
using jobs::State;
using tests::Link;
using tests::Redis;

namespace {

JobNews news(std::int64_t job, State state, int attempt, std::int64_t at_ms) {
    return {.job = {job},
            .user = "u1",
            .service = "tts",
            .state = state,
            .attempt = attempt,
            .progress = 40,
            .net = {12},
            .at = base::from_ms(at_ms),
            .claimable = state == State::queued};
}

std::string state_of(Redis const& redis, std::string const& job) {
    return redis.ask({"HGET", "tallyman:job:" + job, "state"}).text;
}

}  // namespace

TEST(RedisNews, AnEventIsJsonWithTheFieldsOfTheHash) {
    auto told = news(42, State::failed, 2, 1'700'000'000'123);
    told.user = "a\"b\\c\n\x01";
    told.note = std::string(499, 'x') + "é and more";
    told.error = "provider_failed";
    auto const event = boost::json::parse(adapters::redis::event_of(told)).as_object();
    EXPECT_EQ(event.at("id").as_string(), "42");
    EXPECT_EQ(event.at("user_id").as_string(), told.user);
    EXPECT_EQ(event.at("state").as_string(), "failed");
    EXPECT_EQ(event.at("attempt").as_int64(), 2);
    EXPECT_EQ(event.at("progress").as_int64(), 40);
    EXPECT_EQ(event.at("net").as_int64(), 12);
    EXPECT_EQ(event.at("at").as_int64(), 1'700'000'000'123);
    EXPECT_EQ(event.at("note").as_string(), std::string(499, 'x')) << "cut between characters";
    EXPECT_EQ(event.at("error").as_string(), "provider_failed");
    EXPECT_EQ(event.size(), adapters::redis::fields_of(told).size());
}

TEST(RedisNews, TheStepsOfAJobAreInOrderWithinAMillisecond) {
    auto const order = [](State state, int attempt, std::int64_t at) {
        return adapters::redis::order_of(news(1, state, attempt, at));
    };
    std::vector<std::int64_t> const steps{
        order(State::queued, 0, 5),     order(State::processing, 1, 5), order(State::queued, 1, 5),
        order(State::processing, 2, 5), order(State::completed, 2, 5),  order(State::queued, 0, 6)};
    EXPECT_TRUE(std::ranges::is_sorted(steps, std::less_equal{}));
}

TEST(Publisher, KeepsALiveHashForAWhileAndTellsTheUsersChannelAndWhoWaitsForWork) {
    auto const& redis = tests::shared_redis();
    Link listener{redis.settings};
    listener.command({"SUBSCRIBE", "tallyman:wake"});
    listener.command({"SUBSCRIBE", "tallyman:events:u1"});
    tests::Troubles troubles;
    Publisher publisher{redis.settings, troubles.ear()};
    publisher.announce({news(1, State::queued, 0, 1'000), news(2, State::completed, 1, 1'000)});
    ASSERT_TRUE(publisher.flush(10s));
    EXPECT_EQ(troubles.last(), "");

    EXPECT_EQ(listener.next(5s).value().at(2).text, "tts") << "the wake-up comes first";
    auto const event = boost::json::parse(listener.next(5s).value().at(2).text);
    EXPECT_EQ(event.at("state").as_string(), "queued");
    EXPECT_EQ(redis.ask({"HGET", "tallyman:job:2", "net"}).text, "12");
    EXPECT_EQ(redis.ask({"HGET", "tallyman:job:2", "user_id"}).text, "u1");
    auto const live = redis.count({"TTL", "tallyman:job:1"});
    EXPECT_TRUE(live > 3'500 && live <= 3'600) << live;
    auto const ended = redis.count({"TTL", "tallyman:job:2"});
    EXPECT_TRUE(ended > 500 && ended <= 600) << ended;
}

TEST(Publisher, WhatIsNoLongerTrueLeavesTheHash) {
    auto const& redis = tests::shared_redis();
    tests::Troubles troubles;
    Publisher publisher{redis.settings, troubles.ear()};
    auto failing = news(1, State::failed, 1, 1'000);
    failing.error = "provider_failed";
    publisher.announce({failing, news(1, State::queued, 1, 2'000)});
    ASSERT_TRUE(publisher.flush(10s));
    EXPECT_EQ(state_of(redis, "1"), "queued");
    EXPECT_EQ(redis.count({"HEXISTS", "tallyman:job:1", "error"}), 0);
}

TEST(Publisher, NewsThatComeLateDoNotReplaceNewerOnes) {
    auto const& redis = tests::shared_redis();
    tests::Troubles troubles;
    Publisher one{redis.settings, troubles.ear()};
    Publisher other{redis.settings, troubles.ear()};
    one.announce({news(7, State::completed, 1, 5'000)});
    ASSERT_TRUE(one.flush(10s));
    other.announce({news(7, State::queued, 0, 4'000)});
    ASSERT_TRUE(other.flush(10s));
    EXPECT_EQ(state_of(redis, "7"), "completed");
    // A clock that was an hour ahead when it wrote does not freeze the status.
    one.announce({news(8, State::completed, 1, 3'700'000)});
    ASSERT_TRUE(one.flush(10s));
    other.announce({news(8, State::queued, 1, 100'000)});
    ASSERT_TRUE(other.flush(10s));
    EXPECT_EQ(state_of(redis, "8"), "queued");
}

TEST(Publisher, WithoutRedisNobodyWaitsAndTheOldestNewsAreDropped) {
    tests::Troubles troubles;
    Publisher publisher{
        tests::settings_for("redis://127.0.0.1:1"), troubles.ear(), {.most_waiting = 100}};
    auto const begun = std::chrono::steady_clock::now();
    for (int n = 0; n < 1'000; ++n) {
        publisher.announce({news(n + 1, State::queued, 0, n)});
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 1s);
    EXPECT_TRUE(tests::until([&] { return publisher.dropped() >= 1'000 - 100 - 256; }));
    EXPECT_TRUE(tests::until([&] { return troubles.last().contains("is Redis running"); }));
    EXPECT_FALSE(publisher.flush(50ms));
}

TEST(Publisher, TellsWhatHappenedMeanwhileWhenRedisIsBack) {
    Redis redis;
    tests::Troubles troubles;
    Publisher publisher{redis.settings, troubles.ear()};
    publisher.announce({news(1, State::queued, 0, 1)});
    ASSERT_TRUE(publisher.flush(10s));
    redis.server.command("kill");
    publisher.announce({news(1, State::processing, 1, 2)});
    EXPECT_TRUE(tests::until([&] { return !troubles.last().empty(); }));
    redis.server.command("start");
    ASSERT_TRUE(publisher.flush(10s));
    EXPECT_EQ(state_of(redis, "1"), "processing");
    EXPECT_EQ(troubles.last(), "");
}

TEST(Publisher, ALineThatIsDeadWithoutSayingSoIsNoticed) {
    auto const& redis = tests::shared_redis();
    support::PrivateServer proxy{{"proxy", "--upstream", redis.server.url()}};
    tests::Troubles troubles;
    Publisher publisher{tests::settings_for(proxy.url()), troubles.ear()};
    publisher.announce({news(1, State::queued, 0, 1)});
    ASSERT_TRUE(publisher.flush(10s));
    proxy.command("black-hole");
    publisher.announce({news(1, State::processing, 1, 2)});
    EXPECT_TRUE(tests::until([&] { return troubles.last().contains("did not answer in time"); }));
    proxy.command("pass");
    ASSERT_TRUE(publisher.flush(10s));
    EXPECT_EQ(state_of(redis, "1"), "processing");
}

TEST(Publisher, GoesOnWhenTheScriptsWereForgotten) {
    auto const& redis = tests::shared_redis();
    tests::Troubles troubles;
    Publisher publisher{redis.settings, troubles.ear()};
    publisher.announce({news(1, State::queued, 0, 1)});
    ASSERT_TRUE(publisher.flush(10s));
    redis.ask({"SCRIPT", "FLUSH"});
    publisher.announce({news(1, State::processing, 1, 2)});
    ASSERT_TRUE(publisher.flush(10s));
    EXPECT_EQ(state_of(redis, "1"), "processing");
}

TEST(Publisher, AFullRedisLosesStatusAndStillWakes) {
    Redis const redis{{"--maxmemory", "3mb"}};
    Link{redis.settings}.command({"CONFIG", "SET", "maxmemory", "1"});
    Link listener{redis.settings};
    listener.command({"SUBSCRIBE", "tallyman:wake"});
    tests::Troubles troubles;
    Publisher publisher{redis.settings, troubles.ear()};
    publisher.announce({news(1, State::queued, 0, 1)});
    ASSERT_TRUE(publisher.flush(10s));
    EXPECT_EQ(listener.next(5s).value().at(2).text, "tts");
    EXPECT_TRUE(tests::until([&] { return troubles.last().contains("OOM"); })) << troubles.last();
    EXPECT_EQ(state_of(redis, "1"), "");
}

namespace {

class Listening final : public adapters::Announcer {
public:
    void announce(std::vector<JobNews> news) noexcept override { heard.push_back(std::move(news)); }

    [[nodiscard]] std::int64_t dropped() const override { return 0; }

    [[nodiscard]] bool listens() const noexcept override { return awake; }

    bool awake = true;
    std::vector<std::vector<JobNews>> heard;
};

}  // namespace

TEST(AnnouncingStore, TellsOfNewAndChangedJobsAfterTheCommitAndOnce) {
    Listening listening;
    worker::AnnouncingStore store{adapters::open_memory({}), listening};
    auto const settings = config::load_settings("", {}).value.value();
    jobs::Request const request{.user = "u1", .service = "script", .input = "{}"};
    store.transact(jobs::load_for_submit({request}, settings.rules), [&](jobs::Batch& batch) {
        EXPECT_TRUE(listening.heard.empty());
        jobs::submit(batch, {request}, config::default_book(), settings.rules);
    });
    ASSERT_EQ(listening.heard.size(), 1U);
    ASSERT_EQ(listening.heard[0].size(), 1U);
    auto const& told = listening.heard[0][0];
    EXPECT_TRUE(told.claimable);
    EXPECT_EQ(told.user, "u1");
    auto const stop = [](jobs::Batch&) { throw adapters::Unavailable{"gone"}; };
    EXPECT_THROW(store.transact({.jobs = {told.job}}, stop), adapters::Unavailable);
    EXPECT_EQ(listening.heard.size(), 1U) << "what was not committed is no news";
}

TEST(AnnouncingStore, PutsNoNewsTogetherForNobody) {
    Listening listening;
    listening.awake = false;
    worker::AnnouncingStore store{adapters::open_memory({}), listening};
    auto const settings = config::load_settings("", {}).value.value();
    jobs::Request const request{.user = "u1", .service = "script", .input = "{}"};
    store.transact(jobs::load_for_submit({request}, settings.rules), [&](jobs::Batch& batch) {
        jobs::submit(batch, {request}, config::default_book(), settings.rules);
    });
    for (auto const& news : listening.heard) {
        EXPECT_TRUE(news.empty());
    }
    EXPECT_EQ(store.list_jobs({}).size(), 1U);
}
