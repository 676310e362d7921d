// Stripe's events: signed over their time and their bytes.
#include "adapters/payments/stripe.h"

#include <gtest/gtest.h>

#include "adapters/payments/text.h"
#include "tests/payments/hand.h"

namespace tests {
namespace {

using payments::Headers;
using payments::Stripe;

constexpr std::string_view secret = "whsec_test_secret";

std::string event_of(std::string const& type, std::string const& object,
                     std::string const& more = R"("livemode":true)") {
    return R"({"id":"evt_1","object":"event","api_version":"2024-06-20","created":1799999990,)" +
           more + R"(,"type":")" + type + R"(","data":{"object":)" + object + "}}";
}

std::string const session =
    R"({"id":"cs_1","object":"checkout.session","client_reference_id":"O1","amount_total":5000,)"
    R"("currency":"cny","payment_intent":"pi_1","payment_status":"paid","metadata":{}})";

std::string const paid = event_of("checkout.session.completed", session);

std::string v1(std::string_view body, std::int64_t seconds = now_seconds,
               std::string_view by = secret) {
    return hmac_hex(by, std::to_string(seconds) + "." + std::string{body});
}

std::string header_for(std::string_view body, std::int64_t seconds = now_seconds) {
    return "t=" + std::to_string(seconds) + ",v1=" + v1(body, seconds);
}

payments::Verdict receive(std::string const& body, std::string const& header,
                          Stripe const& stripe = {.secrets = {std::string{secret}}}) {
    return verify_stripe(stripe,
                         {.headers = {{"Stripe-Signature", header}}, .body = body, .now = now});
}

std::string verdict_of(std::string const& body) {
    return told(receive(body, header_for(body)));
}

constexpr auto good = "ok paid O1 pi_1 5000 CNY";
constexpr auto bad = "bad_signature: Stripe-Signature";

TEST(Stripe, AGenuineEventIsRead) {
    auto const notice = receive(paid, header_for(paid)).value();
    EXPECT_EQ(told(notice), good);
    EXPECT_EQ(provider_of(notice.form), "stripe");
    EXPECT_EQ(notice.id, "evt_1");
    EXPECT_EQ(notice.kind, "checkout.session.completed");
    EXPECT_EQ(notice.happened_at, "1799999990");
    EXPECT_TRUE(notice.live && notice.proven);
}

// Computed with `printf '1492774577.{}' | openssl dgst -sha256 -hmac whsec_x`.
TEST(Stripe, SignsAsOpensslDoes) {
    EXPECT_EQ(v1("{}", 1'492'774'577, "whsec_x"),
              "be78b7e45a4fc6edd2a87be2db9fdee75504d374023923277e41ab43dc88bb17");
}

TEST(Stripe, SeveralSignaturesAndSecretsServeWhileOneIsRotated) {
    auto const other = v1(paid, now_seconds, "whsec_other");
    auto const t = "t=" + std::to_string(now_seconds);
    EXPECT_EQ(told(receive(paid, t + ",v1=" + other + ",v1=" + v1(paid))), good);
    EXPECT_EQ(told(receive(paid, t + ",v1=" + v1(paid) + ",v1=" + other + ",v0=x")), good);
    EXPECT_EQ(told(receive(paid, t + ",v1=" + other)), bad);
    EXPECT_EQ(
        told(receive(paid, t + ",v1=" + other, {.secrets = {std::string{secret}, "whsec_other"}})),
        good);
}

TEST(Stripe, OtherSchemesProveNothing) {
    auto const t = "t=" + std::to_string(now_seconds);
    EXPECT_EQ(told(receive(paid, t + ",v0=" + v1(paid))), "malformed: Stripe-Signature");
    EXPECT_EQ(told(receive(paid, t + ",v0=" + v1(paid) + ",v1=" + std::string(64, '0'))), bad);
    EXPECT_EQ(told(receive(paid, t + ",v1=")), bad);
    EXPECT_EQ(told(receive(paid, t + ",v1=" + payments::upper(v1(paid)))), bad);
}

TEST(Stripe, ABrokenHeaderIsRefused) {
    auto const code = ",v1=" + v1(paid);
    auto const t = "t=" + std::to_string(now_seconds);
    for (auto const& header : {std::string{"x"}, std::string{","}, t, code, "t=" + code,
                               "t=abc" + code, "t=-1" + code, "t=99999999999999" + code}) {
        EXPECT_EQ(told(receive(paid, header)), "malformed: Stripe-Signature") << header;
    }
    EXPECT_EQ(told(receive(paid, t + "," + t + code)), "ambiguous: Stripe-Signature");
    EXPECT_EQ(told(receive(paid, "")), "missing: Stripe-Signature");
    std::string many = t;
    for (int at = 0; at < 17; ++at) {
        many += code;
    }
    EXPECT_EQ(told(receive(paid, many)), "malformed: Stripe-Signature");
    Headers const twice{{"Stripe-Signature", header_for(paid)},
                        {"stripe-signature", header_for(paid)}};
    EXPECT_EQ(told(payments::verify_stripe({.secrets = {std::string{secret}}},
                                           {.headers = twice, .body = paid, .now = now})),
              "ambiguous: Stripe-Signature");
}

TEST(Stripe, WhatIsTooOldOrTooNewIsRefused) {
    for (std::int64_t const seconds : {-300, 300}) {
        EXPECT_EQ(told(receive(paid, header_for(paid, now_seconds + seconds))), good);
    }
    for (std::int64_t const seconds : {-301, 301}) {
        EXPECT_EQ(told(receive(paid, header_for(paid, now_seconds + seconds))),
                  "stale: Stripe-Signature");
    }
}

TEST(Stripe, EveryFlippedByteIsRefused) {
    auto body = paid;
    auto header = header_for(paid);
    for (auto* const text : {&body, &header}) {
        for (auto& byte : *text) {
            byte = static_cast<char>(byte ^ 1);
            EXPECT_FALSE(receive(body, header)) << body << header;
            byte = static_cast<char>(byte ^ 1);
        }
    }
}

TEST(Stripe, ATruncatedOrReencodedBodyIsRefused) {
    auto const header = header_for(paid);
    EXPECT_EQ(told(receive(paid.substr(0, paid.size() - 1), header)), bad);
    EXPECT_EQ(told(receive(paid + " ", header)), bad);
    EXPECT_EQ(told(receive("", header)), bad);
    EXPECT_EQ(told(receive(std::string(payments::most_body + 1, ' '), header)), "too_large: body");
}

TEST(Stripe, ACheckoutThatIsNotPaidIsPending) {
    auto unpaid = session;
    unpaid.replace(unpaid.find(R"("paid")"), 6, R"("unpaid")");
    EXPECT_EQ(verdict_of(event_of("checkout.session.completed", unpaid)),
              "ok pending O1 pi_1 5000 CNY");
    EXPECT_EQ(verdict_of(event_of("checkout.session.expired", unpaid)),
              "ok closed O1 pi_1 5000 CNY");
    EXPECT_EQ(verdict_of(event_of("checkout.session.async_payment_succeeded", session)), good);
}

TEST(Stripe, APaymentIntentIsRead) {
    EXPECT_EQ(verdict_of(event_of("payment_intent.succeeded",
                                  R"({"id":"pi_1","amount":6000,"amount_received":5000,)"
                                  R"("currency":"cny","metadata":{"order_id":"O1"}})")),
              good);
}

TEST(Stripe, ARefundIsRead) {
    auto const body =
        event_of("charge.refunded",
                 R"({"id":"ch_1","amount":5000,"amount_refunded":1200,"currency":"usd",)"
                 R"("payment_intent":{"id":"pi_1","metadata":{}},"metadata":{"order_id":"O1"}})");
    auto const notice = receive(body, header_for(body)).value();
    EXPECT_EQ(told(notice), "ok refunded O1 pi_1 5000 USD");
    EXPECT_EQ(notice.returned, 1'200);
    EXPECT_TRUE(notice.returned_in_all);
}

TEST(Stripe, ADisputeIsAChargeback) {
    auto const body = event_of("charge.dispute.created",
                               R"({"id":"dp_1","amount":5000,"currency":"cny","charge":"ch_1",)"
                               R"("payment_intent":"pi_1","reason":"fraudulent","metadata":{}})");
    auto const notice = receive(body, header_for(body)).value();
    EXPECT_EQ(told(notice), "ok chargeback  pi_1 none CNY");
    EXPECT_EQ(notice.refund, "dp_1");
    EXPECT_EQ(notice.returned, 5'000);
}

TEST(Stripe, ADisputeThatOnlyWarnsTakesNothingBack) {
    auto const body = event_of("charge.dispute.created",
                               R"({"id":"dp_1","amount":5000,"currency":"cny","charge":"ch_1",)"
                               R"("payment_intent":"pi_1","status":"warning_needs_response"})");
    EXPECT_EQ(told(receive(body, header_for(body)).value()), "ok other  pi_1 none CNY");
}

TEST(Stripe, OtherEventsAreGenuineAndSayNothing) {
    EXPECT_EQ(verdict_of(event_of("customer.created", R"({"id":"cus_1"})")), "ok other   none ");
    EXPECT_EQ(verdict_of(event_of("customer.created", "7")), "ok other   none ");
}

TEST(Stripe, TestModeAndConnectedAccountsAreTold) {
    auto const body =
        event_of("checkout.session.completed", session, R"("livemode":false,"account":"acct_1")");
    auto const notice = receive(body, header_for(body)).value();
    EXPECT_FALSE(notice.live);
    EXPECT_EQ(notice.merchant, "acct_1");
}

TEST(Stripe, SignedNonsenseIsRefused) {
    EXPECT_EQ(verdict_of("{}"), "missing: id");
    EXPECT_EQ(verdict_of("[]"), "malformed: body");
    EXPECT_EQ(verdict_of(event_of("charge.refunded", "7")), "missing: data.object");
    EXPECT_EQ(verdict_of(event_of("customer.created", "{}", R"("livemode":1)")),
              "missing: livemode");
    EXPECT_EQ(verdict_of(event_of("payment_intent.succeeded", R"({"id":"pi_1"})")),
              "missing: amount");
    EXPECT_EQ(verdict_of(event_of("payment_intent.succeeded", R"({"id":"pi_1","amount":1.5})")),
              "malformed: amount");
}

}  // namespace
}  // namespace tests
