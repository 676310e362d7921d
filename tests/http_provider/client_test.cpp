// The client against a server in the same process that does as each test says.
#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include "adapters/fetch/web/web.h"

namespace {

namespace asio = boost::asio;
using adapters::WebAnswer;
using adapters::WebError;
using adapters::WebRequest;
using adapters::fetch::WebClient;
using adapters::fetch::WebOptions;
using asio::ip::tcp;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

std::string ok(std::string const& body, std::string const& more = "") {
    return "HTTP/1.1 200 OK\r\n" + more + "Content-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

// Answers each request with the next text. "-" is none: the connection ends. What ends with "-"
// is followed by the end.
class Server {
public:
    explicit Server(asio::io_context& io)
        : acceptor_{io, tcp::endpoint{asio::ip::address_v4::loopback(), 0}} {
        asio::co_spawn(io, accept(), [](std::exception_ptr) {});
    }

    void stop() { acceptor_.close(); }

    std::string url(std::string const& path = "/x") const {
        return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + path;
    }

    std::deque<std::string> answers;
    std::vector<std::string> heads;
    int connections = 0;

private:
    asio::awaitable<void> accept() {
        while (true) {
            auto [error, socket] = co_await acceptor_.async_accept(as_values);
            if (error) {
                co_return;
            }
            connections += 1;
            asio::co_spawn(acceptor_.get_executor(), serve(std::move(socket)),
                           [](std::exception_ptr) {});
        }
    }

    asio::awaitable<void> serve(tcp::socket socket) {
        std::string buffer;
        while (true) {
            auto const [error, size] = co_await asio::async_read_until(
                socket, asio::dynamic_buffer(buffer), "\r\n\r\n", as_values);
            if (error || answers.empty()) {
                co_return;
            }
            heads.push_back(buffer.substr(0, size));
            buffer.clear();
            auto answer = answers.front();
            answers.pop_front();
            bool const ends = answer.ends_with('-');
            if (ends) {
                answer.pop_back();
            }
            if (answer == "silence") {
                asio::steady_timer timer{socket.get_executor(), std::chrono::seconds{5}};
                co_await timer.async_wait(as_values);
                co_return;
            }
            co_await asio::async_write(socket, asio::buffer(answer), as_values);
            if (ends) {
                co_return;
            }
        }
    }

    tcp::acceptor acceptor_;
};

class WebClientTest : public testing::Test {
protected:
    std::expected<WebAnswer, WebError> ask(WebRequest request) {
        std::optional<std::expected<WebAnswer, WebError>> result;
        asio::co_spawn(io, client->ask(std::move(request)), [&](std::exception_ptr error, auto r) {
            EXPECT_FALSE(error);
            result.emplace(std::move(r));
        });
        io.restart();
        while (!result && io.run_one() > 0) {
        }
        return std::move(*result);
    }

    std::expected<WebAnswer, WebError> get(std::string const& path = "/x") {
        return ask({.method = "GET", .url = server.url(path), .repeatable = true});
    }

    std::expected<WebAnswer, WebError> post(std::string body = "hello") {
        return ask({.method = "POST", .url = server.url(), .body = std::move(body)});
    }

    void connect_with(WebOptions options) {
        options.user_agent = "test";
        client = std::make_unique<WebClient>(io.get_executor(), std::move(options));
    }

    WebClientTest() { connect_with({.allow_private = true}); }

    asio::io_context io;
    Server server{io};
    std::unique_ptr<WebClient> client;
};

TEST_F(WebClientTest, ConnectionsAreKeptAndUsedAgain) {
    for (int i = 0; i < 3; ++i) {
        server.answers.push_back(ok("a", "X-Request-Id: r1\r\n"));
        auto const answer = get();
        ASSERT_TRUE(answer) << answer.error().message;
        EXPECT_EQ(answer->body, "a");
        EXPECT_EQ(answer->header("x-request-id"), "r1");
    }
    EXPECT_EQ(server.connections, 1);
    EXPECT_TRUE(server.heads[0].starts_with("GET /x HTTP/1.1\r\nHost: 127.0.0.1:"));
}

TEST_F(WebClientTest, ChunkedBodiesAndThoseThatEndWithTheConnectionAreRead) {
    server.answers = {
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n"
        "0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nuntil the end-"};
    EXPECT_EQ(get()->body, "abcde");
    EXPECT_EQ(get()->body, "until the end");
}

TEST_F(WebClientTest, ARedirectIsAnAnswer) {
    server.answers = {
        "HTTP/1.1 302 Found\r\nLocation: http://a.example/\r\n"
        "Content-Length: 0\r\n\r\n"};
    EXPECT_EQ(post()->status, 302U);
}

TEST_F(WebClientTest, WhatBreaksAfterWritingIsLostAndSaysSo) {
    for (auto const& [answer, code] :
         {std::pair{"-", "lost"},
          {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc-", "cut"},
          {"HTTP/1.1 200 OK\r\nContent-Len-", "cut"},
          {"rubbish\r\n\r\n-", "bad_answer"},
          {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx-",
           "bad_answer"}}) {
        server.answers = {answer};
        auto const result = post();
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, code);
        EXPECT_TRUE(result.error().written) << answer;
    }
    EXPECT_EQ(server.heads.size(), 5U);  // none was sent twice
}

TEST_F(WebClientTest, ASilentServerIsGivenUp) {
    server.answers = {"silence"};
    auto const result = ask({.method = "POST",
                             .url = server.url(),
                             .body = "x",
                             .first_byte_timeout = base::Millis{50}});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, "timeout");
    EXPECT_TRUE(result.error().written);
}

TEST_F(WebClientTest, AKeptConnectionThatHasEndedIsReplacedUnseen) {
    server.answers = {ok("a") + "-", ok("b")};
    ASSERT_TRUE(get());
    io.run_for(std::chrono::milliseconds{20});  // the end arrives
    auto const second = post();
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_EQ(server.connections, 2);
}

TEST_F(WebClientTest, OnlyAQuestionIsSentTwice) {
    // Both come over a kept connection that breaks without a byte of an answer.
    server.answers = {ok("a"), "-", ok("b")};
    ASSERT_TRUE(get());
    EXPECT_EQ(get()->body, "b");
    server.answers = {ok("a"), "-", ok("b")};
    ASSERT_TRUE(get());
    auto const result = post();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, "lost");
    EXPECT_TRUE(result.error().written);
}

