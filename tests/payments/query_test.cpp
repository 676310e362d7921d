// Questions about orders: signed as the platforms want them, their answers proven like notices.
#include <gtest/gtest.h>

#include "adapters/payments/alipay.h"
#include "adapters/payments/form.h"
#include "base/base64.h"
#include "tests/payments/wechat_hand.h"

namespace tests {
namespace {

using payments::Fields;
using payments::RawReply;
using payments::Verdict;

payments::WechatAccount account() {
    return {.merchant = "1230000109",
            .sub_merchant = "",
            .serial = "3775B6A4",
            .api_url = "https://api.mch.weixin.qq.com"};
}

struct Wechat {
    payments::WechatV3 keys = wechat_v3();
    std::unique_ptr<payments::Inquirer> inquirer =
        make_wechat_inquirer(keys, account(), other_hand().private_key());

    [[nodiscard]] Verdict answered(std::string_view body, int status = 200,
                                   std::string_view order = "O1") const {
        return inquirer->read(order, {.status = status,
                                      .headers = WechatSignature{}.headers(body),
                                      .body = std::string{body},
                                      .now = now});
    }
};

TEST(WechatQuery, IsSignedByTheMerchant) {
    Wechat const wechat;
    auto const call = wechat.inquirer->query("O/1", now);
    std::string const path = "/v3/pay/transactions/out-trade-no/O%2F1?mchid=1230000109";
    EXPECT_EQ(call.method, "GET");
    EXPECT_EQ(call.url, "https://api.mch.weixin.qq.com" + path);
    EXPECT_EQ(call.body, "");
    auto const authorization = header(call, "Authorization");
    EXPECT_TRUE(authorization.starts_with("WECHATPAY2-SHA256-RSA2048 mchid=\"1230000109\""));
    EXPECT_EQ(quoted(authorization, "serial_no"), "3775B6A4");
    EXPECT_EQ(quoted(authorization, "timestamp"), std::to_string(now_seconds));
    auto const nonce = quoted(authorization, "nonce_str");
    EXPECT_EQ(nonce.size(), 32U);
    auto const signature = base::from_base64(quoted(authorization, "signature"));
    ASSERT_TRUE(signature);
    auto const text = "GET\n" + path + "\n" + std::to_string(now_seconds) + "\n" + nonce + "\n\n";
    EXPECT_TRUE(other_hand().public_key().verifies(text, *signature));
    EXPECT_NE(nonce,
              quoted(header(wechat.inquirer->query("O1", now), "Authorization"), "nonce_str"));
}

TEST(WechatQuery, OfAPartnerNamesBothMerchants) {
    auto const keys = wechat_v3();
    auto partner = account();
    partner.sub_merchant = "20";
    auto const call =
        make_wechat_inquirer(keys, partner, other_hand().private_key())->query("O1", now);
    EXPECT_EQ(call.url,
              "https://api.mch.weixin.qq.com/v3/pay/partner/transactions/out-trade-no/O1"
              "?sp_mchid=1230000109&sub_mchid=20");
}

TEST(WechatQuery, AsksForASignatureByThePublicKeyWhereThereIsOne) {
    auto keys = wechat_v3();
    keys.keys.push_back({"PUB_KEY_ID_0114", other_hand().public_key(), std::nullopt});
    keys.keys[0].expires_at = now + std::chrono::hours{1};
    auto const call =
        make_wechat_inquirer(keys, account(), other_hand().private_key())->query("O1", now);
    EXPECT_EQ(header(call, "Wechatpay-Serial"), "PUB_KEY_ID_0114");
}

TEST(WechatQuery, AnAnswerIsRead) {
    Wechat const wechat;
    EXPECT_EQ(told(wechat.answered(paid_order)), "ok paid O1 T1 5000 CNY");
    EXPECT_EQ(told(wechat.answered(R"({"mchid":"1","appid":"w","out_trade_no":"O1",)"
                                   R"("trade_state":"NOTPAY","trade_state_desc":"x"})")),
              "ok pending O1  none ");
    EXPECT_EQ(told(wechat.answered(R"({"code":"ORDER_NOT_EXIST","message":"x"})", 404)),
              "ok absent O1  none ");
}

TEST(WechatQuery, AnAnswerThatIsNotItsOwnIsRefused) {
    Wechat const wechat;
    EXPECT_EQ(told(wechat.answered(paid_order, 200, "O2")), "wrong_order: out_trade_no");
    EXPECT_EQ(told(wechat.answered(R"({"code":"FREQUENCY_LIMITED"})", 429)), "failed: status");
    EXPECT_EQ(told(wechat.answered(R"({"code":"ORDER_NOT_EXIST"})", 200)), "missing: trade_state");
    EXPECT_EQ(told(wechat.answered("x")), "malformed: body");
    auto const forged =
        wechat.inquirer->read("O1", {.status = 404,
                                     .headers = WechatSignature{.hand = other_hand()}.headers("{}"),
                                     .body = "{}",
                                     .now = now});
    EXPECT_EQ(told(forged), "bad_signature: Wechatpay-Signature");
}

struct AlipaySide {
    AlipaySide() { keys.keys.push_back(one_hand().public_key()); }

    payments::Alipay keys;
    std::unique_ptr<payments::Inquirer> inquirer = make_alipay_inquirer(
        keys,
        {.app = "2014", .seller = "2088", .gateway_url = "https://openapi.alipay.com/gateway.do"},
        other_hand().private_key());

