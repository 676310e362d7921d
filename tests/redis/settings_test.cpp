// What an operator writes about Redis, and what he is told when it is wrong.
#include "adapters/redis/settings.h"

#include <gtest/gtest.h>

#include "adapters/store.h"

using adapters::redis::parse;
using adapters::redis::Settings;
using adapters::redis::to_text;
using adapters::redis::Written;

namespace {

std::string complaint(Written const& written) {
    try {
        parse(written);
    } catch (adapters::Unusable const& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST(RedisSettings, AUrlNamesServerLoginAndDatabase) {
    auto const settings = parse({.url = "rediss://ann:p%40ss%3a@cache.example:6380/3"});
    EXPECT_TRUE(settings.tls);
    EXPECT_EQ(settings.user, "ann");
    EXPECT_EQ(settings.password, "p@ss:");
    EXPECT_EQ(settings.place.host, "cache.example");
    EXPECT_EQ(settings.place.port, "6380");
    EXPECT_EQ(settings.database, 3);
    EXPECT_EQ(to_text(settings), "rediss://cache.example:6380");
}

TEST(RedisSettings, WhatIsLeftOutIsAsUsual) {
    auto const settings = parse({.url = "redis://[::1]"});
    EXPECT_EQ(settings.place.host, "::1");
    EXPECT_EQ(settings.place.port, "6379");
    EXPECT_EQ(settings.database, 0);
    EXPECT_FALSE(settings.tls);
    EXPECT_EQ(to_text(settings), "redis://[::1]:6379");
}

TEST(RedisSettings, AUnixSocketHasAPathAndMayHaveADatabase) {
    auto const settings = parse({.url = "unix:///run/redis.sock?db=2"});
    EXPECT_EQ(settings.place.path, "/run/redis.sock");
    EXPECT_EQ(settings.database, 2);
}

TEST(RedisSettings, KeysOfTheirOwnGoBeforeTheUrl) {
    auto const settings = parse({.url = "redis://a:b@h", .user = "ann", .password = "from a file"});
    EXPECT_EQ(settings.user, "ann");
    EXPECT_EQ(settings.password, "from a file");
}

TEST(RedisSettings, SentinelsNeedNoHostInTheUrl) {
    auto const settings = parse({.url = "rediss://:secret@/1",
                                 .sentinels = {"s1.example:26380", "s2.example"},
                                 .master = "main"});
    EXPECT_TRUE(settings.tls);
    EXPECT_EQ(settings.password, "secret");
    EXPECT_EQ(settings.database, 1);
    ASSERT_EQ(settings.sentinels.size(), 2U);
    EXPECT_EQ(settings.sentinels[0].port, "26380");
    EXPECT_EQ(settings.sentinels[1].port, "26379");
    EXPECT_EQ(parse({.sentinels = {"s1"}, .master = "main"}).sentinels.size(), 1U);
}

TEST(RedisSettings, MistakesNameTheirKeyAndShowNoSecret) {
    for (std::string const url :
         {"hunter2", "http://:hunter2@h", "redis://:hunter2@h:0", "redis://:hunter2@", "unix://x",
          "redis://:hunter2%zz@h", "redis://:hunter2@h:1:2", "redis://:hunter2@[::1", ""}) {
        auto const line = complaint({.url = url});
        EXPECT_TRUE(line.starts_with("redis.url: ")) << url << ": " << line;
        EXPECT_FALSE(line.contains("hunter2")) << line;
    }
    EXPECT_TRUE(complaint({.url = "redis://h/x"}).contains("database"));
    EXPECT_TRUE(complaint({.sentinels = {"a:b:c"}, .master = "m"}).contains("redis.sentinels"));
    EXPECT_TRUE(complaint({.sentinels = {"a"}}).contains("redis.master"));
    EXPECT_TRUE(complaint({.url = "redis://h", .prefix = "a b"}).contains("redis.prefix"));
    EXPECT_TRUE(complaint({.url = "redis://h", .ca_file = "ca.pem"}).contains("rediss"));
    EXPECT_TRUE(complaint({.url = "rediss://h", .cert_file = "a"}).contains("key_file"));
}
