// Files as answers.
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "client.h"
#include "served.h"

namespace {

using namespace test_http;

class Files : public testing::Test {
protected:
    Files() {
        for (int count = 0; count < 300'000; ++count) {
            content += static_cast<char>(count * 7 % 251);
        }
        write(content);
        served.handler.file = folder / "audio";
    }

    ~Files() override { std::filesystem::remove_all(folder); }

    void write(std::string const& bytes) const {
        std::ofstream{folder / "audio", std::ios::binary} << bytes;
    }

    Reply get(std::string const& more) {
        client.get("/file", more);
        return client.read();
    }

    std::filesystem::path folder = temporary_folder();
    std::string content;
    Served served;
    Client client{served.port};
};

TEST_F(Files, ComeWhole) {
    auto const reply = get("");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, content);
    EXPECT_EQ(reply.header("content-type"), "audio/mpeg");
    EXPECT_EQ(reply.header("accept-ranges"), "bytes");
    EXPECT_EQ(reply.header("etag"), "\"tag\"");
}

TEST_F(Files, ComeInParts) {
    auto const reply = get("Range: bytes=100-70099\r\n");
    EXPECT_EQ(reply.status, 206);
    EXPECT_EQ(reply.body, content.substr(100, 70'000));
    EXPECT_EQ(reply.header("content-range"), "bytes 100-70099/300000");
    EXPECT_EQ(get("Range: bytes=-5\r\n").body, content.substr(299'995));
}

TEST_F(Files, HaveNoPartsBeyondTheirEnd) {
    auto const reply = get("Range: bytes=300000-\r\n");
    EXPECT_EQ(reply.status, 416);
    EXPECT_EQ(reply.header("content-range"), "bytes */300000");
    EXPECT_TRUE(reply.body.starts_with("range_not_satisfiable"));
    EXPECT_EQ(get("").status, 200);
}

TEST_F(Files, ComeWholeForSeveralRangesOrAnotherVersion) {
    EXPECT_EQ(get("Range: bytes=0-1,5-6\r\n").status, 200);
    EXPECT_EQ(get("Range: bytes=0-1\r\nIf-Range: \"old\"\r\n").status, 200);
    EXPECT_EQ(get("Range: bytes=0-1\r\nIf-Range: \"tag\"\r\n").status, 206);
}

TEST_F(Files, DoNotComeAgainWhereTheyAreKnown) {
    auto const reply = get("If-None-Match: \"tag\"\r\n");
    EXPECT_EQ(reply.status, 304);
    EXPECT_EQ(reply.header("etag"), "\"tag\"");
    EXPECT_FALSE(reply.headers.contains("content-length"));
    EXPECT_EQ(get("").status, 200);
}

TEST_F(Files, ShowTheirHeadAlone) {
    client.send("HEAD /file HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1\r\n\r\n");
    auto const head = client.read(true);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.header("content-length"), "300000");
    EXPECT_EQ(get("").body.size(), 300'000U);
}

TEST_F(Files, ThatAreEmptyAreAnswers) {
    write("");
    auto const reply = get("");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.header("content-length"), "0");
}

TEST_F(Files, ThatAreNotThereOrNoFilesAreAnError) {
    served.handler.file = folder / "other";
    EXPECT_EQ(get("").status, 500);
    served.handler.file = folder;
    EXPECT_EQ(get("").status, 500);
    EXPECT_EQ(served.told().size(), 2U);
}

TEST_F(Files, ThatGetShorterBreakTheConnection) {
    std::filesystem::resize_file(served.handler.file, 80'000'000);
    client.get("/file");
    client.read_bytes(1);
    std::filesystem::resize_file(served.handler.file, 1'000);
    EXPECT_TRUE(client.closes());
    EXPECT_TRUE(eventually([&] { return served.told().size() == 1; }));
}

}  // namespace
