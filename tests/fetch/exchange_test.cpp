// Calls to other services: what is asked goes out as it was given, once, and comes back whole.
#include "adapters/fetch/exchange.h"

#include <algorithm>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include "tests/fetch/support.h"

namespace tests {
namespace {

namespace json = boost::json;
using adapters::fetch::exchange;
using adapters::fetch::Outgoing;

Outgoing to(std::string const& path) {
    return {.method = "POST", .url = web().url() + path, .headers = {}, .body = "{\"a\":1}"};
}

std::string code_of(Outgoing const& request, FetchOptions const& options = for_tests()) {
    auto const answer = exchange(request, options);
    return answer ? "" : answer.error().code;
}

TEST(Exchange, BringsMethodHeadersAndBodyThere) {
    auto request = to("/echo/200?x=%2F&y=1");
    request.headers = {{"Authorization", "A b=\"c\""}, {"Content-Type", "application/json"}};
    auto const answer = exchange(request, for_tests());
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 200U);
    auto const told = json::parse(answer->body).as_object();
    EXPECT_EQ(told.at("method").as_string(), "POST");
    EXPECT_EQ(told.at("path").as_string(), "/echo/200?x=%2F&y=1");
    EXPECT_EQ(told.at("body").as_string(), "{\"a\":1}");
    EXPECT_EQ(told.at("headers").at("Authorization").as_string(), "A b=\"c\"");
    EXPECT_EQ(told.at("headers").at("Content-Length").as_string(), "7");
}

TEST(Exchange, AGetHasNoBody) {
    auto request = to("/echo/200");
    request.method = "GET";
    request.body.clear();
    auto const answer = exchange(request, for_tests());
    ASSERT_TRUE(answer) << answer.error().message;
    auto const told = json::parse(answer->body).as_object();
    EXPECT_EQ(told.at("method").as_string(), "GET");
    EXPECT_FALSE(told.at("headers").as_object().contains("Content-Length"));
}

TEST(Exchange, EveryStatusIsAnAnswerWithItsHeaders) {
    for (auto const* const status : {"201", "404", "500"}) {
        auto const answer = exchange(to(std::string{"/echo/"} + status), for_tests());
        ASSERT_TRUE(answer) << answer.error().message;
        EXPECT_EQ(std::to_string(answer->status), status);
        auto const signed_by = std::ranges::find(
            answer->headers, std::pair<std::string, std::string>{"X-Signed", "yes"});
        EXPECT_NE(signed_by, answer->headers.end());
    }
}

TEST(Exchange, ARedirectIsNotFollowed) {
    auto const answer = exchange(to("/to?code=307&url=" + web().url() + "/echo/200"), for_tests());
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 307U);
    EXPECT_EQ(asked().size(), 1U);
}

TEST(Exchange, AnAnswerIsNoLongerThanItMayBe) {
    auto options = for_tests();
    options.max_size = 20'000;
    EXPECT_EQ(code_of(to("/chunked/20000"), options), "");
    EXPECT_EQ(code_of(to("/chunked/20001"), options), "too_large");
}

TEST(Exchange, AHeaderCanNotBeginAnotherOne) {
    auto request = to("/echo/200");
    request.headers = {{"X-A", "b\r\nX-C: d"}};
    EXPECT_EQ(code_of(request), "bad_request");
    request.headers = {{"X-A: b\r\nX-C", "d"}};
    EXPECT_EQ(code_of(request), "bad_request");
    request.headers.clear();
    request.method = "GET / HTTP/1.1\r\nX:";
    EXPECT_EQ(code_of(request), "bad_request");
}

TEST(Exchange, SaysWhyThereIsNoAnswer) {
    auto options = for_tests();
    options.allow_private = false;
    EXPECT_EQ(code_of(to("/echo/200"), options), "forbidden_address");
    auto nobody = to("/echo/200");
    nobody.url = "http://127.0.0.1:1/";
    options = for_tests();
    options.allow_any_port = true;
    EXPECT_EQ(code_of(nobody, options), "connect");
    options.idle_timeout = std::chrono::milliseconds{300};
    EXPECT_EQ(code_of(to("/silence/1000"), options), "timeout");
}

}  // namespace
}  // namespace tests
