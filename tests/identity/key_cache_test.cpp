// What is remembered of API keys, and for how long.
#include "worker/http/key_cache.h"

#include <gtest/gtest.h>

namespace tests {
namespace {

using namespace std::chrono_literals;
using worker::http::KeyCache;

KeyCache::Clock::time_point const start{1'000s};

adapters::ApiKey numbered(std::int64_t number) {
    adapters::ApiKey key;
    key.number = number;
    return key;
}

TEST(KeyCache, KnowsAKeyForASecond) {
    KeyCache cache;
    EXPECT_FALSE(cache.find("a", start));
    cache.put("a", numbered(1), start);
    EXPECT_EQ(cache.find("a", start + 499ms)->key->number, 1);
    EXPECT_TRUE(cache.find("a", start + 999ms));
    EXPECT_FALSE(cache.find("a", start + 1s));
}

TEST(KeyCache, OneIsToLookItUpAgainBeforeItIsTooOld) {
    KeyCache cache;
    cache.put("a", numbered(1), start);
    EXPECT_FALSE(cache.find("a", start + 499ms)->to_refresh);
    EXPECT_TRUE(cache.find("a", start + 500ms)->to_refresh);
    EXPECT_FALSE(cache.find("a", start + 500ms)->to_refresh) << "the second goes on with it";
    cache.put("a", numbered(2), start + 501ms);
    EXPECT_EQ(cache.find("a", start + 1s)->key->number, 2);
    EXPECT_TRUE(cache.find("a", start + 1'100ms)->to_refresh);
}

TEST(KeyCache, RemembersThatThereIsNoSuchKey) {
    KeyCache cache;
    cache.put("a", std::nullopt, start);
    auto const found = cache.find("a", start + 10ms);
    ASSERT_TRUE(found);
    EXPECT_FALSE(found->key);
}

TEST(KeyCache, GuessesPushNoRealKeyOut) {
    KeyCache cache;
    cache.put("real", numbered(1), start);
    for (std::size_t n = 0; n < 3 * KeyCache::most; ++n) {
        cache.put("guess " + std::to_string(n), std::nullopt, start);
    }
    EXPECT_LE(cache.size(), KeyCache::most);
    EXPECT_TRUE(cache.find("real", start));
}

TEST(KeyCache, StaysBounded) {
    KeyCache cache;
    for (std::size_t n = 0; n < 2 * KeyCache::most + 5; ++n) {
        cache.put(std::to_string(n), numbered(1), start);
    }
    EXPECT_LE(cache.size(), KeyCache::most);
    EXPECT_TRUE(cache.find(std::to_string(2 * KeyCache::most + 4), start));
}

}  // namespace
}  // namespace tests
