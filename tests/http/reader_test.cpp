// The reader of requests, without a socket.
#include <string>

#include <gtest/gtest.h>

#include "adapters/http/request_reader.h"

namespace {

using adapters::http::ReaderLimits;
using adapters::http::RequestReader;
using State = RequestReader::State;

constexpr std::string_view host = "Host: a\r\n";

std::string head(std::string_view line, std::string_view fields = "") {
    return std::string{line} + "\r\n" + std::string{host} + std::string{fields} + "\r\n";
}

// What becomes of the bytes when they come one by one.
struct Read {
    State state = State::head;
    int status = 0;
    std::string code;
    adapters::http::Request request;
    std::size_t left = 0;
};

Read read_in(std::string_view bytes, std::size_t step, ReaderLimits const& limits) {
    RequestReader reader{limits};
    std::string waiting;
    for (std::size_t at = 0; at < bytes.size() && reader.state() <= State::body; at += step) {
        waiting += bytes.substr(at, step);
        waiting.erase(0, reader.feed(waiting));
    }
    Read result{.state = reader.state(), .left = waiting.size()};
    if (reader.state() == State::refused) {
        result.status = reader.refusal().status;
        result.code = reader.refusal().code;
    }
    result.request = std::move(reader.request());
    return result;
}

// The same at once and in small pieces.
Read read(std::string_view bytes, ReaderLimits const& limits = {}) {
    auto const whole = read_in(bytes, bytes.size(), limits);
    for (std::size_t const step : {1U, 3U}) {
        auto const parts = read_in(bytes, step, limits);
        EXPECT_EQ(parts.state, whole.state);
        EXPECT_EQ(parts.status, whole.status);
        EXPECT_EQ(parts.request.body, whole.request.body);
    }
    return whole;
}

TEST(Reader, TakesARequestApart) {
    auto const got = read(head("GET /api/jobs/7?wait=30&x= HTTP/1.1", "X-Api-Key:  k  \r\n"));
    ASSERT_EQ(got.state, State::complete);
    EXPECT_EQ(got.request.method, "GET");
    EXPECT_EQ(got.request.path, (std::vector<std::string>{"api", "jobs", "7"}));
    EXPECT_EQ(got.request.parameter("wait"), "30");
    EXPECT_EQ(got.request.parameter("x"), "");
    EXPECT_EQ(got.request.parameter("y"), std::nullopt);
    EXPECT_EQ(got.request.header("x-api-key"), "k");
}

TEST(Reader, TakesABodyByItsLength) {
    auto const got = read(head("POST / HTTP/1.1", "Content-Length: 5\r\n") + "helloGET");
    ASSERT_EQ(got.state, State::complete);
    EXPECT_EQ(got.request.body, "hello");
    EXPECT_TRUE(got.left <= 3);
}

TEST(Reader, PutsChunksTogetherAndIgnoresExtensionsAndTrailers) {
    auto const got = read(head("POST / HTTP/1.1", "Transfer-Encoding: chunked\r\n") +
                          "5;a=b\r\nhello\r\nA\r\n, my world\r\n0\r\nX-Trailer: x\r\n\r\n");
    ASSERT_EQ(got.state, State::complete);
    EXPECT_EQ(got.request.body, "hello, my world");
    EXPECT_EQ(got.request.header("x-trailer"), "");
}

TEST(Reader, LeavesTheNextRequestAlone) {
    RequestReader reader{{}};
    auto const one = head("GET /one HTTP/1.1");
    EXPECT_EQ(reader.feed(one + head("GET /two HTTP/1.1")), one.size());
    reader.reset();
    EXPECT_EQ(reader.state(), State::head);
    reader.feed(head("GET /two HTTP/1.1"));
    EXPECT_EQ(reader.request().path, std::vector<std::string>{"two"});
}

TEST(Reader, ForgivesOneEmptyLineBeforeARequest) {
    EXPECT_EQ(read("\r\n" + head("GET / HTTP/1.1")).state, State::complete);
    EXPECT_EQ(read("\r\n\r\n" + head("GET / HTTP/1.1")).status, 400);
}

TEST(Reader, AsksForTheBodyOnceWhereTheClientWaits) {
    RequestReader reader{{}};
    reader.feed(head("POST / HTTP/1.1", "Expect: 100-Continue\r\nContent-Length: 1\r\n"));
    EXPECT_TRUE(reader.wants_continue());
    EXPECT_FALSE(reader.wants_continue());
}

TEST(Reader, RefusesOtherExpectations) {
    EXPECT_EQ(read(head("POST / HTTP/1.1", "Expect: a miracle\r\n")).status, 417);
}

TEST(Reader, RefusesALengthAboveTheLimitBeforeTheBodyComes) {
    ReaderLimits const limits{.body = 10};
    auto const over = read(head("POST / HTTP/1.1", "Content-Length: 11\r\n"), limits);
    EXPECT_EQ(over.status, 413);
    EXPECT_EQ(over.code, "body_too_large");
    auto const most =
        read(head("POST / HTTP/1.1", "Content-Length: 10\r\n") + "0123456789", limits);
    EXPECT_EQ(most.state, State::complete);
}

TEST(Reader, RefusesChunksThatAreTogetherAboveTheLimit) {
    ReaderLimits const limits{.body = 10};
    auto const begin = head("POST / HTTP/1.1", "Transfer-Encoding: chunked\r\n");
    EXPECT_EQ(read(begin + "6\r\n012345\r\n5\r\n", limits).status, 413);
    EXPECT_EQ(read(begin + "FFFFFFFFFFFFFFFF\r\n", limits).status, 413);
    EXPECT_EQ(read(begin + "5\r\n01234\r\n5\r\n01234\r\n0\r\n\r\n", limits).state, State::complete);
}

TEST(Reader, BoundsTheHead) {
    auto const value = std::string(16'384, 'x');
    EXPECT_EQ(read(head("GET / HTTP/1.1", "X: " + value + "\r\n")).code, "headers_too_large");
    std::string many;
    for (int count = 0; count < 100; ++count) {
        many += "X-" + std::to_string(count) + ": y\r\n";
    }
    EXPECT_EQ(read(head("GET / HTTP/1.1", many)).status, 431);
}

TEST(Reader, TakesAHundredHeaders) {
    std::string many;
    for (int count = 0; count < 99; ++count) {
        many += "X: y\r\n";
    }
    EXPECT_EQ(read(head("GET / HTTP/1.1", many)).state, State::complete);
}

TEST(Reader, BoundsTheTarget) {
    auto const fits = "GET /" + std::string(8'191, 'x') + " HTTP/1.1";
    EXPECT_EQ(read(head(fits)).state, State::complete);
    auto const over = read(head("GET /" + std::string(8'192, 'x') + " HTTP/1.1"));
    EXPECT_EQ(over.status, 414);
    EXPECT_EQ(over.code, "uri_too_long");
    EXPECT_EQ(read("GET /" + std::string(20'000, 'x')).status, 414);
}

TEST(Reader, BoundsWhatComesBetweenChunksAndAfterThem) {
    auto const begin = head("POST / HTTP/1.1", "Transfer-Encoding: chunked\r\n");
    EXPECT_EQ(read(begin + "1;" + std::string(17'000, 'x')).status, 431);
    EXPECT_EQ(read(begin + "0\r\nX: " + std::string(17'000, 'x')).status, 431);
}

TEST(Reader, RefusesWhatIsNotHttpAtItsFirstByte) {
    EXPECT_EQ(read("\x16\x03\x01").status, 400);
    EXPECT_EQ(read("PRI * HTTP/2.0\r\n\r\n").status, 505);
}

TEST(Reader, WantsOneHost) {
    EXPECT_EQ(read("GET / HTTP/1.1\r\n\r\n").status, 400);
    EXPECT_EQ(read(head("GET / HTTP/1.1", "Host: b\r\n")).status, 400);
    EXPECT_EQ(read("GET / HTTP/1.0\r\n\r\n").state, State::complete);
}

TEST(Reader, KnowsWhetherTheConnectionGoesOn) {
    auto const goes_on = [](std::string const& bytes) {
        RequestReader reader{{}};
        reader.feed(bytes);
        return reader.keeps_alive();
    };
    EXPECT_TRUE(goes_on(head("GET / HTTP/1.1")));
    EXPECT_FALSE(goes_on(head("GET / HTTP/1.1", "Connection: close\r\n")));
    EXPECT_FALSE(goes_on(head("GET / HTTP/1.0")));
    EXPECT_TRUE(goes_on(head("GET / HTTP/1.0", "Connection: Keep-Alive\r\n")));
}

}  // namespace
