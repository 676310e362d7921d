// The private servers as tests in C++ see them; private_server_test.py has the rest.
#include "tests/support/servers.h"

#include <filesystem>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace support {
namespace {

TEST(PrivateServer, TellsWhatItIsAndObeys) {
    PrivateServer redis{{"redis", "--password", "secret"}};
    EXPECT_EQ(redis.url(), "redis://:secret@127.0.0.1:" + std::to_string(redis.port()));
    EXPECT_EQ(redis.command("cli PING").at("answer"), "PONG");
    redis.command("kill");
    EXPECT_EQ(redis.command("cli PING").at("answer"), "");
    EXPECT_THROW(redis.command("fly"), std::runtime_error);
    EXPECT_THROW((void)redis.field("ca"), std::runtime_error);
}

TEST(PrivateServer, LeavesNothingBehind) {
    std::string folder;
    {
        PrivateServer const redis{{"redis"}};
        folder = redis.field("folder");
        EXPECT_TRUE(std::filesystem::exists(folder));
    }
    EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST(PrivateServer, ThrowsWhenItCanNotStart) {
    EXPECT_THROW(PrivateServer({"proxy", "--upstream", "nowhere"}), std::runtime_error);
}

TEST(SharedPostgres, GivesEveryTestADatabaseOfItsOwn) {
    EXPECT_NE(fresh_database(), fresh_database());
    shared_postgres().command("restart immediate");
    EXPECT_EQ(shared_postgres().sql("SELECT 1, 'a  b'"), "1|a  b");
    EXPECT_THROW(shared_postgres().sql("SELECT nothing"), std::runtime_error);
}

TEST(SharedPostgres, CanBeReachedThroughAProxy) {
    PrivateServer proxy{{"proxy", "--upstream", fresh_database()}};
    EXPECT_NE(proxy.port(), shared_postgres().port());
    EXPECT_EQ(proxy.command("drop-commit-answer 1 1").at("mode"), "drop-commit-answer");
    EXPECT_EQ(proxy.command("status").at("commits"), 0);
}

}  // namespace
}  // namespace support
