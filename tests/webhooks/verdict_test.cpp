// What an attempt means for its message, and how messages are signed.
#include "worker/webhooks/verdict.h"

#include <gtest/gtest.h>

#include "worker/webhooks/sign.h"

namespace worker {
namespace {

using adapters::MessageState;
using base::Millis;

class VerdictTest : public testing::Test {
protected:
    config::Webhooks settings{
        .retry_for = Millis{100'000}, .first_retry = Millis{1'000}, .longest_retry = Millis{8'000}};
    base::Timestamp now = base::from_ms(1'795'251'200'000);
    adapters::OutboxMessage message{.id = 7, .created_at = now};
    std::optional<base::Timestamp> failing_since;

    DeliveryVerdict of(Attempted const& attempted) const {
        return judge(attempted, message, failing_since, now, settings);
    }
};

TEST_F(VerdictTest, OnlyAStatusOfTwoHundredIsDelivered) {
    for (unsigned const status : {200U, 201U, 202U, 204U, 299U}) {
        EXPECT_EQ(of({.status = status}).state, MessageState::delivered) << status;
    }
    for (unsigned const status : {301U, 307U, 400U, 401U, 404U, 429U, 500U, 503U}) {
        EXPECT_EQ(of({.status = status}).state, MessageState::pending) << status;
    }
    EXPECT_EQ(of({.code = "timeout", .error = "slow"}).state, MessageState::pending);
    EXPECT_EQ(of({.code = "timeout", .error = "slow"}).error, "slow");
}

TEST_F(VerdictTest, WhatIsGoneOrForbiddenIsNotTriedAgain) {
    EXPECT_EQ(of({.status = 410}).state, MessageState::dead);
    EXPECT_EQ(of({.code = "forbidden_address", .error = "x"}).state, MessageState::dead);
    EXPECT_EQ(of({.code = "bad_url", .error = "x"}).state, MessageState::dead);
    EXPECT_EQ(of({.code = "unknown_endpoint", .error = "x"}).state, MessageState::pending);
}

TEST_F(VerdictTest, TriesComeLessAndLessOften) {
    Millis before{0};
    for (int attempts = 0; attempts < 10; ++attempts) {
        message.attempts = attempts;
        auto const wait = of({.status = 500}).again_in;
        auto const most = std::min(Millis{1'000} * (1 << attempts), Millis{8'000});
        EXPECT_LE(wait, most);
        EXPECT_GE(wait, most - most / 4);
        EXPECT_GE(wait, attempts < 4 ? before : Millis{6'000});
        before = wait;
    }
}

TEST_F(VerdictTest, MessagesThatFailedTogetherDoNotComeBackTogether) {
    message.attempts = 3;
    auto const one = of({.status = 500}).again_in;
    message.id = 8;
    EXPECT_NE(one, of({.status = 500}).again_in);
}

TEST_F(VerdictTest, ItIsGivenUpWhenItHasFailedForTooLong) {
    message.created_at = now - Millis{200'000};
    EXPECT_EQ(of({.status = 500}).state, MessageState::pending);  // nobody had tried it
    failing_since = now - Millis{99'999};
    EXPECT_EQ(of({.status = 500}).state, MessageState::pending);
    failing_since = now - Millis{100'000};
    EXPECT_EQ(of({.status = 500}).state, MessageState::dead);
    EXPECT_EQ(of({.status = 200}).state, MessageState::delivered);
    message.created_at = now - Millis{1};  // waited behind the one that failed
    EXPECT_EQ(of({.status = 500}).state, MessageState::pending);
}

TEST_F(VerdictTest, RetryAfterIsObeyed) {
    auto const verdict = of({.status = 503, .retry_after = "60"});
    EXPECT_EQ(verdict.again_in, Millis{60'000});
    EXPECT_EQ(verdict.leave_alone, Millis{60'000});
    EXPECT_GE(of({.status = 503, .retry_after = "0"}).again_in, Millis{750});
    EXPECT_FALSE(of({.status = 503, .retry_after = "soon"}).leave_alone);
}

TEST_F(VerdictTest, RetryAfterIsSecondsOrADate) {
    auto const at = base::from_ms(784'111'777'000);  // Sun, 06 Nov 1994 08:49:37 GMT
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:47 GMT", at), Millis{10'000});
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:30 GMT", at), Millis{0});
    EXPECT_EQ(parse_retry_after("999999999", at), Millis{24LL * 3600 * 1000});
    for (auto const* const wrong : {"", "-1", "1.5", "99999999999999999999", "tomorrow"}) {
        EXPECT_FALSE(parse_retry_after(wrong, at)) << wrong;
    }
}

TEST(Signature, IsOfTheTimeAndTheBodyUnderEachSecret) {
    // printf '1795251200.{"a":1}' | openssl dgst -sha256 -hmac 'a secret'
    auto const one = signature_of(R"({"a":1})", 1'795'251'200, {"a secret", ""});
    EXPECT_EQ(one,
              "t=1795251200,v1="
              "4de8c8860d90b7a2e79e2346152a39181065172dac74554eb2cd6ec53522fb5c");
    auto const two = signature_of(R"({"a":1})", 1'795'251'200, {"a secret", "another"});
    EXPECT_TRUE(two.starts_with(one + ",v1="));
    EXPECT_EQ(signature_of("{}", 1, {"", ""}), "");
}

}  // namespace
}  // namespace worker
