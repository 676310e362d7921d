// The section `redis`: where each key may come from, and that no complaint shows a secret.
#include <gtest/gtest.h>

#include "tests/config/files.h"

namespace config {
namespace {

TEST(RedisKeys, WithoutThemThereIsNoRedis) {
    auto const loaded = load_text("data_dir: d\n");
    ASSERT_TRUE(loaded.value);
    EXPECT_FALSE(loaded.value->redis.there());
    auto const shipped = load_settings("", {}).value.value();
    EXPECT_FALSE(shipped.redis.there());
    EXPECT_EQ(shipped.redis.prefix, Redis{}.prefix);
    EXPECT_EQ(shipped.redis.timeout, Redis{}.timeout);
    EXPECT_EQ(shipped.redis.intake, Redis{}.intake);
}

TEST(RedisKeys, EachOfThem) {
    Folder folder;
    folder.write("secret", "hunter2\r\n");
    auto const file = folder.write(
        "tallyman.yaml",
        "redis: {url: 'rediss://h:1/2', user: ann, password_file: secret, prefix: tm,\n"
        "  sentinels: [a:1, b], master: main, sentinel_password: other, ca_file: ca.pem,\n"
        "  cert_file: /c.pem, key_file: /k.pem, timeout: 250ms, intake: false}\n");
    auto const loaded = load_settings(file, {});
    ASSERT_TRUE(loaded.value) << to_text(loaded.problems[0]);
    auto const& redis = loaded.value->redis;
    EXPECT_TRUE(redis.there());
    EXPECT_EQ(redis.url, "rediss://h:1/2");
    EXPECT_EQ(redis.user, "ann");
    EXPECT_EQ(redis.password, "hunter2");
    EXPECT_EQ(redis.prefix, "tm");
    EXPECT_EQ(redis.sentinels, (Lines{"a:1", "b"}));
    EXPECT_EQ(redis.master, "main");
    EXPECT_EQ(redis.sentinel_password, "other");
    EXPECT_EQ(redis.ca_file, folder.path() / "ca.pem");
    EXPECT_EQ(redis.cert_file, "/c.pem");
    EXPECT_EQ(redis.key_file, "/k.pem");
    EXPECT_EQ(redis.timeout, base::Millis{250});
    EXPECT_FALSE(redis.intake);
}

TEST(RedisKeys, HaveVariablesAndAVariableReplacesTheTwinInTheFile) {
    Folder folder;
    auto const secret = folder.write("secret", "from-file").string();
    auto const loaded = load_text("redis: {password: from-text, url: 'redis://h'}\n",
                                  {{"TALLYMAN_REDIS_PASSWORD_FILE", secret},
                                   {"TALLYMAN_REDIS_URL", ""},
                                   {"TALLYMAN_REDIS_SENTINELS", "[a, b]"},
                                   {"TALLYMAN_REDIS_MASTER", "main"}});
    ASSERT_TRUE(loaded.value) << to_text(loaded.problems[0]);
    EXPECT_EQ(loaded.value->redis.password, "from-file");
    EXPECT_EQ(loaded.value->redis.url, "");
    EXPECT_EQ(loaded.value->redis.sentinels, (Lines{"a", "b"}));
}

TEST(RedisKeys, MistakesNameTheKeyAndShowNoSecret) {
    EXPECT_EQ(mistakes("redis: {url: 'http://:hunter2@h'}\n"),
              Lines{"1: redis.url: expected redis://HOST:PORT, rediss://… or unix:///PATH (what "
                    "was given is not shown)"});
    EXPECT_EQ(mistakes("redis: {url: 'redis://h', url_file: /nonexistent}\n").size(), 2U);
    EXPECT_EQ(mistakes("redis: {sentinels: [a]}\n"),
              Lines{"1: redis.master: expected exactly where there are `sentinels`"});
    EXPECT_EQ(mistakes("redis: {pasword: x}\n"),
              Lines{"1: redis.pasword: unknown key; did you mean `password`?"});
    EXPECT_EQ(mistakes("redis: {password: [hunter2]}\n"),
              Lines{"1: redis.password: expected a text (what was given is not shown)"});
}

}  // namespace
}  // namespace config
