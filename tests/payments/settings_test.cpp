// From settings to platforms: keys load, and what is wrong is named by its setting.
#include <fstream>

#include <gtest/gtest.h>

#include "adapters/store.h"
#include "tests/config/files.h"
#include "tests/payments/wechat_hand.h"
#include "worker/payments.h"

namespace tests {
namespace {

using config::Folder;

std::string why(config::Payments const& settings) {
    try {
        static_cast<void>(worker::make_payments(settings));
        return "";
    } catch (adapters::Unusable const& error) {
        return error.what();
    }
}

struct Files {
    Folder folder;
    config::Payments settings;

    Files() {
        auto& wechat = settings.wechat;
        wechat.merchant_id = "1230000109";
        wechat.app_id = "wxd678efh567hg6787";
        wechat.api_v3_key = api_v3_key;
        wechat.certificate_files = {
            folder.write("platform.pem", one_hand().certificate(std::string{platform_serial}))};
        wechat.public_keys["PUB_KEY_ID_1"] = folder.write("public.pem", other_hand().public_pem());
        wechat.merchant_serial = "AB";
        wechat.merchant_key_file = folder.write("merchant.pem", other_hand().private_pem());
        auto& alipay = settings.alipay;
        alipay.app_id = "2014";
        alipay.seller_id = "2088";
        alipay.public_key_files = {folder.write("alipay", one_hand().public_base64()),
                                   folder.write("alipay.crt", other_hand().certificate("7"))};
        alipay.app_key_file = folder.write("app", other_hand().private_base64());
        settings.stripe.secret = "whsec_1";
        settings.stripe.previous_secret = "whsec_0";
    }
};

TEST(MakePayments, LoadsWhatIsConfigured) {
    Files const files;
    auto const payments = worker::make_payments(files.settings);
    ASSERT_EQ(payments->platforms().size(), 3U);
    auto const* const wechat = payments->find("wechat");
    ASSERT_NE(wechat, nullptr);
    EXPECT_EQ(wechat->keys, "v3 with 2 keys");
    EXPECT_EQ(wechat->expires_at, now + std::chrono::days{1});
    EXPECT_EQ(wechat->expected.merchant, "1230000109");
    EXPECT_NE(wechat->inquirer, nullptr);
    auto const body = WechatNotice{}.body();
    auto const notice = wechat->receiver->verify(
        {.headers = WechatSignature{}.headers(body), .body = body, .now = now});
    auto expected = wechat->expected;
    expected.amount = 5'000;
    expected.currency = "CNY";
    EXPECT_TRUE(payments::check(notice.value(), expected).empty());
    EXPECT_EQ(payments->find("alipay")->keys, "2 keys");
    EXPECT_NE(payments->find("alipay")->inquirer, nullptr);
    EXPECT_EQ(payments->find("alipay")->expected.merchant, "2088");
    EXPECT_EQ(payments->find("stripe")->keys, "2 secrets");
    EXPECT_EQ(payments->find("stripe")->inquirer, nullptr);
    EXPECT_TRUE(payments->find("stripe")->expected.live);
    EXPECT_EQ(payments->find("paypal"), nullptr);
}

TEST(MakePayments, WithoutSettingsThereIsNone) {
    auto const payments = worker::make_payments({});
    EXPECT_TRUE(payments->platforms().empty());
    EXPECT_FALSE(payments->simulate());
    EXPECT_TRUE(worker::make_payments({.simulate = true})->simulate());
}

TEST(MakePayments, NamesTheSettingThatIsWrong) {
    Files files;
    auto broken = files.settings;
    auto const file = files.folder.write("x", "hunter2");
    broken.wechat.certificate_files = {file};
    EXPECT_EQ(why(broken), "payments.wechat.certificate_files: " + file.string() +
                               " has no certificate in PEM, or something else beside it");
    broken = files.settings;
    broken.wechat.public_keys["PUB_KEY_ID_1"] = file;
    EXPECT_TRUE(why(broken).starts_with("payments.wechat.public_keys: ")) << why(broken);
    broken = files.settings;
    broken.wechat.merchant_key_file = files.folder.path() / "none";
    EXPECT_EQ(why(broken), "payments.wechat.merchant_key_file: " +
                               broken.wechat.merchant_key_file.string() + " is not there");
    broken = files.settings;
    broken.alipay.public_key_files = {files.folder.write("p", one_hand().private_pem())};
    EXPECT_TRUE(why(broken).ends_with("has a private key, expected a public one")) << why(broken);
    broken = files.settings;
    broken.alipay.app_key_file = files.folder.path();
    EXPECT_TRUE(why(broken).ends_with("is no regular file")) << why(broken);
    broken.alipay.app_key_file = files.folder.write("big", std::string(65'537, 'x'));
    EXPECT_TRUE(why(broken).ends_with("is larger than 64 KiB, and no key")) << why(broken);
    EXPECT_EQ(why(files.settings), "");
}

TEST(MakePayments, OurOwnCertificateIsNotThePlatforms) {
    Files files;
    files.settings.wechat.merchant_serial = "00" + std::string{platform_serial};
    EXPECT_TRUE(why(files.settings)
                    .ends_with("is the merchant's own certificate, expected the "
                               "platform's"))
        << why(files.settings);
}

}  // namespace
}  // namespace tests
