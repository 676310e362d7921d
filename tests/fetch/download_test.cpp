// Whole files into a file of our own, from servers that do it in all the ways there are.
#include "adapters/fetch/download.h"

#include <cstdio>

#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/fetch/support.h"

namespace tests {
namespace {

using adapters::fetch::download;
using adapters::fetch::Fields;

class Download : public testing::Test {
protected:
    Download() : file_{std::tmpfile()} {}

    ~Download() override { std::fclose(file_); }

    // The error's code; empty: it came whole.
    std::string get(std::string const& path, FetchOptions const& options = for_tests(),
                    Fields const& headers = {}) {
        auto const watch = [this](std::uint64_t done, auto) {
            told = done;
            return done <= stop_after;
        };
        auto const got = download(web().url() + path, headers, ::fileno(file_), options, watch);
        size = got ? got->size : 0;
        return got ? "" : got.error().code;
    }

    Bytes written() {
        Bytes bytes(static_cast<std::size_t>(::lseek(::fileno(file_), 0, SEEK_END)));
        EXPECT_EQ(::pread(::fileno(file_), bytes.data(), bytes.size(), 0), std::ssize(bytes));
        return bytes;
    }

    std::uint64_t size = 0;
    std::uint64_t told = 0;
    std::uint64_t stop_after = UINT64_MAX;

private:
    std::FILE* file_;
};

TEST_F(Download, ComesWholeHoweverTheServerGivesIt) {
    for (auto const* way : {"file", "whole", "chunked", "until-close", "bare", "hop"}) {
        ASSERT_EQ(get(std::string{"/"} + way + (way == std::string{"hop"} ? "/3" : "/50000")), "")
            << way;
        EXPECT_EQ(size, 50'000U) << way;
        EXPECT_EQ(told, 50'000U) << way;
        EXPECT_EQ(written(), content(0, 50'000)) << way;
    }
}

TEST_F(Download, GoesOnWhereItWasCut) {
    ASSERT_EQ(get("/breaks/180000"), "");
    EXPECT_EQ(written(), content(0, 180'000));
    auto const requests = asked();
    ASSERT_EQ(requests.size(), 4U);
    EXPECT_EQ(requests[0].range, "");
    EXPECT_EQ(requests[1].range, "bytes=50000-");
    EXPECT_EQ(requests[1].if_range, "\"v1\"");
    EXPECT_EQ(requests[3].range, "bytes=150000-");
}

TEST_F(Download, NeverPutsTwoFilesTogether) {
    EXPECT_EQ(get("/breaks-changed/180000"), "cut");
    for (auto const& request : asked()) {
        EXPECT_TRUE(request.range.empty() || !request.if_range.empty());
    }
    EXPECT_EQ(get("/breaks-bare/180000"), "cut");
    for (auto const& request : asked()) {
        EXPECT_EQ(request.range, "");
    }
    EXPECT_EQ(get("/breaks-bare/40000"), "");
    EXPECT_EQ(written(), content(0, 40'000));
}

TEST_F(Download, TellsWhyItDoesNotCome) {
    EXPECT_EQ(get("/status/403"), "http_403");
    EXPECT_EQ(get("/status/404"), "http_404");
    EXPECT_EQ(get("/status/500"), "http_status");
    EXPECT_EQ(get("/cut/1000"), "cut");
    EXPECT_EQ(get("/cut-chunks/0"), "cut");
    EXPECT_EQ(get("/gzip/1000"), "encoded");
    auto strict = for_tests();
    strict.allow_private = false;
    EXPECT_EQ(get("/file/10", strict), "forbidden_address");
    strict = for_tests();
    strict.only_https_after = true;
    EXPECT_EQ(get("/hop/2", strict), "bad_url");
}

TEST_F(Download, NoMoreThanTheMostIsTaken) {
    auto options = for_tests();
    options.max_size = 1'000;
    for (auto const* path : {"/whole/1001", "/chunked/1001", "/until-close/1001"}) {
        EXPECT_EQ(get(path, options), "too_large") << path;
        EXPECT_LE(written().size(), 1'000U);
    }
    EXPECT_EQ(get("/whole/1000", options), "");
}

TEST_F(Download, StopsWhenItIsNoLongerWanted) {
    stop_after = 300'000;
    EXPECT_EQ(get("/whole/3000000"), "stopped");
    EXPECT_LT(written().size(), 1'000'000U);
}

TEST_F(Download, HeadersGoToTheirOriginAndNowhereElse) {
    support::PrivateServer other{{"http"}};
    ASSERT_EQ(get("/echo/200", for_tests(), {{"X-Key", "secret"}}), "");
    auto const text = [this] {
        auto const bytes = written();
        return std::string{reinterpret_cast<char const*>(bytes.data()), bytes.size()};
    };
    EXPECT_TRUE(text().contains("secret")) << text();
    ASSERT_EQ(get("/to?url=" + other.url() + "/echo/200", for_tests(), {{"X-Key", "secret"}}), "");
    EXPECT_FALSE(text().contains("secret")) << text();
    EXPECT_EQ(get("/echo/200", for_tests(), {{"X-Key", "a\r\nX-Other: b"}}), "bad_request");
}

}  // namespace
}  // namespace tests
