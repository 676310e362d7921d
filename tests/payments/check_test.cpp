// Whether what was paid is what was ordered, and what the platforms are answered.
#include <gtest/gtest.h>

#include "adapters/payments.h"
#include "adapters/payments/receivers.h"

namespace tests {
namespace {

using namespace adapters::payments;

Notice notice() {
    return {.form = Form::wechat_v3,
            .state = State::paid,
            .order = "O1",
            .trade = "T1",
            .amount = 5'000,
            .currency = "CNY",
            .merchant = "m",
            .app = "a"};
}

Expected const expected{.merchant = "m", .app = "a", .amount = 5'000, .currency = "CNY"};

std::string doubts(Notice const& said, Expected const& wanted = expected) {
    std::string text;
    for (auto const doubt : check(said, wanted)) {
        text += (text.empty() ? "" : " ") + std::string{to_text(doubt)};
    }
    return text;
}

TEST(PaymentCheck, WhatWasOrderedIsTaken) {
    EXPECT_EQ(doubts(notice()), "");
}

TEST(PaymentCheck, EachDifferenceIsADoubtOfItsOwn) {
    auto said = notice();
    said.amount = 4'999;
    EXPECT_EQ(doubts(said), "wrong_amount");
    said.amount.reset();
    EXPECT_EQ(doubts(said), "wrong_amount");
    said.currency = "USD";
    said.merchant = "other";
    said.app = "";
    said.live = false;
    said.proven = false;
    EXPECT_EQ(doubts(said),
              "wrong_amount wrong_currency wrong_merchant wrong_app not_live unproven");
}

TEST(PaymentCheck, APartnersShareIsForTheRightOne) {
    auto said = notice();
    said.sub_merchant = "s";
    EXPECT_EQ(doubts(said), "wrong_merchant");
    auto wanted = expected;
    wanted.sub_merchant = "s";
    EXPECT_EQ(doubts(said, wanted), "");
    EXPECT_EQ(doubts(notice(), wanted), "wrong_merchant");
    said.sub_app = "t";
    EXPECT_EQ(doubts(said, wanted), "wrong_app");
}

TEST(PaymentCheck, OnlyWhatSaysPaidMustSayAll) {
    Notice said{.form = Form::stripe, .state = State::chargeback, .trade = "T1"};
    EXPECT_EQ(doubts(said), "");
    said.merchant = "other";
    EXPECT_EQ(doubts(said), "wrong_merchant");
}

TEST(PaymentCheck, TestMoneyIsTakenWhereItIsWanted) {
    auto said = notice();
    said.live = false;
    auto wanted = expected;
    wanted.live = false;
    EXPECT_EQ(doubts(said, wanted), "");
}

std::string told_to(Form form, Reply reply) {
    auto const made = answer(form, reply);
    return std::to_string(made.status) + " " + made.body;
}

TEST(PaymentAnswer, IsWhatThePlatformWants) {
    EXPECT_EQ(told_to(Form::wechat_v3, Reply::ok), R"(200 {"code":"SUCCESS","message":"OK"})");
    EXPECT_TRUE(told_to(Form::wechat_v3, Reply::refused).starts_with(R"(401 {"code":"FAIL")"));
    EXPECT_TRUE(told_to(Form::wechat_v3, Reply::later).starts_with(R"(503 {"code":"FAIL")"));
    EXPECT_EQ(told_to(Form::wechat_v2, Reply::ok),
              "200 <xml><return_code><![CDATA[SUCCESS]]></return_code>"
              "<return_msg><![CDATA[OK]]></return_msg></xml>");
    EXPECT_TRUE(told_to(Form::wechat_v2, Reply::refused)
                    .starts_with("400 <xml><return_code><![CDATA[FAIL]]></return_code>"));
    EXPECT_EQ(told_to(Form::alipay, Reply::ok), "200 success");
    EXPECT_EQ(told_to(Form::alipay, Reply::refused), "400 fail");
    EXPECT_EQ(told_to(Form::alipay, Reply::later), "503 fail");
    EXPECT_EQ(told_to(Form::stripe, Reply::ok).substr(0, 3), "200");
    EXPECT_EQ(told_to(Form::stripe, Reply::refused).substr(0, 3), "400");
    EXPECT_EQ(answer(Form::wechat_v2, Reply::ok).type, "text/xml; charset=utf-8");
    EXPECT_EQ(answer(Form::alipay, Reply::ok).type, "text/plain; charset=utf-8");
}

Refusal refused_by(WechatV3 const* v3, WechatV2 const* v2, std::string_view body) {
    return make_wechat_receiver(v3, v2)->verify({.headers = {}, .body = body}).error();
}

TEST(WechatReceiver, TellsTheFormsApart) {
    WechatV3 const v3;
    WechatV2 const v2;
    EXPECT_EQ(refused_by(&v3, &v2, "<xml>").form, Form::wechat_v2);
    EXPECT_EQ(refused_by(&v3, &v2, "\xEF\xBB\xBF \n<xml>").form, Form::wechat_v2);
    EXPECT_EQ(refused_by(&v3, &v2, "{}").form, Form::wechat_v3);
    EXPECT_EQ(refused_by(&v3, &v2, "").form, Form::wechat_v3);
    EXPECT_EQ(refused_by(&v3, nullptr, "<xml></xml>").why, Why::unsupported);
    EXPECT_EQ(refused_by(nullptr, &v2, "{}").why, Why::unsupported);
}

}  // namespace
}  // namespace tests
