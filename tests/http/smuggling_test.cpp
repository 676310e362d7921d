// Bytes that another server in front might understand in another way: refused, and closed, so that
// nothing of them can be a second request.
#include <string>

#include <gtest/gtest.h>

#include "client.h"
#include "served.h"

namespace {

using namespace test_http;

struct Shape {
    char const* name;
    std::string bytes;
    int status;
};

std::string post(std::string const& fields, std::string const& body = "") {
    return "POST /echo HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}

std::vector<Shape> shapes() {
    std::string const chunked = "Transfer-Encoding: chunked\r\n";
    std::string const five = "Content-Length: 5\r\n";
    return {
        {"TwoLengths", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello!"), 400},
        {"TheSameLengthTwice", post(five + five, "hello"), 400},
        {"ListOfLengths", post("Content-Length: 5, 5\r\n", "hello"), 400},
        {"LengthAndChunked", post(five + chunked, "0\r\n\r\n"), 400},
        {"ChunkedAndLength", post(chunked + five, "0\r\n\r\n"), 400},
        {"ChunkedTwice", post(chunked + chunked, "0\r\n\r\n"), 400},
        {"ChunkedInAListTwice", post("Transfer-Encoding: chunked, chunked\r\n"), 501},
        {"Identity", post("Transfer-Encoding: identity\r\n" + five, "hello"), 400},
        {"IdentityAlone", post("Transfer-Encoding: identity\r\n"), 501},
        {"GzipThenChunked", post("Transfer-Encoding: gzip, chunked\r\n"), 501},
        {"ChunkedWithAVerticalTab", post("Transfer-Encoding: \vchunked\r\n"), 400},
        {"ChunkedInQuotes", post("Transfer-Encoding: \"chunked\"\r\n"), 501},
        {"NegativeLength", post("Content-Length: -5\r\n"), 400},
        {"LengthWithPlus", post("Content-Length: +5\r\n", "hello"), 400},
        {"LengthInHex", post("Content-Length: 0x5\r\n", "hello"), 400},
        {"EmptyLength", post("Content-Length: \r\n"), 400},
        {"LengthBeyondSixtyFourBits", post("Content-Length: 18446744073709551621\r\n"), 400},
        {"FoldedLine", post("X: a\r\n b\r\n"), 400},
        {"FoldedWithATab", post("Transfer-Encoding:\r\n\tchunked\r\n"), 400},
        {"SpaceBeforeTheFirstHeader", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
        {"SpaceBeforeTheColon", post("Content-Length : 5\r\n", "hello"), 400},
        {"NoColon", post("Content-Length\r\n"), 400},
        {"EmptyName", post(": 5\r\n"), 400},
        {"BareLineFeed", "GET / HTTP/1.1\nHost: a\n\n", 400},
        {"BareLineFeedBetweenHeaders", post("X: a\nY: b\r\n"), 400},
        {"BareCarriageReturn", post("X: a\rY: b\r\n"), 400},
        {"NulInAValue", post(std::string{"X: a\0b\r\n", 8}), 400},
        {"NulInAName", post(std::string{"X\0: b\r\n", 7}), 400},
        {"ChunkSizeWithoutDigits", post(chunked, "\r\nhello\r\n0\r\n\r\n"), 400},
        {"ChunkSizeWithPlus", post(chunked, "+5\r\nhello\r\n0\r\n\r\n"), 400},
        {"ChunkSizeWithPrefix", post(chunked, "0x5\r\nhello\r\n0\r\n\r\n"), 400},
        {"ChunkSizeWithSpaceBefore", post(chunked, " 5\r\nhello\r\n0\r\n\r\n"), 400},
        {"NegativeChunkSize", post(chunked, "-1\r\nhello\r\n0\r\n\r\n"), 400},
        {"ChunkSizeBeyondSixtyFourBits", post(chunked, "10000000000000005\r\nhello\r\n"), 400},
        {"ChunkEndedByALineFeed", post(chunked, "5\nhello\r\n0\r\n\r\n"), 400},
        {"ChunkLongerThanItSays", post(chunked, "4\r\nhello\r\n0\r\n\r\n"), 400},
        {"ChunkDataEndedByALineFeed", post(chunked, "5\r\nhello\n0\r\n\r\n"), 400},
        {"LineFeedInAnExtension", post(chunked, "5;a\nb\r\nhello\r\n0\r\n\r\n"), 400},
        {"LengthInATrailer", post(chunked, "0\r\nContent-Length: 5\r\n\r\n"), 400},
        {"ChunkedInOldHttp", "POST / HTTP/1.0\r\n" + chunked + "\r\n0\r\n\r\n", 400},
        {"TwoSpacesInTheRequestLine", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"TabInTheRequestLine", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"NoVersion", "GET /\r\nHost: a\r\n\r\n", 400},
        {"OtherVersion", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
        {"VersionInLowerCase", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
        {"TwoHosts", post("Host: b\r\n"), 400},
        {"AuthorityForm", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"AsteriskForm", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"RelativeForm", "GET echo HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"OtherScheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"Fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    };
}

class Smuggling : public testing::TestWithParam<Shape> {};

TEST_P(Smuggling, IsRefusedAndTheConnectionCloses) {
    Served served;
    Client client{served.port};
    ASSERT_TRUE(client.send(GetParam().bytes));
    client.send("GET /second HTTP/1.1\r\nHost: a\r\n\r\n");
    auto const reply = client.read();
    EXPECT_EQ(reply.status, GetParam().status);
    EXPECT_EQ(reply.header("connection"), "close");
    client.half_close();
    EXPECT_EQ(client.read_bytes(1), "");
    EXPECT_EQ(served.figures().requests, 0U);
    EXPECT_EQ(served.figures().refused, 1U);
}

INSTANTIATE_TEST_SUITE_P(All, Smuggling, testing::ValuesIn(shapes()),
                         [](auto const& info) { return std::string{info.param.name}; });

}  // namespace
