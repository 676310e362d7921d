// Names of hosts, with a resolver that is slow, and without one.
#include "adapters/redis/resolve.h"

#include <atomic>
#include <future>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

#include "adapters/store.h"
#include "tests/redis/support.h"

using namespace std::chrono_literals;
using adapters::redis::Clock;
using adapters::redis::Patience;
using adapters::redis::Place;
using adapters::redis::resolve;

namespace {

Patience for_a(std::chrono::milliseconds time, adapters::redis::Stop const* stop = nullptr) {
    return {.until = Clock::now() + time, .stop = stop};
}

// A resolver whose name server is silent until the end of the test.
class SilentResolver {
public:
    SilentResolver() = default;
    SilentResolver(SilentResolver const&) = delete;
    SilentResolver& operator=(SilentResolver const&) = delete;

    ~SilentResolver() { state_->release.set_value(); }

    adapters::redis::Resolver resolver() {
        return [state = state_](auto...) {
            state->asked += 1;
            state->released.wait();
            return EAI_AGAIN;
        };
    }

    [[nodiscard]] int asked() const { return state_->asked; }

private:
    struct State {
        std::atomic<int> asked = 0;
        std::promise<void> release;
        std::shared_future<void> released = release.get_future().share();
    };

    // shared_ptr, because threads that were left alone may still be here after the test.
    std::shared_ptr<State> const state_{std::make_unique<State>()};
};

std::string failure(Place const& place, Patience const& patience,
                    adapters::redis::Resolver const& resolver) {
    try {
        resolve(place, patience, resolver);
    } catch (adapters::Unavailable const& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST(RedisResolve, AnAddressIsNotAskedFor) {
    SilentResolver silent;
    for (auto const* const host : {"127.0.0.1", "::1"}) {
        EXPECT_TRUE(resolve({.host = host, .port = "6379"}, for_a(0ms), silent.resolver()));
    }
    EXPECT_EQ(silent.asked(), 0);
}

TEST(RedisResolve, ANameIsLookedUp) {
    EXPECT_TRUE(resolve({.host = "localhost", .port = "6379"}, for_a(5s)));
    auto const nobody = failure({.host = "no.such.invalid", .port = "6379"}, for_a(5s),
                                [](auto...) { return EAI_NONAME; });
    EXPECT_TRUE(nobody.contains("`no.such.invalid`")) << nobody;
}

TEST(RedisResolve, ASilentNameServerCostsNoMoreThanTheDeadline) {
    SilentResolver silent;
    auto const begun = Clock::now();
    auto const line =
        failure({.host = "slow.example", .port = "6379"}, for_a(100ms), silent.resolver());
    EXPECT_TRUE(line.contains("name server")) << line;
    EXPECT_LT(Clock::now() - begun, 3s);
    EXPECT_TRUE(tests::until([&] { return silent.asked() == 1; }));
}

TEST(RedisResolve, AnOrderToStopEndsTheWaitForIt) {
    SilentResolver silent;
    adapters::redis::Stop stop;
    std::jthread const later{[&] {
        tests::until([&] { return silent.asked() == 1; });
        stop.request();
    }};
    EXPECT_THROW(
        resolve({.host = "slow.example", .port = "1"}, for_a(60s, &stop), silent.resolver()),
        adapters::redis::Stopped);
}

TEST(RedisResolve, SilentNameServersDoNotGatherThreadsWithoutEnd) {
    SilentResolver silent;
    std::string line;
    for (int n = 0; n < 40; ++n) {
        line = failure({.host = "slow.example", .port = "6379"}, for_a(1ms), silent.resolver());
    }
    EXPECT_TRUE(line.contains("is not asked for")) << line;
    EXPECT_LE(silent.asked(), 16);
}
