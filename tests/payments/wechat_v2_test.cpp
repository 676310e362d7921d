// Notices of WeChat Pay v2: signed by a shared key, in XML that has nothing dangerous in it.
#include "adapters/payments/wechat_v2.h"

#include <gtest/gtest.h>

#include "adapters/payments/text.h"
#include "adapters/payments/xml.h"
#include "base/base64.h"
#include "tests/payments/hand.h"

namespace tests {
namespace {

using payments::Fields;
using payments::WechatV2;

WechatV2 const wechat{.key = "192006250b4c09247ec02edce69f6a2d"};

Fields const paid{{"appid", "wx2421b1c4370ec43b"},
                  {"attach", "支付测试 & more"},
                  {"bank_type", "CFT"},
                  {"fee_type", "CNY"},
                  {"is_subscribe", "Y"},
                  {"mch_id", "10000100"},
                  {"nonce_str", "5d2b6c2a8db53831f7eda20af46e531c"},
                  {"openid", "oUpF8uMEb4qRXf22hE3X68TekukE"},
                  {"out_trade_no", "O1"},
                  {"result_code", "SUCCESS"},
                  {"return_code", "SUCCESS"},
                  {"time_end", "20270115160000"},
                  {"total_fee", "5000"},
                  {"transaction_id", "T1"}};

std::string to_xml(Fields const& fields, std::string const& root = "xml") {
    std::string text = "<" + root + ">\n";
    for (auto const& [name, value] : fields) {
        text += "<" + name + "><![CDATA[" + value + "]]></" + name + ">\n";
    }
    return text + "</" + root + ">";
}

Fields with(Fields fields, std::string const& name, std::string const& value) {
    for (auto& field : fields) {
        if (field.first == name) {
            field.second = value;
            return fields;
        }
    }
    fields.emplace_back(name, value);
    return fields;
}

Fields with_sign(Fields const& fields, std::size_t size = 32) {
    return with(fields, "sign", wechat_v2_sign(wechat, fields, size));
}

std::string verdict(std::string const& body) {
    return told(verify_wechat_v2(wechat, {.headers = {}, .body = body, .now = now}));
}

TEST(WechatV2, SignsAsTheOfficialExample) {
    Fields const fields{{"appid", "wxd930ea5d5a258f4f"},
                        {"body", "test"},
                        {"device_info", "1000"},
                        {"mch_id", "10000100"},
                        {"nonce_str", "ibuaiVcKdpRxkhJA"}};
    EXPECT_EQ(wechat_v2_sign(wechat, fields, 32), "9A0A8659F005D6984697E2CA0A9CF3B7");
    EXPECT_EQ(wechat_v2_sign(wechat, fields, 64),
              "6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6");
    EXPECT_EQ(wechat_v2_sign(wechat, fields, 40), "");
}

TEST(WechatV2, AGenuineNoticeIsRead) {
    for (std::size_t const size : {32U, 64U}) {
        auto const body = to_xml(with_sign(paid, size));
        auto const notice =
            verify_wechat_v2(wechat, {.headers = {}, .body = body, .now = now}).value();
        EXPECT_EQ(told(notice), "ok paid O1 T1 5000 CNY");
        EXPECT_EQ(notice.id, "v2:pay:T1");
        EXPECT_EQ(notice.merchant, "10000100");
        EXPECT_EQ(notice.app, "wx2421b1c4370ec43b");
        EXPECT_EQ(notice.happened_at, "20270115160000");
        EXPECT_TRUE(notice.proven);
    }
}

TEST(WechatV2, FieldsThatNobodyKnowsAreSignedToo) {
    EXPECT_EQ(verdict(to_xml(with_sign(with(paid, "Z_new", "1")))), "ok paid O1 T1 5000 CNY");
    EXPECT_EQ(verdict(to_xml(with(with_sign(paid), "Z_new", "1"))), "bad_signature: sign");
    EXPECT_EQ(verdict(to_xml(with(with_sign(paid), "empty", ""))), "ok paid O1 T1 5000 CNY");
}

TEST(WechatV2, AForgedNoticeIsRefused) {
    auto const of_another = payments::wechat_v2_sign({.key = std::string(32, 'k')}, paid, 32);
    EXPECT_EQ(verdict(to_xml(with(paid, "sign", of_another))), "bad_signature: sign");
    EXPECT_EQ(verdict(to_xml(with(with_sign(paid), "total_fee", "1"))), "bad_signature: sign");
    EXPECT_EQ(verdict(to_xml(paid)), "missing: sign");
    EXPECT_EQ(verdict(to_xml(with(paid, "sign", "X"))), "bad_signature: sign");
    auto small = with_sign(paid);
    for (char& c : small.back().second) {
        c = static_cast<char>(std::tolower(c));
    }
    EXPECT_EQ(verdict(to_xml(small)), "bad_signature: sign");
}

TEST(WechatV2, EveryFlippedByteIsRefused) {
    auto body = to_xml(with_sign(paid));
    for (auto& byte : body) {
        byte = static_cast<char>(byte ^ 1);
        EXPECT_FALSE(verdict(body).starts_with("ok")) << body;
        byte = static_cast<char>(byte ^ 1);
    }
}

TEST(WechatV2, ATruncatedNoticeIsRefused) {
    auto const body = to_xml(with_sign(paid));
    for (std::size_t size = 0; size < body.size(); ++size) {
        EXPECT_EQ(verdict(body.substr(0, size)), "malformed: body");
    }
}

TEST(WechatV2, AFieldThatIsThereTwiceIsRefused) {
    auto fields = with_sign(paid);
    fields.emplace_back("total_fee", "1");
    EXPECT_EQ(verdict(to_xml(fields)), "ambiguous: body");
}

// "attach=x&total_fee=1" would let whoever writes the attachment set the amount.
TEST(WechatV2, WhatCouldBeCutInAnotherWayIsRefused) {
    EXPECT_EQ(verdict(to_xml(with_sign(with(paid, "attach", "x&total_fee=1")))), "ambiguous: body");
    EXPECT_EQ(verdict(to_xml(with_sign(with(paid, "attach", "a=b & c")))),
              "ok paid O1 T1 5000 CNY");
}

TEST(WechatV2, WhatFailedIsNotPaid) {
    EXPECT_EQ(verdict(to_xml(with(paid, "return_code", "FAIL"))), "failed: return_code");
    EXPECT_EQ(verdict(to_xml(with_sign(with(paid, "result_code", "FAIL")))),
              "ok pending O1 T1 5000 CNY");
}

TEST(WechatV2, SignedNonsenseIsRefused) {
    EXPECT_EQ(verdict(to_xml(with_sign(with(paid, "total_fee", "5000.0")))),
              "malformed: total_fee");
    EXPECT_EQ(verdict(to_xml(with_sign(with(paid, "total_fee", "-1")))), "malformed: total_fee");
    EXPECT_EQ(verdict(to_xml(with_sign(with(paid, "total_fee", "")))), "missing: total_fee");
    EXPECT_EQ(verdict(to_xml(with_sign(with(paid, "out_trade_no", "O\n1")))),
              "malformed: out_trade_no");
}

Fields const refund{{"out_refund_no", "M1"},      {"out_trade_no", "O1"},
                    {"refund_fee", "1200"},       {"refund_id", "R1"},
                    {"refund_status", "SUCCESS"}, {"success_time", "2027-01-15 16:00:00"},
                    {"total_fee", "5000"},        {"transaction_id", "T1"}};

// Sealed under the MD5 of the key.
std::string refund_body(Fields const& inner, std::string_view key = wechat.key) {
    return to_xml(
        {{"return_code", "SUCCESS"},
         {"appid", "wx2421b1c4370ec43b"},
         {"mch_id", "10000100"},
         {"nonce_str", "x"},
         {"req_info", base::to_base64(seal_ecb(payments::md5_hex(key), to_xml(inner, "root")))}});
}

TEST(WechatV2, ARefundIsReadAndNotProven) {
    auto const body = refund_body(refund);
    auto const notice = verify_wechat_v2(wechat, {.headers = {}, .body = body, .now = now}).value();
    EXPECT_EQ(told(notice), "ok refunded O1 T1 5000 CNY");
    EXPECT_EQ(notice.id, "v2:refund:R1:SUCCESS");
    EXPECT_EQ(notice.refund, "R1");
    EXPECT_EQ(notice.returned, 1'200);
    EXPECT_FALSE(notice.proven) << "it is sealed and not signed";
    EXPECT_EQ(verdict(refund_body(with(refund, "refund_status", "CHANGE"))),
              "ok other O1 T1 5000 CNY");
}

TEST(WechatV2, ARefundUnderAnotherKeyIsRefused) {
    EXPECT_EQ(verdict(refund_body(refund, std::string(32, 'k'))), "undecryptable: req_info");
    EXPECT_EQ(verdict(to_xml({{"return_code", "SUCCESS"}, {"req_info", "AAAA"}})),
              "undecryptable: req_info");
    EXPECT_EQ(verdict(to_xml({{"return_code", "SUCCESS"}, {"req_info", "%"}})),
              "undecryptable: req_info");
    EXPECT_EQ(verdict(refund_body(with(refund, "refund_fee", "x"))), "malformed: refund_fee");
}

}  // namespace
}  // namespace tests
