// Requests and answers over one connection.
#include <gtest/gtest.h>

#include "client.h"
#include "served.h"

namespace {

using namespace test_http;

TEST(Connection, AnswersAndStaysOpen) {
    Served served;
    Client client{served.port};
    for (int count = 0; count < 3; ++count) {
        ASSERT_TRUE(client.get("/"));
        auto const reply = client.read();
        EXPECT_EQ(reply.status, 200);
        EXPECT_EQ(reply.body, "ok");
        EXPECT_EQ(reply.header("content-type"), "text/plain");
        EXPECT_EQ(reply.header("content-length"), "2");
        EXPECT_EQ(reply.header("connection"), "");
    }
    EXPECT_EQ(served.figures().requests, 3U);
    EXPECT_EQ(served.figures().connections, 1U);
}

TEST(Connection, SaysWhatEveryAnswerSaysAndNotWhatItRunsOn) {
    Served served;
    Client client{served.port};
    client.get("/");
    auto const reply = client.read();
    EXPECT_EQ(reply.header("x-content-type-options"), "nosniff");
    EXPECT_TRUE(reply.header("date").ends_with(" GMT"));
    EXPECT_FALSE(reply.headers.contains("server"));
}

TEST(Connection, AnswersPipelinedRequestsInOrder) {
    Served served;
    Client client{served.port};
    std::string all;
    for (int count = 0; count < 100; ++count) {
        all += "GET /echo/" + std::to_string(count) + " HTTP/1.1\r\nHost: a\r\n\r\n";
    }
    client.send(all);
    for (int count = 0; count < 100; ++count) {
        auto const reply = client.read();
        EXPECT_TRUE(reply.body.starts_with("GET [echo] [" + std::to_string(count) + "]\n"));
    }
}

TEST(Connection, LetsOthersInBetweenThePipelinedRequestsOfOne) {
    Served served;
    Client greedy{served.port};
    std::string all;
    for (int count = 0; count < 200; ++count) {
        all += "GET /wait HTTP/1.1\r\nHost: a\r\n\r\n";
    }
    greedy.send(all);
    Client other{served.port};
    other.get("/");
    EXPECT_EQ(other.read().status, 200);
    greedy.reset();
}

TEST(Connection, TakesRequestsInAnyPieces) {
    Served served;
    Client client{served.port};
    std::string const bytes =
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5\r\nhello\r\n0\r\n\r\n";
    for (char const byte : bytes) {
        ASSERT_TRUE(client.send({&byte, 1}));
    }
    EXPECT_TRUE(client.read().body.starts_with("POST [echo]\nhello\n"));
}

TEST(Connection, TakesABodyOfTheSizeThatIsAllowed) {
    Served served{{.max_body = 300'000}};
    Client client{served.port};
    std::string const body(300'000, 'b');
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n" + body);
    EXPECT_TRUE(client.read().body.contains(body));
}

TEST(Connection, ToldToCloseCloses) {
    Served served;
    Client client{served.port};
    client.get("/", "Connection: close\r\n");
    EXPECT_EQ(client.read().header("connection"), "close");
    EXPECT_TRUE(client.closes());
}

TEST(Connection, OfOldHttpClosesUnlessAskedNotTo) {
    Served served;
    Client plain{served.port};
    plain.send("GET / HTTP/1.0\r\n\r\n");
    EXPECT_EQ(plain.read().header("connection"), "close");
    EXPECT_TRUE(plain.closes());
    Client kept{served.port};
    kept.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(kept.read().header("connection"), "keep-alive");
    kept.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(kept.read().status, 200);
}

TEST(Connection, HalfClosedByTheClientStillGetsItsAnswer) {
    Served served;
    Client client{served.port};
    client.get("/");
    client.half_close();
    EXPECT_EQ(client.read().status, 200);
    EXPECT_TRUE(client.closes());
}

TEST(Connection, AsksForABodyThatWaits) {
    Served served;
    Client client{served.port};
    client.send(
        "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
        "Content-Length: 5\r\n\r\n");
    EXPECT_EQ(client.read().status, 100);
    client.send("hello");
    EXPECT_EQ(client.read().status, 200);
}

TEST(Connection, DoesNotAskForABodyThatIsTooLarge) {
    Served served;
    Client client{served.port};
    client.send(
        "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
        "Content-Length: 500000000\r\n\r\n");
    auto const reply = client.read();
    EXPECT_EQ(reply.status, 413);
    EXPECT_TRUE(reply.body.starts_with("body_too_large"));
    EXPECT_TRUE(client.closes());
}

TEST(Connection, LetsARefusalBeReadWhileTheBodyIsStillSent) {
    Served served;
    Client client{served.port};
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 500000000\r\n\r\n");
    client.send(std::string(500'000, 'x'));
    EXPECT_EQ(client.read().status, 413);
}

TEST(Head, HasTheHeadersOfGetAndNoBody) {
    Served served;
    Client client{served.port};
    client.send("HEAD /text/5000 HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
    auto const head = client.read(true);
    EXPECT_EQ(head.header("content-length"), "5000");
    EXPECT_EQ(client.read().body, "ok");
}

TEST(Answer, WithoutContentHasNoLength) {
    Served served;
    Client client{served.port};
    client.get("/nothing");
    auto const reply = client.read();
    EXPECT_EQ(reply.status, 204);
    EXPECT_FALSE(reply.headers.contains("content-length"));
    client.get("/");
    EXPECT_EQ(client.read().status, 200);
}

TEST(Answer, LargerThanTheSocketsBuffersComesWhole) {
    Served served;
    Client client{served.port};
    client.get("/text/6000000");
    EXPECT_EQ(client.read().body.size(), 6'000'000U);
}

TEST(Answer, IsCompressedWhereThatIsAccepted) {
    Served served;
    Client client{served.port};
    client.get("/text/50000", "Accept-Encoding: gzip\r\n");
    auto const packed = client.read();
    EXPECT_EQ(packed.header("content-encoding"), "gzip");
    EXPECT_EQ(packed.header("vary"), "Accept-Encoding");
    EXPECT_EQ(packed.header("etag"), "W/\"abc\"");
    EXPECT_LT(packed.body.size(), 5'000U);
    client.get("/text/50000");
    auto const plain = client.read();
    EXPECT_EQ(plain.header("content-encoding"), "");
    EXPECT_EQ(plain.header("vary"), "Accept-Encoding");
    EXPECT_EQ(plain.header("etag"), "\"abc\"");
    EXPECT_EQ(plain.body.size(), 50'000U);
}

TEST(Answer, IsNotCompressedWhereThatIsOffOrNotWorthIt) {
    Served served{{.gzip = false}};
    Client client{served.port};
    client.get("/text/50000", "Accept-Encoding: gzip\r\n");
    EXPECT_EQ(client.read().header("content-encoding"), "");
    Served other;
    Client small{other.port};
    small.get("/text/1024", "Accept-Encoding: gzip\r\n");
    EXPECT_EQ(small.read().header("content-encoding"), "");
}

TEST(Answer, OfAHandlerThatThrewIsRefusedAndTold) {
    Served served;
    Client client{served.port};
    client.get("/throw", "X-Request-Id: mine\r\nAccept-Language: zh\r\n");
    auto const reply = client.read();
    EXPECT_EQ(reply.status, 500);
    EXPECT_EQ(reply.body, "internal zh mine");
    client.get("/");
    EXPECT_EQ(client.read().status, 200);
    auto const told = served.told();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told.front(), "GET /throw (mine): this was meant to fail");
}

TEST(Answer, IsThereEvenWhereARefusalThrows) {
    Served served;
    served.handler.refuses = false;
    Client client{served.port};
    client.get("/throw");
    EXPECT_EQ(client.read().status, 500);
}

TEST(Answer, CannotBeSplitByAHeader) {
    Served served;
    Client client{served.port};
    client.get("/bad-header");
    auto const reply = client.read();
    EXPECT_EQ(reply.status, 200);
    EXPECT_FALSE(reply.headers.contains("x-two"));
    EXPECT_FALSE(reply.headers.contains("x-evil"));
}

TEST(RequestIds, ComeBack) {
    Served served;
    Client client{served.port};
    client.get("/echo", "X-Request-Id: abc-123\r\n");
    auto const mine = client.read();
    EXPECT_EQ(mine.header("x-request-id"), "abc-123");
    EXPECT_TRUE(mine.body.ends_with("\nabc-123\n"));
}

TEST(RequestIds, AreMadeWhereNoneIsSane) {
    Served served;
    Client client{served.port};
    client.get("/", "X-Request-Id: a b\r\n");
    auto const one = client.read().header("x-request-id");
    client.get("/");
    auto const other = client.read().header("x-request-id");
    EXPECT_EQ(one.size(), 15U);
    EXPECT_EQ(other.size(), 15U);
    EXPECT_NE(one, other);
}

TEST(Remote, IsThePeerUnlessItIsATrustedProxy) {
    Served strangers;
    Client client{strangers.port};
    client.get("/echo", "X-Forwarded-For: 5.6.7.8\r\n");
    EXPECT_TRUE(client.read().body.contains("\n127.0.0.1\n"));
    Served trusting{{.trusted_proxies = {"127.0.0.1"}}};
    Client proxy{trusting.port};
    proxy.get("/echo", "X-Forwarded-For: 5.6.7.8\r\n");
    EXPECT_TRUE(proxy.read().body.contains("\n5.6.7.8\n"));
}

std::string const ask =
    "OPTIONS /x HTTP/1.1\r\nHost: a\r\nOrigin: https://a.example\r\n"
    "Access-Control-Request-Method: POST\r\n\r\n";

TEST(Cors, IsOffUnlessConfigured) {
    Served served;
    Client client{served.port};
    client.send(ask);
    auto const reply = client.read();
    EXPECT_EQ(reply.status, 200);  // the handler's
    EXPECT_FALSE(reply.headers.contains("access-control-allow-origin"));
}

TEST(Cors, AnswersForOriginsThatAreAllowed) {
    Served served{{.cors_origins = {"https://a.example"}}};
    Client client{served.port};
    client.send(ask);
    auto const asked = client.read();
    EXPECT_EQ(asked.status, 204);
    EXPECT_EQ(asked.header("access-control-allow-origin"), "https://a.example");
    EXPECT_TRUE(asked.header("access-control-allow-methods").contains("POST"));
    EXPECT_TRUE(asked.header("access-control-allow-headers").contains("X-Api-Key"));
    client.get("/", "Origin: https://a.example\r\n");
    auto const reply = client.read();
    EXPECT_EQ(reply.header("access-control-allow-origin"), "https://a.example");
    EXPECT_EQ(reply.header("vary"), "Origin");
}

TEST(Cors, SaysNothingToOtherOrigins) {
    Served served{{.cors_origins = {"https://b.example"}}};
    Client client{served.port};
    client.send(ask);
    auto const asked = client.read();
    EXPECT_FALSE(asked.headers.contains("access-control-allow-origin"));
    EXPECT_FALSE(asked.headers.contains("access-control-allow-methods"));
    client.get("/", "Origin: https://a.example\r\n");
    EXPECT_FALSE(client.read().headers.contains("access-control-allow-origin"));
}

TEST(Cors, IsForAllWhereThatIsConfigured) {
    Served served{{.cors_origins = {"*"}}};
    Client client{served.port};
    client.get("/throw", "Origin: https://a.example\r\n");
    EXPECT_EQ(client.read().header("access-control-allow-origin"), "*");
}

}  // namespace
