// Having orders paid: what is asked of the platforms is signed as they want it, and what they
// answer is proven like notices.
#include <gtest/gtest.h>

#include "adapters/payments/alipay.h"
#include "adapters/payments/form.h"
#include "base/base64.h"
#include "tests/payments/wechat_hand.h"

namespace tests {
namespace {

payments::Bill bill() {
    return {.order = "T-1",
            .amount = 990,
            .subject = "100 credits",
            .expires_at = now + std::chrono::minutes{30},
            .notify_url = "https://pay.example.com/api/payment/callback/wechat",
            .return_url = ""};
}

payments::WechatAccount account() {
    return {.merchant = "1230000109",
            .sub_merchant = "",
            .serial = "3775B6A4",
            .api_url = "https://api.mch.weixin.qq.com",
            .app = "wx1"};
}

struct WechatPay {
    explicit WechatPay(payments::WechatAccount who = account())
        : cashier{make_wechat_cashier(keys, std::move(who), other_hand().private_key())} {}

    payments::WechatV3 keys = wechat_v3();
    std::unique_ptr<payments::Cashier> cashier;

    [[nodiscard]] payments::Call call(payments::Bill const& what = bill()) const {
        return std::get<payments::Call>(cashier->charge(what, now));
    }

    [[nodiscard]] std::string answered(std::string const& body, int status = 200,
                                       RsaHand const& hand = one_hand()) const {
        auto const read = cashier->read({.status = status,
                                         .headers = WechatSignature{.hand = hand}.headers(body),
                                         .body = body,
                                         .now = now});
        return read ? read->url : to_text(read.error());
    }
};

TEST(WechatPay, TheCallIsSignedOverItsBody) {
    WechatPay const wechat;
    auto const call = wechat.call();
    EXPECT_EQ(call.method, "POST");
    EXPECT_EQ(call.url, "https://api.mch.weixin.qq.com/v3/pay/transactions/native");
    EXPECT_EQ(header(call, "Content-Type"), "application/json");
    EXPECT_EQ(call.body, R"({"appid":"wx1","mchid":"1230000109","description":"100 credits",)"
                         R"("out_trade_no":"T-1","time_expire":"2027-01-15T08:30:00Z",)"
                         R"("notify_url":"https://pay.example.com/api/payment/callback/wechat",)"
                         R"("amount":{"total":990,"currency":"CNY"}})");
    auto const authorization = header(call, "Authorization");
    auto const signature = base::from_base64(quoted(authorization, "signature"));
    ASSERT_TRUE(signature);
    auto const text = "POST\n/v3/pay/transactions/native\n" + std::to_string(now_seconds) + "\n" +
                      quoted(authorization, "nonce_str") + "\n" + call.body + "\n";
    EXPECT_TRUE(other_hand().public_key().verifies(text, *signature));
}

TEST(WechatPay, APartnerNamesBothMerchantsAndApps) {
    auto partner = account();
    partner.sub_merchant = "20";
    partner.sub_app = "wx2";
    auto const call = WechatPay{partner}.call();
    EXPECT_TRUE(call.url.ends_with("/v3/pay/partner/transactions/native"));
    EXPECT_TRUE(call.body.starts_with(
        R"({"sp_appid":"wx1","sp_mchid":"1230000109","sub_mchid":"20","sub_appid":"wx2",)"))
        << call.body;
}

TEST(WechatPay, ALongSubjectIsCutBetweenCharacters) {
    auto what = bill();
    what.subject.clear();
    for (int i = 0; i < 50; ++i) {
        what.subject += "积";
    }
    auto const call = WechatPay{}.call(what);
    std::string kept;
    for (int i = 0; i < 42; ++i) {
        kept += "积";
    }
    EXPECT_NE(call.body.find("\"description\":\"" + kept + "\""), std::string::npos) << call.body;
}

TEST(WechatPay, ItsAnswerIsWhatTheQrCodeShows) {
    WechatPay const wechat;
    EXPECT_EQ(wechat.answered(R"({"code_url":"weixin://wxpay/bizpayurl?pr=p4lpSuKzz"})"),
              "weixin://wxpay/bizpayurl?pr=p4lpSuKzz");
}

TEST(WechatPay, AnAnswerThatIsNoneIsRefused) {
    WechatPay const wechat;
    std::string const good = R"({"code_url":"weixin://wxpay/bizpayurl?pr=p4lpSuKzz"})";
    EXPECT_EQ(wechat.answered(good, 200, other_hand()), "bad_signature: Wechatpay-Signature");
    EXPECT_EQ(wechat.answered(R"({"code":"ORDERPAID","message":"x"})", 400),
              "failed: status, ORDERPAID");
    EXPECT_EQ(wechat.answered(R"({"code":"a b","message":"x"})", 500), "failed: status");
    EXPECT_EQ(wechat.answered(R"({"code_url":""})"), "missing: code_url");
    EXPECT_EQ(wechat.answered(R"({"code_url":"a\nb"})"), "missing: code_url");
    EXPECT_EQ(wechat.answered(R"({"code_url":7})"), "missing: code_url");
    EXPECT_EQ(wechat.answered("[]"), "malformed: body");
}

payments::Fields alipay_query_of(payments::Bill const& what) {
    auto const cashier = make_alipay_cashier(
        {.app = "2014", .seller = "2088", .gateway_url = "https://openapi.alipay.com/gateway.do"},
        other_hand().private_key());
    auto const payable = std::get<payments::Payable>(cashier->charge(what, now));
    EXPECT_EQ(payable.kind, payments::Payable::Kind::redirect);
    EXPECT_TRUE(payable.url.starts_with("https://openapi.alipay.com/gateway.do?app_id=2014&"))
        << payable.url;
    return payments::read_form(payable.url.substr(payable.url.find('?') + 1)).value();
}

TEST(AlipayPay, TheAddressIsSignedByTheApp) {
    auto what = bill();
    what.notify_url = "https://pay.example.com/api/payment/callback/alipay";
    what.return_url = "https://shop.example.com/done?a=1&b=2";
    auto const fields = alipay_query_of(what);
    EXPECT_EQ(payments::field_of(fields, "method"), "alipay.trade.page.pay");
    EXPECT_EQ(payments::field_of(fields, "notify_url"), what.notify_url);
    EXPECT_EQ(payments::field_of(fields, "return_url"), what.return_url);
    EXPECT_EQ(payments::field_of(fields, "biz_content"),
              R"({"out_trade_no":"T-1","product_code":"FAST_INSTANT_TRADE_PAY",)"
              R"("subject":"100 credits","total_amount":"9.90",)"
              R"("time_expire":"2027-01-15 16:30:00"})");
    auto const signature = base::from_base64(payments::field_of(fields, "sign"));
    ASSERT_TRUE(signature);
    EXPECT_TRUE(
        other_hand().public_key().verifies(payments::signed_text(fields, {"sign"}), *signature));
}

TEST(AlipayPay, SaysNothingOfWhereToReturnWhereNobodyDoes) {
    auto const fields = alipay_query_of(bill());
    EXPECT_EQ(payments::field_of(fields, "return_url"), "");
    for (auto const& [name, value] : fields) {
        EXPECT_FALSE(value.empty()) << name;
    }
}

TEST(AlipayPay, WritesAmountsInYuanWithTwoDecimals) {
    auto what = bill();
    auto const total = [&](std::int64_t fen) {
        what.amount = fen;
        auto const fields = alipay_query_of(what);
        std::string const content{payments::field_of(fields, "biz_content")};
        auto const at = content.find("total_amount\":\"") + 15;
        return content.substr(at, content.find('"', at) - at);
    };
    EXPECT_EQ(total(1), "0.01");
    EXPECT_EQ(total(99), "0.99");
    EXPECT_EQ(total(100), "1.00");
    EXPECT_EQ(total(123456), "1234.56");
}

}  // namespace
}  // namespace tests
