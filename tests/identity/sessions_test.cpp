// The console's sessions: how long they hold, and which requests may use them.
#include "worker/http/sessions.h"

#include <gtest/gtest.h>

#include "adapters/identity/api_key.h"

namespace tests {
namespace {

using adapters::http::Request;
using worker::http::Sessions;

base::Timestamp at(base::Millis since) {
    return base::Timestamp{} + since;
}

Request request(std::string method, std::vector<adapters::http::Header> headers) {
    Request made;
    made.method = std::move(method);
    made.headers = std::move(headers);
    return made;
}

TEST(Sessions, StandForTheKeyThatTheyWereOpenedWith) {
    Sessions sessions;
    auto const opened = sessions.open("hash", at(base::Millis{0}));
    auto const known = sessions.find(opened.secret, at(base::Millis{1}));
    ASSERT_TRUE(known);
    EXPECT_EQ(known->key_hash, "hash");
    EXPECT_EQ(known->until, at(Sessions::longest));
    EXPECT_FALSE(sessions.find("another", at(base::Millis{1})));
    sessions.close(opened.secret);
    EXPECT_FALSE(sessions.find(opened.secret, at(base::Millis{2})));
}

TEST(Sessions, EndWhenTheyAreNotUsedAndInAnyCaseAtTheirEnd) {
    Sessions sessions;
    auto const idle = sessions.open("a", at(base::Millis{0})).secret;
    auto const used = sessions.open("b", at(base::Millis{0})).secret;
    auto const step = Sessions::idlest - base::Millis{1};
    auto now = base::Millis{0};
    while (now + step < Sessions::longest) {
        now += step;
        ASSERT_TRUE(sessions.find(used, at(now)));
    }
    EXPECT_FALSE(sessions.find(used, at(Sessions::longest)));
    EXPECT_FALSE(sessions.find(idle, at(Sessions::idlest)));
}

TEST(Sessions, CanBeLookedAtWithoutBeingUsed) {
    Sessions sessions;
    auto const secret = sessions.open("hash", at(base::Millis{0})).secret;
    auto const name = adapters::identity::hash_of_api_key(secret);
    EXPECT_TRUE(sessions.lasts(name, at(Sessions::idlest - base::Millis{1})));
    EXPECT_FALSE(sessions.lasts(name, at(Sessions::idlest)));
    sessions.close(secret);
    EXPECT_FALSE(sessions.lasts(name, at(base::Millis{1})));
}

TEST(Sessions, AreBoundedAndTheOldestMakesRoom) {
    Sessions sessions;
    auto const first = sessions.open("0", at(base::Millis{0})).secret;
    std::string last;
    for (std::size_t n = 1; n <= Sessions::most; ++n) {
        last = sessions.open("k", at(base::Millis{static_cast<std::int64_t>(n)})).secret;
    }
    EXPECT_EQ(sessions.size(), Sessions::most);
    EXPECT_FALSE(sessions.find(first, at(base::Millis{2'000})));
    EXPECT_TRUE(sessions.find(last, at(base::Millis{2'000})));
}

TEST(SessionCookie, IsFoundAmongOthersByItsWholeName) {
    auto const in = [](std::string cookie) {
        return std::string{worker::http::session_in(request("GET", {{"cookie", cookie}}))};
    };
    EXPECT_EQ(in("a=b; tallyman_session=s3; c=d"), "s3");
    EXPECT_EQ(in("tallyman_session=s3"), "s3");
    EXPECT_EQ(in("xtallyman_session=s3; tallyman_sessions=s4"), "");
    EXPECT_EQ(in(""), "");
}

TEST(SessionCookie, IsOutOfReachOfScriptsAndOtherSites) {
    EXPECT_EQ(worker::http::session_cookie("s", true),
              "tallyman_session=s; Path=/; HttpOnly; SameSite=Strict; Secure");
    EXPECT_EQ(worker::http::session_cookie("", false),
              "tallyman_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
}

TEST(OwnPage, ChangesOnlyWithTheHeaderAndFromHere) {
    auto const own = [](std::vector<adapters::http::Header> headers) {
        headers.push_back({"host", "box:8420"});
        return worker::http::is_own_page(request("POST", std::move(headers)));
    };
    EXPECT_TRUE(own({{"x-tallyman-console", "1"}, {"origin", "http://box:8420"}}));
    EXPECT_TRUE(own({{"x-tallyman-console", "1"}, {"sec-fetch-site", "same-origin"}}));
    EXPECT_FALSE(own({{"x-tallyman-console", "1"}}));
    EXPECT_FALSE(own({{"origin", "http://box:8420"}}));
    EXPECT_FALSE(own({{"x-tallyman-console", "1"}, {"origin", "http://box"}}));
    EXPECT_FALSE(own({{"x-tallyman-console", "1"}, {"origin", "null"}}));
    EXPECT_FALSE(own({{"x-tallyman-console", "1"},
                      {"origin", "http://box:8420"},
                      {"sec-fetch-site", "same-site"}}));
}

TEST(OwnPage, ReadsWithTheHeaderOrByTheBrowsersWord) {
    auto const own = [](std::vector<adapters::http::Header> headers) {
        headers.push_back({"host", "box:8420"});
        return worker::http::is_own_page(request("GET", std::move(headers)));
    };
    EXPECT_TRUE(own({{"x-tallyman-console", "1"}}));
    EXPECT_TRUE(own({{"sec-fetch-site", "same-origin"}}));
    EXPECT_FALSE(own({}));
    EXPECT_FALSE(own({{"sec-fetch-site", "none"}}));
    EXPECT_FALSE(own({{"x-tallyman-console", "1"}, {"sec-fetch-site", "cross-site"}}));
    EXPECT_FALSE(own({{"x-tallyman-console", "1"}, {"origin", "http://evil"}}));
}

}  // namespace
}  // namespace tests
