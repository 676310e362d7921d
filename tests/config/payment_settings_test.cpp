// The section `payments`: what goes together for each platform, and that no complaint shows a key.
#include <gtest/gtest.h>

#include "tests/config/files.h"

namespace config {
namespace {

std::string const key(32, 'k');

Lines mistakes_in(std::string const& section) {
    return mistakes("payments: {" + section + "}\n");
}

TEST(PaymentKeys, WithoutThemThereIsNoPlatform) {
    for (auto const& loaded : {load_text("data_dir: d\n"), load_settings("", {})}) {
        ASSERT_TRUE(loaded.value);
        auto const& payments = loaded.value->payments;
        EXPECT_FALSE(payments.simulate);
        EXPECT_FALSE(payments.wechat.there() || payments.alipay.there() || payments.stripe.there());
        EXPECT_EQ(payments.wechat.tolerance, base::Millis{300'000});
        EXPECT_EQ(payments.stripe.tolerance, base::Millis{300'000});
        EXPECT_EQ(payments.wechat.api_url, WechatPay{}.api_url);
        EXPECT_EQ(payments.alipay.gateway_url, Alipay{}.gateway_url);
    }
}

TEST(PaymentKeys, EachOfThem) {
    Folder folder;
    folder.write("v3", key + "\n");
    folder.write("v2", std::string(32, 'v'));
    folder.write("whsec", "whsec_1\n");
    auto const file =
        folder.write("tallyman.yaml",
                     "payments:\n"
                     "  simulate: true\n"
                     "  public_url: https://api.example.com/\n"
                     "  return_url: https://www.example.com/account?from=pay\n"
                     "  wechat: {merchant_id: '1230000109', app_id: wx1, sub_merchant_id: '19',\n"
                     "    sub_app_id: wx2, api_v3_key_file: v3, certificate_files: [a.pem],\n"
                     "    public_keys: {PUB_KEY_ID_1: b.pem}, merchant_serial: AB12,\n"
                     "    merchant_key_file: c.pem, api_v2_key_file: v2, tolerance: 1m,\n"
                     "    api_url: 'http://127.0.0.1:9/'}\n"
                     "  alipay: {app_id: '2014', seller_id: '2088', public_key_files: [d.pem],\n"
                     "    app_key_file: e.pem, gateway_url: 'https://sandbox.example/gateway.do'}\n"
                     "  stripe: {secret_file: whsec, previous_secret: whsec_0, account: acct_1,\n"
                     "    test_mode: true, tolerance: 10s}\n");
    auto const loaded = load_settings(file, {});
    ASSERT_TRUE(loaded.value) << to_text(loaded.problems[0]);
    auto const& [simulate, public_url, return_url, wechat, alipay, stripe] = loaded.value->payments;
    EXPECT_TRUE(simulate);
    EXPECT_EQ(public_url, "https://api.example.com");
    EXPECT_EQ(return_url, "https://www.example.com/account?from=pay");
    EXPECT_TRUE(wechat.there() && wechat.there_v3() && alipay.there() && stripe.there());
    EXPECT_EQ(wechat.merchant_id + wechat.app_id + wechat.sub_merchant_id + wechat.sub_app_id,
              "1230000109wx119wx2");
    EXPECT_EQ(wechat.api_v3_key, key);
    EXPECT_EQ(wechat.api_v2_key, std::string(32, 'v'));
    EXPECT_EQ(wechat.certificate_files.at(0), folder.path() / "a.pem");
    EXPECT_EQ(wechat.public_keys.at("PUB_KEY_ID_1"), folder.path() / "b.pem");
    EXPECT_EQ(wechat.merchant_serial, "AB12");
    EXPECT_EQ(wechat.merchant_key_file, folder.path() / "c.pem");
    EXPECT_EQ(wechat.api_url, "http://127.0.0.1:9");
    EXPECT_EQ(wechat.tolerance, base::Millis{60'000});
    EXPECT_EQ(alipay.app_id + alipay.seller_id, "20142088");
    EXPECT_EQ(alipay.public_key_files.at(0), folder.path() / "d.pem");
    EXPECT_EQ(alipay.app_key_file, folder.path() / "e.pem");
    EXPECT_EQ(alipay.gateway_url, "https://sandbox.example/gateway.do");
    EXPECT_EQ(stripe.secret + stripe.previous_secret + stripe.account, "whsec_1whsec_0acct_1");
    EXPECT_TRUE(stripe.test_mode);
    EXPECT_EQ(stripe.tolerance, base::Millis{10'000});
}

TEST(PaymentKeys, HaveVariables) {
    Folder folder;
    auto const secret = folder.write("secret", "whsec_file").string();
    auto const loaded =
        load_text("payments: {stripe: {secret: whsec_text}}\n",
                  {{"TALLYMAN_PAYMENTS_STRIPE_SECRET_FILE", secret},
                   {"TALLYMAN_PAYMENTS_SIMULATE", "true"},
                   {"TALLYMAN_PAYMENTS_ALIPAY_APP_ID", "2014"},
                   {"TALLYMAN_PAYMENTS_ALIPAY_SELLER_ID", "2088"},
                   {"TALLYMAN_PAYMENTS_ALIPAY_PUBLIC_KEY_FILES", "[/a.pem]"},
                   {"TALLYMAN_PAYMENTS_WECHAT_PUBLIC_KEYS", "{PUB_KEY_ID_1: /b.pem}"},
                   {"TALLYMAN_PAYMENTS_WECHAT_API_V3_KEY", key},
                   {"TALLYMAN_PAYMENTS_WECHAT_MERCHANT_ID", "123"},
                   {"TALLYMAN_PAYMENTS_WECHAT_APP_ID", "wx1"}});
    ASSERT_TRUE(loaded.value) << to_text(loaded.problems[0]);
    auto const& payments = loaded.value->payments;
    EXPECT_TRUE(payments.simulate);
    EXPECT_EQ(payments.stripe.secret, "whsec_file");
    EXPECT_EQ(payments.alipay.public_key_files.at(0), "/a.pem");
    EXPECT_EQ(payments.wechat.public_keys.at("PUB_KEY_ID_1"), "/b.pem");
    EXPECT_EQ(payments.wechat.merchant_id, "123");
}

TEST(PaymentKeys, AWechatMerchantIsWhole) {
    auto const ids = std::string{"wechat: {merchant_id: '1', app_id: wx1, "};
    EXPECT_EQ(mistakes_in("wechat: {api_v2_key: " + key + "}"),
              (Lines{"1: payments.wechat.app_id: missing; notices are compared with it",
                     "1: payments.wechat.merchant_id: missing; notices are compared with it"}));
    EXPECT_EQ(mistakes_in(ids + "}"),
              Lines{"1: payments.wechat.api_v3_key: missing; expected this one or `api_v2_key`"});
    EXPECT_EQ(mistakes_in(ids + "api_v3_key: " + key + "}"),
              Lines{"1: payments.wechat.certificate_files: missing; with `api_v3_key` go the "
                    "platform's certificates, or `public_keys`"});
    EXPECT_EQ(mistakes_in(ids + "certificate_files: [/a]}"),
              Lines{"1: payments.wechat.api_v3_key: missing; without it notices can't be opened"});
    auto const v3 = ids + "certificate_files: [/a], api_v3_key: " + key;
    EXPECT_EQ(mistakes_in(v3 + ", merchant_key_file: /k}"),
              Lines{"1: payments.wechat.merchant_serial: missing; it names the certificate of "
                    "`merchant_key_file`"});
    EXPECT_EQ(mistakes_in(v3 + ", merchant_serial: AB}"),
              Lines{"1: payments.wechat.merchant_key_file: missing; it goes with "
                    "`merchant_serial`"});
    EXPECT_EQ(mistakes_in(ids + "api_v2_key: " + key + ", merchant_serial: AB, " +
                          "merchant_key_file: /k}"),
              Lines{"1: payments.wechat.api_v3_key: missing; orders are asked about by API v3"});
    EXPECT_EQ(mistakes_in(v3 + "}"), Lines{});
    EXPECT_EQ(mistakes_in(ids + "api_v2_key: " + key + "}"), Lines{});
}

TEST(PaymentKeys, TheOtherPlatformsAreWhole) {
    EXPECT_EQ(mistakes_in("alipay: {app_id: '1'}"),
              (Lines{"1: payments.alipay.public_key_files: missing; notices are signed",
                     "1: payments.alipay.seller_id: missing; notices are compared with it"}));
    EXPECT_EQ(mistakes_in("stripe: {previous_secret: x}"),
              Lines{"1: payments.stripe.secret: missing; events are signed with it"});
    EXPECT_EQ(mistakes_in("stripe: {account: acct_1}").size(), 1U);
}

TEST(PaymentKeys, MistakesNameTheKeyAndShowNoSecret) {
    Folder folder;
    auto const empty = folder.write("empty", "\n").string();
    EXPECT_EQ(mistakes_in("stripe: {secret_file: '" + empty + "'}"),
              Lines{"1: payments.stripe.secret_file: the file is empty"});
    EXPECT_EQ(mistakes_in("stripe: {secret: [hunter2]}"),
              Lines{"1: payments.stripe.secret: expected a text that is not empty (what was given "
                    "is not shown)"});
    EXPECT_EQ(
        mistakes_in("stripe: {secret: x, secret_file: '" + folder.write("s", "y").string() + "'}"),
        Lines{"1: payments.stripe.secret_file: given beside `secret`, expected one of the "
              "two"});
    EXPECT_EQ(mistakes_in("wechat: {merchant_id: '1', app_id: wx1, api_v2_key: hunter2}"),
              Lines{"1: payments.wechat.api_v2_key: has 7 bytes, expected 32"});
    EXPECT_EQ(mistakes_in("wechat: {mch_id: '1'}").at(0),
              "1: payments.wechat.mch_id: unknown key; did you mean `app_id`?");
}

TEST(MembershipKeys, HavePricesInMoneyAndCredits) {
    auto const usual = load_text("data_dir: d\n").value->rules.memberships;
    ASSERT_EQ(usual.size(), 3U);
    EXPECT_EQ(usual[0].amount, 990);
    EXPECT_EQ(usual[1].amount, 2'500);
    EXPECT_EQ(usual[2].amount, 8'800);
    auto const loaded = load_text(
        "membership: {month: {amount: 1200, credits: 1000}, year: {amount: 0}}\n"
        "recharge: {pending_orders: 3}\n");
    ASSERT_TRUE(loaded.value) << to_text(loaded.problems[0]);
    auto const& sold = loaded.value->rules.memberships;
    EXPECT_EQ(sold[0].amount, 1'200);
    EXPECT_EQ(sold[0].credits.value, 1'000);
    EXPECT_EQ(sold[1], usual[1]);
    EXPECT_EQ(sold[2].amount, 0);
    EXPECT_EQ(loaded.value->rules.recharge.pending_orders, 3);
}

TEST(MembershipKeys, AreWhatTheyShouldBe) {
    for (std::string const bad :
         {"month: {amount: -1}", "month: {amount: 1.5}", "week: {amount: 1}", "month: {price: 1}",
          "year: {credits: -1}"}) {
        EXPECT_EQ(mistakes("membership: {" + bad + "}\n").size(), 1U) << bad;
    }
    EXPECT_EQ(mistakes("recharge: {pending_orders: 0}\n").size(), 1U);
}

TEST(PaymentKeys, AddressesForPlatformsAndBrowsersAreWhole) {
    for (std::string const bad : {"public_url: 'http://api.example'", "public_url: 'api.example'",
                                  "return_url: 'javascript:x'", "return_url: 'https://a b'"}) {
        EXPECT_EQ(mistakes_in(bad).size(), 1U) << bad;
    }
}

TEST(PaymentKeys, IdsAndAddressesAreWhatTheyShouldBe) {
    for (std::string const bad : {"'a b'", "'a?b'", "''", "[x]", "'a/b'"}) {
        EXPECT_EQ(mistakes_in("stripe: {secret: x, account: " + bad + "}").size(), 1U) << bad;
    }
    for (std::string const bad : {"http://api.example", "https://me@api.example", "ftp://x",
                                  "http://localhost.evil.example", "https://a.example/?q", "''"}) {
        EXPECT_EQ(mistakes_in("wechat: {api_url: '" + bad + "'}").size(), 1U) << bad;
        EXPECT_EQ(mistakes_in("alipay: {gateway_url: '" + bad + "'}").size(), 1U) << bad;
    }
    EXPECT_EQ(mistakes_in("wechat: {public_keys: {AB: /x}, app_id: wx1, merchant_id: '1', "
                          "api_v3_key: " +
                          key + "}"),
              Lines{"1: payments.wechat.public_keys.AB: expected the id of a public key, which "
                    "begins with PUB_KEY_ID_"});
    EXPECT_EQ(mistakes_in("stripe: {tolerance: 0s}").size(), 1U);
    EXPECT_EQ(mistakes_in("wechat: {tolerance: 2h}").size(), 1U);
}

}  // namespace
}  // namespace config
