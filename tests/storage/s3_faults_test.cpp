// What a server of S3's protocol does wrong, and what is sent to it, byte by byte.
#include <fstream>

#include <gtest/gtest.h>

#include "adapters/storage/s3.h"
#include "tests/support/temp_dir.h"

namespace adapters::storage {
namespace {

using Reply = std::expected<S3Reply, std::string>;

class S3Faults : public testing::Test {
protected:
    S3Faults() { std::ofstream{file} << "0123456789"; }

    std::unique_ptr<ArtifactStore> make(std::vector<Reply> answers, S3Options options = {}) {
        options.endpoint =
            options.endpoint.empty() ? "https://S3.example.com:443" : options.endpoint;
        options.bucket = "b";
        options.region = "eu-1";
        options.key = "id";
        options.secret = "secret";
        replies = std::move(answers);
        return make_s3(options, {.send = [this](S3Call const& call) -> Reply {
                                     calls.push_back(call);
                                     auto const at = std::min(calls.size(), replies.size());
                                     return replies[at - 1];
                                 },
                                 .now = [] { return base::from_ms(1'369'353'600'000); },
                                 .wait = [this](base::Millis time) { waits.push_back(time); }});
    }

    static Reply says(int status, std::string body = {}) {
        return S3Reply{.status = status, .headers = {}, .body = std::move(body)};
    }

    std::string header(std::size_t call, std::string const& name) {
        for (auto const& [each, value] : calls.at(call).headers) {
            if (each == name) {
                return value;
            }
        }
        return "";
    }

    support::TempDir dir;
    std::filesystem::path file = dir.path() / "file";
    std::vector<Reply> replies;
    std::vector<S3Call> calls;
    std::vector<base::Millis> waits;
};

TEST_F(S3Faults, ABusyServerIsAskedAgainAndNotForEver) {
    auto const busy = says(503, "<Error><Code>SlowDown</Code><Message>later</Message></Error>");
    EXPECT_TRUE(make({busy, std::unexpected{"lost"}, says(200)})->put("k", file, "a/b"));
    EXPECT_EQ(waits, (std::vector{base::Millis{200}, base::Millis{400}}));
    calls.clear();
    auto const never = make({busy})->put("k", file, "a/b");
    EXPECT_EQ(calls.size(), 5U);
    EXPECT_EQ(never.error().code, "unavailable");
    EXPECT_EQ(never.error().message, "S3 answers 503 SlowDown: later");
}

TEST_F(S3Faults, ARefusalIsNotAskedAgain) {
    auto const no = make({says(403, "<Error><Code>AccessDenied</Code></Error>")});
    EXPECT_EQ(no->put("k", file, "a/b").error().code, "denied");
    EXPECT_EQ(calls.size(), 1U);
    calls.clear();
    EXPECT_EQ(make({says(404)})->put("k", file, "a/b").error().code, "not_found");
}

TEST_F(S3Faults, PartsThatAreNotPutTogetherAreThrownAway) {
    auto const s3 =
        make({says(200, "<UploadId>u&amp;1</UploadId>"), says(200), says(200), says(200),
              says(200, "<Error><Code>InvalidPart</Code></Error>"), says(204)},
             {.part_size = 4});
    EXPECT_EQ(s3->put("k", file, "a/b").error().code, "refused");
    ASSERT_EQ(calls.size(), 6U);
    EXPECT_EQ(calls[1].url, "https://s3.example.com/b/k?partNumber=1&uploadId=u%261");
    EXPECT_EQ(calls[3].body, "89");
    EXPECT_EQ(calls[5].method, "DELETE");
    EXPECT_EQ(calls[5].url, "https://s3.example.com/b/k?uploadId=u%261");
}

TEST_F(S3Faults, AServerWithoutRangesGivesTheWhole) {
    auto const s3 = make({says(200, "0123456789")});
    EXPECT_EQ(s3->read("k", 2, 3).value(), "234");
    EXPECT_EQ(s3->read("k", 20, 3).value(), "");
    EXPECT_EQ(s3->size("k").value(), 10U);
}

TEST_F(S3Faults, TheBucketMayBePartOfTheHostsName) {
    auto const s3 = make({says(204)}, {.endpoint = "http://s3.local:9000", .path_style = false});
    EXPECT_TRUE(s3->remove("1/a"));
    EXPECT_EQ(calls[0].url, "http://b.s3.local:9000/1/a");
    auto const listed = make({says(200)}, {.endpoint = "http://s3.local", .path_style = false});
    calls.clear();
    EXPECT_TRUE(listed->list("", 1)->empty());
    EXPECT_EQ(calls[0].url, "http://b.s3.local/?list-type=2&max-keys=1&prefix=");
}

TEST_F(S3Faults, ASessionTokenIsSentAndSigned) {
    EXPECT_TRUE(make({says(204)}, {.session_token = "token"})->remove("a"));
    EXPECT_EQ(header(0, "x-amz-security-token"), "token");
    EXPECT_TRUE(header(0, "Authorization").contains("x-amz-date;x-amz-security-token,"));
    EXPECT_EQ(header(0, "x-amz-date"), "20130524T000000Z");
}

}  // namespace
}  // namespace adapters::storage
