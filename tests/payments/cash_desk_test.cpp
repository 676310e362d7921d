// What a payer is offered: by which channels, and where a platform has to be asked for it.
#include "worker/cash_desk.h"

#include <gtest/gtest.h>

#include "jobs/orders.h"
#include "tests/payments/platform.h"

namespace tests {
namespace {

class Cash : public testing::Test {
protected:
    Platforms world;

    worker::CashDesk desk() {
        return worker::CashDesk{{.payments = *world.payments,
                                 .settings = world.settings,
                                 .send = world.send(),
                                 .log = *world.log}};
    }
};

TEST_F(Cash, IsTakenByTheChannelsThatAreConfigured) {
    auto const cash = desk();
    EXPECT_EQ(cash.channels(),
              (std::vector<std::string>{"wechat", "alipay", "stripe", "simulate"}));
    EXPECT_TRUE(cash.has("wechat"));
    EXPECT_FALSE(cash.has("paypal"));
    EXPECT_FALSE(cash.has("credits"));
    EXPECT_TRUE(cash.can_ask("wechat"));
    EXPECT_TRUE(cash.can_ask("alipay"));
    EXPECT_FALSE(cash.can_ask("stripe"));
    EXPECT_FALSE(cash.can_ask("simulate"));
    world.payments = worker::make_payments({});
    EXPECT_TRUE(desk().channels().empty());
}

TEST_F(Cash, WechatIsAskedForItsCode) {
    auto const order = world.open("wechat");
    auto cash = desk();
    EXPECT_EQ(cash.offer_at_once(order, now), "");
    auto const offer = cash.ask_for_offer(order, now);
    ASSERT_TRUE(offer) << offer.error();
    EXPECT_EQ(*offer, "qr_code weixin://wxpay/bizpayurl?pr=1");
    ASSERT_EQ(world.calls.size(), 1U);
    auto const& body = world.calls[0].body;
    EXPECT_NE(body.find("\"out_trade_no\":\"" + order.id + "\""), std::string::npos) << body;
    EXPECT_NE(body.find("\"total\":5000"), std::string::npos) << body;
    EXPECT_NE(body.find("https://api.example.com/api/payment/callback/wechat"), std::string::npos);
    EXPECT_EQ(world.unsigned_calls, 0);
}

TEST_F(Cash, WhatWasOfferedIsOfferedAgain) {
    auto order = world.open("wechat");
    order.offer = "qr_code weixin://kept";
    EXPECT_EQ(desk().offer_at_once(order, now), "qr_code weixin://kept");
}

TEST_F(Cash, AlipayNeedsNobodyToBeAsked) {
    auto const offer = desk().offer_at_once(world.open("alipay"), now);
    EXPECT_TRUE(offer.starts_with("redirect https://openapi.alipay.com/gateway.do?app_id=2014&"))
        << offer;
    EXPECT_TRUE(world.calls.empty());
}

TEST_F(Cash, WithoutKeysOrAnAddressForNoticesSomebodyElseAsks) {
    EXPECT_EQ(desk().offer_at_once(world.open("stripe"), now), "external");
    world.settings.public_url.clear();
    EXPECT_EQ(desk().offer_at_once(world.open("wechat"), now), "external");
}

TEST_F(Cash, SimulatedOnesNameTheCallThatPaysThem) {
    auto const order = world.open("simulate");
    EXPECT_EQ(desk().offer_at_once(order, now), "simulate /api/payment/simulate/" + order.id);
}

TEST_F(Cash, SaysWhyAPlatformHasNotAnswered) {
    auto const order = world.open("wechat");
    auto cash = desk();
    world.down = true;
    EXPECT_EQ(cash.ask_for_offer(order, now).error(), "connect: nobody is there");
    world.down = false;
    world.forges = true;
    EXPECT_EQ(cash.ask_for_offer(order, now).error(), "bad_signature: Wechatpay-Signature");
    world.forges = false;
    EXPECT_TRUE(cash.ask_for_offer(order, now));
}

TEST_F(Cash, SecretsOfOrdersAreNeverTheSame) {
    auto const one = worker::new_order_secret();
    EXPECT_EQ(one.size(), jobs::order_secret_size);
    EXPECT_NE(one, worker::new_order_secret());
}

}  // namespace
}  // namespace tests
