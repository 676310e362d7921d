// The shared rate limit: exact, the same for all processes, and no obstacle when Redis is away.
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "adapters/redis/rate_limit.h"
#include "tests/redis/support.h"

using namespace std::chrono_literals;
using adapters::Rate;
using adapters::redis::RedisRateLimit;

namespace {

RedisRateLimit limit_at(adapters::redis::Settings const& settings) {
    return RedisRateLimit{settings, [](std::string const&) {}};
}

constexpr Rate slow{.count = 1, .period = 600'000ms, .burst = 5};

// Allowed requests in all that these processes were allowed, out of 200 each.
int allowed_in_processes(adapters::redis::Settings const& settings, int processes) {
    int sum = 0;
    std::vector<pid_t> children;
    for (int n = 0; n < processes; ++n) {
        auto const child = ::fork();
        if (child == 0) {
            auto limit = limit_at(settings);
            int allowed = 0;
            for (int at = 0; at < 200; ++at) {
                auto const answer =
                    limit.take("shared", {.count = 1, .period = 600s, .burst = 50}, 1);
                allowed += answer.allowed && answer.asked ? 1 : 0;
            }
            ::_exit(allowed);
        }
        children.push_back(child);
    }
    for (auto const child : children) {
        int status = 0;
        EXPECT_EQ(::waitpid(child, &status, 0), child);
        sum += WEXITSTATUS(status);
    }
    return sum;
}

}  // namespace

TEST(Gcra, ABurstIsAllowedToTheLastAndNoMore) {
    auto limit = limit_at(tests::shared_redis().settings);
    for (int left = 4; left >= 0; --left) {
        auto const answer = limit.take("a", slow, 1);
        EXPECT_TRUE(answer.allowed && answer.asked);
        EXPECT_EQ(answer.remaining, left);
    }
    auto const answer = limit.take("a", slow, 1);
    EXPECT_FALSE(answer.allowed);
    EXPECT_EQ(answer.remaining, 0);
    EXPECT_GT(answer.retry_after, 590s);
    EXPECT_LE(answer.retry_after, 600s);
    EXPECT_TRUE(limit.take("b", slow, 1).allowed) << "another key has a burst of its own";
}

TEST(Gcra, CostsCountAndARefusalTakesNothing) {
    auto limit = limit_at(tests::shared_redis().settings);
    EXPECT_EQ(limit.take("a", slow, 3).remaining, 2);
    EXPECT_FALSE(limit.take("a", slow, 3).allowed);
    EXPECT_EQ(limit.take("a", slow, 2).remaining, 0);
    EXPECT_FALSE(limit.take("c", slow, 6).allowed) << "never, with this burst";
    EXPECT_EQ(limit.take("c", slow, 0).remaining, 5) << "a question costs nothing";
}

TEST(Gcra, WhoWaitsAsLongAsHeIsToldIsAllowedAndNotBefore) {
    auto limit = limit_at(tests::shared_redis().settings);
    constexpr Rate quick{.count = 10, .period = 2'000ms, .burst = 2};  // one in 200 ms
    limit.take("a", quick, 2);
    auto const begun = std::chrono::steady_clock::now();
    auto const refused = limit.take("a", quick, 1);
    ASSERT_FALSE(refused.allowed);
    EXPECT_LE(refused.retry_after, 200ms);
    std::this_thread::sleep_for(refused.retry_after);
    EXPECT_TRUE(limit.take("a", quick, 1).allowed);

    // Asked all the time for a second, it allows five, and never two closer than that.
    int allowed = 0;
    auto const end = begun + 1'200ms;
    while (std::chrono::steady_clock::now() < end) {
        allowed += limit.take("a", quick, 1).allowed ? 1 : 0;
    }
    EXPECT_TRUE(allowed == 4 || allowed == 5) << allowed;
}

TEST(Gcra, ProcessesShareIt) {
    EXPECT_EQ(allowed_in_processes(tests::shared_redis().settings, 2), 50);
}

TEST(Gcra, WithoutRedisEverythingIsAllowedAtOnceAndSaidSo) {
    auto limit = limit_at(tests::settings_for("redis://127.0.0.1:1"));
    auto const begun = std::chrono::steady_clock::now();
    for (int n = 0; n < 1'000; ++n) {
        auto const answer = limit.take("a", slow, 1);
        EXPECT_TRUE(answer.allowed);
        EXPECT_FALSE(answer.asked);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 2s);
}

TEST(Gcra, ForgottenScriptsAndAWipeAreNoTrouble) {
    auto const& redis = tests::shared_redis();
    auto limit = limit_at(redis.settings);
    limit.take("a", slow, 5);
    redis.ask({"SCRIPT", "FLUSH"});
    EXPECT_FALSE(limit.take("a", slow, 1).allowed);
    redis.ask({"FLUSHALL"});
    EXPECT_TRUE(limit.take("a", slow, 5).asked);
}
