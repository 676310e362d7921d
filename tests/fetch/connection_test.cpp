// Answers that come in pieces of every size, without a server.
#include "adapters/fetch/connection.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <gtest/gtest.h>

#include "adapters/fetch/failed.h"

using adapters::fetch::Clock;
using adapters::fetch::Connection;
using adapters::fetch::Failed;
using adapters::fetch::Wire;

namespace {

// Says what it was told to say, so many bytes at a time, and ends.
class Script final : public Wire {
public:
    Script(std::string text, std::size_t step) : text_{std::move(text)}, step_{step} {}

    std::size_t read_some(std::span<char> into, Clock::time_point) override {
        auto const count = std::min({step_, into.size(), text_.size() - at_});
        std::memcpy(into.data(), text_.data() + at_, count);
        at_ += count;
        return count;
    }

    void write(std::string_view, Clock::time_point) override {}

private:
    std::string text_;
    std::size_t step_;
    std::size_t at_ = 0;
};

// "status body", or the code of what went wrong.
std::string heard(std::string const& text, std::size_t step) {
    Connection connection{std::make_unique<Script>(text, step)};
    try {
        auto const head = connection.get("", Clock::now());
        std::string body = std::to_string(head.status) + " ";
        std::array<std::byte, 3> some{};
        while (auto const count = connection.body(some, Clock::now())) {
            body.append(reinterpret_cast<char const*>(some.data()), count);
        }
        return body + (connection.free() ? "" : " (closed)");
    } catch (Failed const& failed) {
        return failed.error.code;
    }
}

void expect_heard(std::string const& text, std::string const& expected) {
    for (std::size_t const step : {std::size_t{1}, std::size_t{2}, std::size_t{7}, text.size()}) {
        EXPECT_EQ(heard(text, step), expected) << text << " in steps of " << step;
    }
}

}  // namespace

TEST(FetchConnection, TheSameIsHeardHoweverItIsCut) {
    expect_heard("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "200 hello");
    expect_heard(
        "HTTP/1.1 206 Part\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
        "A;x=y\r\n, my world\r\n0\r\nX: y\r\n\r\n",
        "206 hello, my world");
    expect_heard("HTTP/1.1 200 OK\r\n\r\nuntil the end", "200 until the end (closed)");
    expect_heard("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", "200 hi (closed)");
    expect_heard(
        "HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "200 ");
    expect_heard("HTTP/1.1 204 No\r\n\r\n", "204 ");
}

TEST(FetchConnection, AnEndTooSoonIsACutOrNoAnswer) {
    expect_heard("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello", "cut");
    expect_heard("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", "cut");
    expect_heard("HTTP/1.1 200 OK\r\nContent-Le", "cut");
    EXPECT_EQ(heard("", 1), "lost");
}

TEST(FetchConnection, WhatIsNotHttpIsABadAnswer) {
    for (auto const* const text :
         {"SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 abc OK\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n",
          "HTTP/1.1 101 Switching Protocols\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
          "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
          "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nhello",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n"}) {
        expect_heard(text, "bad_answer");
    }
}

TEST(FetchConnection, NothingWithoutAnEndIsGathered) {
    EXPECT_EQ(heard("HTTP/1.1 200 OK\r\nX: " + std::string(200'000, 'x'), 5000), "bad_answer");
    EXPECT_EQ(
        heard("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;" + std::string(200'000, 'x'),
              5000),
        "bad_answer");
    std::string interim;
    for (int i = 0; i < 100; ++i) {
        interim += "HTTP/1.1 103 Early\r\n\r\n";
    }
    EXPECT_EQ(heard(interim, 5000), "bad_answer");
}

TEST(FetchConnection, BytesBehindAnAnswerBelongToNothing) {
    expect_heard("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "200 hi");
    EXPECT_EQ(heard("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi, and more", 1000),
              "200 hi (closed)");
}