TEST_F(WebClientTest, AnswersThatAreTooLargeEnd) {
    server.answers = {ok(std::string(100, 'a')),
                      "HTTP/1.1 200 OK\r\n\r\n" + std::string(100, 'a') + "-"};
    for (int i = 0; i < 2; ++i) {
        auto const result = ask({.method = "GET", .url = server.url(), .max_size = 99});
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, "too_large");
    }
}

TEST_F(WebClientTest, ABodyIsHandedOutInPiecesUntilNobodyWantsMore) {
    server.answers = {
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
        "2\r\nde\r\n0\r\n\r\n"};
    std::string got;
    auto const result = ask({.method = "GET",
                             .url = server.url(),
                             .on_body = [&](WebAnswer const& head, std::string_view piece) {
                                 EXPECT_EQ(head.status, 200U);
                                 got += piece;
                                 return got.size() < 3;
                             }});
    ASSERT_TRUE(result);
    EXPECT_EQ(got.substr(0, 3), "abc");
    EXPECT_EQ(result->body, "");
}

TEST_F(WebClientTest, WhereNothingWentOutNothingWasWritten) {
    auto const closed = server.url();
    server.stop();
    auto refused = ask({.method = "POST", .url = closed, .body = "x"});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "connect");
    EXPECT_FALSE(refused.error().written);
    EXPECT_EQ(ask({.method = "GET", .url = "ftp://x"}).error().code, "bad_url");
    EXPECT_EQ(ask({.method = "GET", .url = closed, .headers = {{"X", "a\r\nY: b"}}}).error().code,
              "bad_request");
}

TEST_F(WebClientTest, PrivateAddressesAreForbiddenUnlessAllowed) {
    connect_with({});
    auto const result = get();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, "forbidden_address");
    EXPECT_FALSE(result.error().written);
    EXPECT_EQ(server.connections, 0);
}

TEST_F(WebClientTest, NamesAreLookedUpOnceForAWhile) {
    int asked = 0;
    connect_with({.allow_private = true, .resolver = [&](std::string const& host) {
                      asked += 1;
                      return host == "a.example"
                                 ? std::vector{*adapters::fetch::parse_ipv4("127.0.0.1")}
                                 : std::vector<adapters::fetch::Address>{};
                  }});
    auto const port = server.url().substr(server.url().rfind(':'));
    for (int i = 0; i < 2; ++i) {
        server.answers = {ok("a") + "-"};
        EXPECT_TRUE(ask({.method = "GET", .url = "http://a.example" + port}));
    }
    EXPECT_EQ(asked, 1);
    EXPECT_EQ(ask({.method = "GET", .url = "http://b.example" + port}).error().code, "dns");
}

TEST_F(WebClientTest, AProxyIsAskedForWholeUrlsAndTunnels) {
    auto const proxy = server.url("");
    connect_with({.proxy = "http://ann:pw@" + proxy.substr(7)});
    server.answers = {ok("a"), "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n-"};
    EXPECT_EQ(ask({.method = "GET", .url = "http://far.example/y?z=1"})->body, "a");
    EXPECT_TRUE(server.heads[0].starts_with("GET http://far.example/y?z=1 HTTP/1.1\r\n"));
    EXPECT_TRUE(server.heads[0].contains("Proxy-Authorization: Basic YW5uOnB3\r\n"));

    auto const refused = ask({.method = "POST", .url = "https://far.example/y", .body = "x"});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "proxy");
    EXPECT_FALSE(refused.error().written);
    EXPECT_TRUE(server.heads[1].starts_with("CONNECT far.example:443 HTTP/1.1\r\n"));
    EXPECT_FALSE(server.heads[1].contains("/y"));
}

TEST_F(WebClientTest, WhoSpeaksNoTlsIsNotSpokenTo) {
    server.answers = {"rubbish-"};
    auto const result =
        ask({.method = "POST", .url = "https" + server.url().substr(4), .body = "secret"});
    ASSERT_FALSE(result);
    EXPECT_FALSE(result.error().written);
}

}  // namespace