    [[nodiscard]] Verdict answered(std::string const& trade, std::string const& more = "",
                                   RsaHand const& hand = one_hand()) const {
        return inquirer->read("O1", {.status = 200,
                                     .headers = {},
                                     .body = R"({"alipay_trade_query_response":)" + trade +
                                             R"(,"sign":")" + hand.sign(trade) + "\"" + more + "}",
                                     .now = now});
    }
};

std::string const trade =
    R"({"code":"10000","msg":"Success","buyer_logon_id":"ab}\"]***@x.cn","out_trade_no":"O1",)"
    R"("send_pay_date":"2027-01-15 16:00:00","total_amount":"50.00","trade_no":"T1",)"
    R"("trade_status":"TRADE_SUCCESS","fund_bill_list":[{"amount":"50.00"}]})";

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    return text.replace(text.find(what), what.size(), by);
}

TEST(AlipayQuery, IsSignedByTheApp) {
    AlipaySide const alipay;
    auto const call = alipay.inquirer->query("O1", now);
    EXPECT_EQ(call.method, "POST");
    EXPECT_EQ(call.url, "https://openapi.alipay.com/gateway.do");
    auto const fields = payments::read_form(call.body).value();
    EXPECT_EQ(payments::field_of(fields, "app_id"), "2014");
    EXPECT_EQ(payments::field_of(fields, "method"), "alipay.trade.query");
    EXPECT_EQ(payments::field_of(fields, "sign_type"), "RSA2");
    EXPECT_EQ(payments::field_of(fields, "biz_content"), R"({"out_trade_no":"O1"})");
    EXPECT_EQ(payments::field_of(fields, "timestamp"), "2027-01-15 16:00:00")
        << "in Alipay's time zone";
    auto const signature = base::from_base64(payments::field_of(fields, "sign"));
    ASSERT_TRUE(signature);
    EXPECT_TRUE(
        other_hand().public_key().verifies(payments::signed_text(fields, {"sign"}), *signature));
}

TEST(AlipayQuery, AnAnswerIsRead) {
    AlipaySide const alipay;
    auto const notice = alipay.answered(trade, R"(,"alipay_cert_sn":"x")").value();
    EXPECT_EQ(told(notice), "ok paid O1 T1 5000 CNY");
    EXPECT_EQ(notice.app, "2014");
    EXPECT_EQ(notice.merchant, "2088");
    EXPECT_EQ(told(alipay.answered(replaced(trade, "TRADE_SUCCESS", "TRADE_CLOSED"))),
              "ok refunded O1 T1 5000 CNY");
    EXPECT_EQ(told(alipay.answered(replaced(trade, "TRADE_SUCCESS", "WAIT_BUYER_PAY"))),
              "ok pending O1 T1 5000 CNY");
    EXPECT_EQ(told(alipay.answered(R"({"code":"40004","sub_code":"ACQ.TRADE_NOT_EXIST"})")),
              "ok absent O1  none ");
}

TEST(AlipayQuery, AnAnswerThatIsNotItsOwnIsRefused) {
    AlipaySide const alipay;
    EXPECT_EQ(told(alipay.answered(replaced(trade, "\"O1\"", "\"O2\""))),
              "wrong_order: out_trade_no");
    EXPECT_EQ(told(alipay.answered(trade, "", other_hand())), "bad_signature: sign");
    EXPECT_EQ(told(alipay.answered(R"({"code":"20000"})")), "failed: code");
    EXPECT_EQ(told(alipay.answered("7")), "malformed: alipay_trade_query_response");
    auto const of_body = [&](std::string const& body) {
        return told(
            alipay.inquirer->read("O1", {.status = 200, .headers = {}, .body = body, .now = now}));
    };
    EXPECT_EQ(of_body("{}"), "missing: sign");
    EXPECT_EQ(of_body("<html>"), "malformed: body");
    EXPECT_EQ(of_body(R"({"sign":"AAAA"})"), "bad_signature: sign");
    EXPECT_EQ(of_body(R"({"x":{"alipay_trade_query_response":)" + trade + R"(},"sign":")" +
                      one_hand().sign(trade) + "\"}"),
              "bad_signature: sign")
        << "it stands on the outermost level";
}

TEST(RawMember, IsTheBytesAsTheyStand) {
    EXPECT_EQ(payments::raw_member(R"( { "a" : {"x":"}\"" } , "b":[1,{"c":2}],"c": 3 } )", "a"),
              R"({"x":"}\"" })");
    EXPECT_EQ(payments::raw_member(R"({"a":"{","b":[1,{"c":2}],"c": 3 })", "b"), R"([1,{"c":2}])");
    EXPECT_EQ(payments::raw_member(R"({"a":1,"c": 3 })", "c"), "3");
    EXPECT_EQ(payments::raw_member(R"({"a":1,"c": 3 })", "d"), "");
    EXPECT_EQ(payments::raw_member("{}", "d"), "");
    EXPECT_EQ(payments::raw_member("", "d"), "");
    EXPECT_EQ(payments::raw_member("{", "d"), "");
    for (std::string const broken :
         {"{\"a", "{\"a\":", "{\"a\"", "{\"a\":{\"", "{\"a\":\"\\", "{]:"}) {
        EXPECT_EQ(payments::raw_member(std::string{broken}, "d"), "") << broken;
    }
}

}  // namespace
}  // namespace tests
