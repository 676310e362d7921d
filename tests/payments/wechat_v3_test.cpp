// Notices of WeChat Pay v3: genuine ones are read, and nothing else is.
#include <gtest/gtest.h>

#include "tests/payments/wechat_hand.h"

namespace tests {
namespace {

using payments::Headers;
using payments::State;

// A genuine signature over whatever body the notice makes.
std::string verdict(WechatNotice const& notice, WechatSignature const& signature = {}) {
    auto const body = notice.body();
    return told(receive(body, signature.headers(body)));
}

std::string verdict_of(std::string const& inner, std::string const& kind = "TRANSACTION.SUCCESS") {
    return verdict({.inner = inner, .kind = kind});
}

std::string replaced(std::string_view text, std::string_view what, std::string_view by) {
    std::string result{text};
    auto const at = result.find(what);
    if (at == std::string::npos) {
        throw std::runtime_error{"not there: " + std::string{what}};
    }
    return result.replace(at, what.size(), by);
}

TEST(WechatV3, AGenuineNoticeIsRead) {
    auto const body = WechatNotice{}.body();
    auto const notice = receive(body, WechatSignature{}.headers(body)).value();
    EXPECT_EQ(provider_of(notice.form), "wechat");
    EXPECT_EQ(notice.id, "EV-2018022511223320873");
    EXPECT_EQ(notice.kind, "TRANSACTION.SUCCESS");
    EXPECT_EQ(notice.state, State::paid);
    EXPECT_EQ(notice.order, "O1");
    EXPECT_EQ(notice.trade, "T1");
    EXPECT_EQ(notice.amount, 5'000);
    EXPECT_EQ(notice.currency, "CNY");
    EXPECT_EQ(notice.merchant, "1230000109");
    EXPECT_EQ(notice.app, "wxd678efh567hg6787");
    EXPECT_EQ(notice.happened_at, "2027-01-15T16:00:00+08:00");
    EXPECT_TRUE(notice.live && notice.proven);
}

TEST(WechatV3, ComingAgainItHasTheSameId) {
    WechatNotice const notice;
    auto const body = notice.body();
    auto const first = receive(body, WechatSignature{}.headers(body)).value();
    auto const again = receive(body, WechatSignature{.nonce = "another"}.headers(body)).value();
    EXPECT_EQ(first.id, again.id);
}

TEST(WechatV3, HeaderNamesAreTheSameInAnyCase) {
    auto const body = WechatNotice{}.body();
    for (bool const large : {false, true}) {
        auto headers = WechatSignature{}.headers(body);
        for (auto& [name, value] : headers) {
            for (char& c : name) {
                c = static_cast<char>(large ? std::toupper(c) : std::tolower(c));
            }
        }
        EXPECT_EQ(told(receive(body, headers)), "ok paid O1 T1 5000 CNY");
    }
}

TEST(WechatV3, AHeaderThatIsMissingOrThereTwiceIsRefused) {
    auto const body = WechatNotice{}.body();
    auto const whole = WechatSignature{}.headers(body);
    for (std::size_t at = 0; at < whole.size(); ++at) {
        auto headers = whole;
        headers.push_back(whole[at]);
        EXPECT_EQ(told(receive(body, headers)), "ambiguous: " + whole[at].first);
        headers = whole;
        headers.erase(headers.begin() + static_cast<std::ptrdiff_t>(at));
        EXPECT_EQ(told(receive(body, headers)), whole[at].first == "Wechatpay-Signature-Type"
                                                    ? "ok paid O1 T1 5000 CNY"
                                                    : "missing: " + whole[at].first);
    }
}

TEST(WechatV3, AnotherKindOfSignatureIsRefused) {
    auto const body = WechatNotice{}.body();
    auto headers = WechatSignature{}.headers(body);
    headers.back().second = "WECHATPAY2-SM2-WITH-SM3";
    EXPECT_EQ(told(receive(body, headers)), "unsupported: Wechatpay-Signature-Type");
}

TEST(WechatV3, AForgedNoticeIsRefused) {
    EXPECT_EQ(verdict({}, {.hand = other_hand()}), "bad_signature: Wechatpay-Signature");
}

TEST(WechatV3, EveryFlippedByteOfTheBodyIsRefused) {
    auto const wechat = wechat_v3();
    auto body = WechatNotice{}.body();
    auto const headers = WechatSignature{}.headers(body);
    for (auto& byte : body) {
        byte = static_cast<char>(byte ^ 1);
        EXPECT_EQ(told(receive(body, headers, wechat)), "bad_signature: Wechatpay-Signature");
        byte = static_cast<char>(byte ^ 1);
    }
    EXPECT_TRUE(receive(body, headers, wechat));
}

TEST(WechatV3, EveryFlippedByteOfAHeaderIsRefused) {
    auto const body = WechatNotice{}.body();
    auto headers = WechatSignature{}.headers(body);
    for (auto& header : headers) {
        for (auto& byte : header.second) {
            byte = static_cast<char>(byte ^ 1);
            EXPECT_FALSE(receive(body, headers)) << header.first << ": " << header.second;
            byte = static_cast<char>(byte ^ 1);
        }
    }
}

TEST(WechatV3, ATruncatedOrReencodedBodyIsRefused) {
    auto const body = WechatNotice{}.body();
    auto const headers = WechatSignature{}.headers(body);
    for (auto const& other :
         {body.substr(0, body.size() - 1), body.substr(0, body.size() / 2), std::string{},
          body + "\n", " " + body, replaced(body, R"("id":)", R"("id" : )"),
          replaced(body, "支付成功", R"(\u652f\u4ed8\u6210\u529f)")}) {
        EXPECT_EQ(told(receive(other, headers)), "bad_signature: Wechatpay-Signature");
    }
}

TEST(WechatV3, WhatIsTooOldOrTooNewIsRefused) {
    auto const at = [](std::int64_t seconds) {
        return verdict({}, {.timestamp = std::to_string(now_seconds + seconds)});
    };
    EXPECT_EQ(at(-300), "ok paid O1 T1 5000 CNY");
    EXPECT_EQ(at(300), "ok paid O1 T1 5000 CNY");
    EXPECT_EQ(at(-301), "stale: Wechatpay-Timestamp");
    EXPECT_EQ(at(301), "stale: Wechatpay-Timestamp");
    for (std::string const none : {"-1", "soon", "99999999999999999999", "1e9", " 1800000000"}) {
        EXPECT_EQ(verdict({}, {.timestamp = none}), "malformed: Wechatpay-Timestamp") << none;
    }
}

TEST(WechatV3, AProbeIsRefusedAndCalledOne) {
    auto const body = WechatNotice{}.body();
    auto headers = WechatSignature{.serial = "77"}.headers(body);
    headers[2].second = "WECHATPAY/SIGNTEST/" + headers[2].second;
    auto const refused = receive(body, headers);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().why, payments::Why::probe);
}

TEST(WechatV3, AnUnknownKeyIsNamed) {
    auto const body = WechatNotice{}.body();
    auto const refused = receive(body, WechatSignature{.serial = "77AB"}.headers(body));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().why, payments::Why::unknown_key);
    EXPECT_EQ(refused.error().key, "77AB");
    EXPECT_EQ(verdict({}, {.serial = "77\r\nX"}), "malformed: Wechatpay-Serial");
    EXPECT_EQ(verdict({}, {.serial = std::string(81, 'A')}), "malformed: Wechatpay-Serial");
}

TEST(WechatV3, SeveralKeysServeAtOnce) {
    auto wechat = wechat_v3();
    auto certificate = payments::Certificate::from_pem(other_hand().certificate("0077ab")).value();
    EXPECT_EQ(certificate.serial, "77AB");
    wechat.keys.push_back({certificate.serial, std::move(certificate.key), certificate.expires_at});
    wechat.keys.push_back({"PUB_KEY_ID_0114", other_hand().public_key(), std::nullopt});
    auto const body = WechatNotice{}.body();
    for (std::string const serial : {"77AB", "77ab", "0077AB", "PUB_KEY_ID_0114"}) {
        WechatSignature const signature{.hand = other_hand(), .serial = serial};
        EXPECT_TRUE(receive(body, signature.headers(body), wechat)) << serial;
    }
    EXPECT_TRUE(receive(body, WechatSignature{}.headers(body), wechat));
    WechatSignature const crossed{.serial = "PUB_KEY_ID_0114"};
    EXPECT_FALSE(receive(body, crossed.headers(body), wechat)) << "each has its own signatures";
}

TEST(WechatV3, AnExpiredCertificateIsNoKeyAnyMore) {
    auto wechat = wechat_v3();
    wechat.keys[0].expires_at = now;
    auto const body = WechatNotice{}.body();
    EXPECT_EQ(told(receive(body, WechatSignature{}.headers(body), wechat)),
              "unknown_key: its certificate has expired " + std::string{platform_serial});
}

TEST(WechatV3, WhatDoesNotOpenIsRefused) {
    EXPECT_EQ(verdict({.key = std::string(32, 'x')}), "undecryptable: resource");
    EXPECT_EQ(verdict({.nonce = "tooshort"}), "undecryptable: resource");
    EXPECT_EQ(verdict({.algorithm = "AES"}), "unsupported: resource.algorithm");
    auto const body = replaced(WechatNotice{}.body(), R"("associated_data":"transaction")",
                               R"("associated_data":"refund")");
    EXPECT_EQ(told(receive(body, WechatSignature{}.headers(body))), "undecryptable: resource");
    EXPECT_EQ(verdict({.associated = ""}), "ok paid O1 T1 5000 CNY");
}

TEST(WechatV3, WhatIsSignedAndMakesNoSenseIsRefused) {
    auto const signed_body = [](std::string const& body) {
        return told(receive(body, WechatSignature{}.headers(body)));
    };
    EXPECT_EQ(signed_body(""), "malformed: body");
    EXPECT_EQ(signed_body("[]"), "malformed: body");
    EXPECT_EQ(signed_body("{}"), "missing: id");
    EXPECT_EQ(signed_body(R"({"id":"1","event_type":"TRANSACTION.SUCCESS"})"), "missing: resource");
    EXPECT_EQ(signed_body(replaced(WechatNotice{}.body(), R"("id":)", R"("id":"2","id":)")),
              "malformed: body");
    EXPECT_EQ(signed_body(std::string(40, '[')), "malformed: body");
    EXPECT_EQ(verdict_of("{"), "malformed: resource");
    EXPECT_EQ(verdict_of(replaced(paid_order, "5000", "-1")), "malformed: total");
    EXPECT_EQ(verdict_of(replaced(paid_order, "5000", "50.5")), "malformed: total");
    EXPECT_EQ(verdict_of(replaced(paid_order, "5000", "5000.0")), "malformed: total");
    EXPECT_EQ(verdict_of(replaced(paid_order, "5000", "1000000000000000")), "malformed: total");
    EXPECT_EQ(verdict_of(replaced(paid_order, R"("total":5000,)", "")), "missing: amount.total");
    EXPECT_EQ(verdict_of(replaced(paid_order, R"("O1")", R"("")")), "missing: out_trade_no");
    EXPECT_EQ(verdict_of(replaced(paid_order, R"("O1")", R"("O 1")")), "malformed: out_trade_no");
    EXPECT_EQ(verdict_of(replaced(paid_order, R"("O1")", "7")), "malformed: out_trade_no");
    EXPECT_EQ(verdict_of(replaced(paid_order, R"("SUCCESS")", R"("DONE")")),
              "malformed: trade_state");
}

TEST(WechatV3, AHugeBodyIsRefusedUnread) {
    EXPECT_EQ(told(receive(std::string(payments::most_body + 1, ' '), {})), "too_large: body");
}

TEST(WechatV3, StatesThatAreNotPaid) {
    EXPECT_EQ(verdict_of(replaced(paid_order, R"("SUCCESS")", R"("NOTPAY")")),
              "ok pending O1 T1 5000 CNY");
    EXPECT_EQ(verdict_of(replaced(paid_order, R"("SUCCESS")", R"("CLOSED")")),
              "ok closed O1 T1 5000 CNY");
    EXPECT_EQ(verdict_of("{}", "PAYSCORE.USER_OPEN_SERVICE"), "ok other   none ");
}

TEST(WechatV3, ARefundIsRead) {
    auto const body =
        WechatNotice{.inner = R"({"mchid":"1230000109","transaction_id":"T1","out_trade_no":"O1",)"
                              R"("refund_id":"R1","out_refund_no":"M1","refund_status":"SUCCESS",)"
                              R"("success_time":"2027-01-15T16:00:00+08:00",)"
                              R"("amount":{"total":5000,"refund":1200,"payer_total":5000}})",
                     .kind = "REFUND.SUCCESS",
                     .associated = "refund"}
            .body();
    auto const notice = receive(body, WechatSignature{}.headers(body)).value();
    EXPECT_EQ(told(notice), "ok refunded O1 T1 5000 CNY");
    EXPECT_EQ(notice.refund, "R1");
    EXPECT_EQ(notice.returned, 1'200);
    EXPECT_FALSE(notice.returned_in_all);
    EXPECT_TRUE(check(notice, {.merchant = "1230000109",
                               .app = "wxd678efh567hg6787",
                               .amount = 5'000,
                               .currency = "CNY"})
                    .empty());
}

TEST(WechatV3, APartnersNoticeNamesBothMerchants) {
    auto const body =
        WechatNotice{.inner = replaced(paid_order, R"("mchid":"1230000109","appid":)",
                                       R"("sp_mchid":"19","sub_mchid":"20","sp_appid":)")}
            .body();
    auto const notice = receive(body, WechatSignature{}.headers(body)).value();
    EXPECT_EQ(notice.merchant, "19");
    EXPECT_EQ(notice.sub_merchant, "20");
    EXPECT_EQ(notice.app, "wxd678efh567hg6787");
}

}  // namespace
}  // namespace tests
