// Waits end when somebody announces work, and last no longer than they should without Redis.
#include "adapters/redis/wakeup.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "adapters/redis/publisher.h"
#include "base/rethrow.h"
#include "tests/redis/support.h"

using namespace std::chrono_literals;
using adapters::redis::RedisWakeup;
using tests::Redis;
using Clock = std::chrono::steady_clock;

namespace {

class Sleeper {
public:
    explicit Sleeper(adapters::redis::Settings const& settings)
        : wakeup{io.get_executor(), settings, troubles.ear()} {}

    // How long a wait lasted.
    Clock::duration wait(base::Millis at_most) {
        auto const begun = Clock::now();
        boost::asio::co_spawn(io, wakeup.wait(at_most), base::rethrow);
        io.restart();
        io.run();
        return Clock::now() - begun;
    }

    boost::asio::io_context io;
    tests::Troubles troubles;
    RedisWakeup wakeup;
};

adapters::JobNews work(std::int64_t job) {
    return {.job = {job}, .user = "u1", .service = "tts", .claimable = true};
}

}  // namespace

TEST(RedisWakeup, WakesByTimeAndPoke) {
    Sleeper sleeper{tests::shared_redis().settings};
    EXPECT_LT(sleeper.wait(60s), 20s) << "once, when it has connected";
    EXPECT_GE(sleeper.wait(60ms), 60ms);
    sleeper.wakeup.poke();
    EXPECT_LT(sleeper.wait(60s), 20s);
    EXPECT_GE(sleeper.wait(60ms), 60ms);
}

TEST(RedisWakeup, WakesWithinMillisecondsOfTheNews) {
    auto const& redis = tests::shared_redis();
    Sleeper sleeper{redis.settings};
    sleeper.wait(60s);
    adapters::redis::Publisher publisher{redis.settings, sleeper.troubles.ear()};
    publisher.announce({work(1)});  // which connects
    sleeper.wait(60s);
    std::vector<Clock::duration> waits;
    for (int n = 0; n < 50; ++n) {
        publisher.announce({work(n + 2)});
        waits.push_back(sleeper.wait(60s));
    }
    std::ranges::sort(waits);
    RecordProperty("median_us", static_cast<int>(waits[25] / 1us));
    EXPECT_LT(waits[25], 20ms);
}

TEST(RedisWakeup, WithoutRedisAWaitLastsTheTimeOfAPoll) {
    Sleeper sleeper{tests::settings_for("redis://127.0.0.1:1")};
    for (int n = 0; n < 3; ++n) {
        auto const waited = sleeper.wait(80ms);
        EXPECT_GE(waited, 80ms);
        EXPECT_LT(waited, 5s);
    }
}

TEST(RedisWakeup, WakesOnceWhenRedisIsBackSinceSomethingMayHaveBeenMissed) {
    Redis redis;
    Sleeper sleeper{redis.settings};
    sleeper.wait(60s);
    redis.server.command("kill");
    EXPECT_TRUE(tests::until([&] { return !sleeper.troubles.last().empty(); }));
    redis.server.command("start");
    EXPECT_LT(sleeper.wait(60s), 20s);
    EXPECT_EQ(sleeper.troubles.last(), "");
    EXPECT_GE(sleeper.wait(60ms), 60ms);
}
