// Objects in a real server that speaks S3's protocol and checks each signature.
#include "adapters/storage/s3.h"

#include <fstream>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "adapters/fetch/exchange.h"
#include "tests/support/servers.h"
#include "tests/support/temp_dir.h"

namespace adapters::storage {
namespace {

support::PrivateServer& server() {
    static support::PrivateServer one{{"s3"}};
    return one;
}

S3World world() {
    return {
        .send = [](S3Call const& call) -> std::expected<S3Reply, std::string> {
            fetch::FetchOptions options;
            options.allow_private = true;
            options.allow_any_port = true;
            auto answer =
                fetch::exchange({call.method, call.url, call.headers, call.body}, options);
            if (!answer) {
                return std::unexpected{answer.error().message};
            }
            return S3Reply{static_cast<int>(answer->status), std::move(answer->headers),
                           std::move(answer->body)};
        },
        .now =
            [] {
                return std::chrono::time_point_cast<base::Millis>(std::chrono::system_clock::now());
            },
        .wait = [](base::Millis time) { std::this_thread::sleep_for(time); }};
}

S3Options options() {
    return {.endpoint = server().url(),
            .region = "us-east-1",
            .bucket = server().field("bucket"),
            .prefix = "results/",
            .key = server().field("key"),
            .secret = server().field("secret"),
            .session_token = {},
            .first_pause = base::Millis{10}};
}

class S3Server : public testing::Test {
protected:
    std::filesystem::path file(std::string const& content) {
        auto const path = dir.path() / "file";
        std::ofstream{path, std::ios::binary} << content;
        return path;
    }

    support::TempDir dir;
    std::unique_ptr<ArtifactStore> s3 = make_s3(options(), world());
};

TEST_F(S3Server, WhatWasPutIsReadInParts) {
    ASSERT_TRUE(s3->put("1/a.mp3", file("0123456789"), "audio/mpeg"));
    EXPECT_EQ(s3->size("1/a.mp3").value(), 10U);
    EXPECT_EQ(s3->read("1/a.mp3", 0, 100).value(), "0123456789");
    EXPECT_EQ(s3->read("1/a.mp3", 3, 4).value(), "3456");
    EXPECT_EQ(s3->read("1/a.mp3", 8, 10).value(), "89");
    EXPECT_EQ(s3->read("1/a.mp3", 10, 1).value(), "");
    ASSERT_TRUE(s3->put("1/a.mp3", file("new"), "audio/mpeg"));
    EXPECT_EQ(s3->read("1/a.mp3", 0, 100).value(), "new");
}

TEST_F(S3Server, WhatIsNotThereIsToldApart) {
    EXPECT_EQ(s3->size("2/none").value(), std::nullopt);
    EXPECT_EQ(s3->read("2/none", 0, 1).error().code, "not_found");
    EXPECT_TRUE(s3->remove("2/none"));
}

TEST_F(S3Server, RemovedIsGone) {
    ASSERT_TRUE(s3->put("3/a", file("x"), "text/plain"));
    ASSERT_TRUE(s3->remove("3/a"));
    EXPECT_EQ(s3->size("3/a").value(), std::nullopt);
}

TEST_F(S3Server, LargeFilesGoInPartsAndComeBackWhole) {
    auto in_parts = options();
    in_parts.part_size = 5 << 20;  // the least that S3 takes
    auto const large = make_s3(in_parts, world());
    std::string content;
    for (int i = 0; content.size() < (11U << 20); ++i) {
        content += fmt::format("{:08}", i);
    }
    ASSERT_TRUE(large->put("4/large.mp4", file(content), "video/mp4"));
    EXPECT_EQ(s3->size("4/large.mp4").value(), content.size());
    auto const seam = (5U << 20) - 50;
    EXPECT_EQ(s3->read("4/large.mp4", seam, 100).value(), content.substr(seam, 100));
    EXPECT_EQ(s3->read("4/large.mp4", 0, content.size()).value(), content);
}

TEST_F(S3Server, AListGoesOnBehindAKey) {
    for (auto const* key : {"5/a", "5/b", "6/a b+ü"}) {
        ASSERT_TRUE(s3->put(key, file(key), "text/plain")) << key;
    }
    auto const first = s3->list("4~", 10).value();
    ASSERT_EQ(first.size(), 3U);
    EXPECT_EQ(first[0].key, "5/a");
    EXPECT_EQ(first[1].key, "5/b");
    EXPECT_EQ(first[1].size, 3U);
    EXPECT_GT(first[0].changed, base::from_ms(1'700'000'000'000));
    auto const rest = s3->list("5/b", 10).value();
    ASSERT_EQ(rest.size(), 1U);
    EXPECT_EQ(rest[0].key, "6/a b+ü");
}

TEST_F(S3Server, AWrongSecretIsDeniedAndNotTriedAgain) {
    auto wrong = options();
    wrong.secret = "another";
    auto const refused = make_s3(wrong, world())->put("7/a", file("x"), "text/plain");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "denied");
    EXPECT_TRUE(refused.error().message.contains("SignatureDoesNotMatch"))
        << refused.error().message;
}

TEST_F(S3Server, AFileThatCanNotBeReadIsNotPut) {
    EXPECT_EQ(s3->put("8/a", dir.path() / "none", "text/plain").error().code, "unreadable");
}

}  // namespace
}  // namespace adapters::storage
