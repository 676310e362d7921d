#include "worker/payments.h"

#include <algorithm>
#include <expected>
#include <fstream>
#include <utility>

#include <fmt/format.h>

#include "adapters/payments/receivers.h"
#include "adapters/store.h"

namespace worker {

namespace payments = adapters::payments;
using adapters::Unusable;
using Path = std::filesystem::path;

struct Payments::Keys {
    std::optional<payments::WechatV3> wechat_v3;
    std::optional<payments::WechatV2> wechat_v2;
    payments::Alipay alipay;
    payments::Stripe stripe;
};

namespace {

constexpr std::streamsize most_file = 64 * 1024;

[[noreturn]] void fail(std::string_view key, Path const& file, std::string_view what) {
    throw Unusable{fmt::format("payments.{}: {} {}", key, file.string(), what)};
}

std::string content_of(std::string_view key, Path const& file) {
    std::error_code code;
    if (!std::filesystem::is_regular_file(file, code)) {
        fail(key, file,
             std::filesystem::exists(file, code) ? "is no regular file" : "is not there");
    }
    std::ifstream stream{file, std::ios::binary};
    if (!stream) {
        fail(key, file, "can't be read");
    }
    std::string text(static_cast<std::size_t>(most_file) + 1, '\0');
    stream.read(text.data(), most_file + 1);
    if (stream.gcount() > most_file) {
        fail(key, file, "is larger than 64 KiB, and no key");
    }
    text.resize(static_cast<std::size_t>(stream.gcount()));
    return text;
}

// What `read` makes of the file's text.
template <typename T>
T load(std::string_view key, Path const& file,
       std::expected<T, std::string> (*read)(std::string_view)) {
    auto loaded = read(content_of(key, file));
    if (!loaded) {
        fail(key, file, loaded.error());
    }
    return std::move(*loaded);
}

// Our own certificate has a serial number too, and is easily taken for the platform's.
void add_certificate(payments::WechatV3& wechat, config::WechatPay const& settings,
                     Path const& file) {
    constexpr auto key = "wechat.certificate_files";
    auto read = load<payments::Certificate>(key, file, payments::Certificate::from_pem);
    if (read.serial == payments::plain_serial(settings.merchant_serial)) {
        fail(key, file, "is the merchant's own certificate, expected the platform's");
    }
    wechat.keys.push_back({std::move(read.serial), std::move(read.key), read.expires_at});
}

payments::WechatV3 wechat_v3(config::WechatPay const& settings) {
    payments::WechatV3 wechat{.api_key = settings.api_v3_key, .tolerance = settings.tolerance};
    for (auto const& file : settings.certificate_files) {
        add_certificate(wechat, settings, file);
    }
    for (auto const& [id, file] : settings.public_keys) {
        wechat.keys.push_back(
            {id,
             load<payments::PublicKey>("wechat.public_keys", file, payments::PublicKey::from_text),
             std::nullopt});
    }
    return wechat;
}

std::optional<base::Timestamp> first_end(payments::WechatV3 const& wechat) {
    std::optional<base::Timestamp> first;
    for (auto const& key : wechat.keys) {
        if (key.expires_at && (!first || *key.expires_at < *first)) {
            first = key.expires_at;
        }
    }
    return first;
}

payments::WechatAccount wechat_account(config::WechatPay const& settings) {
    return {.merchant = settings.merchant_id,
            .sub_merchant = settings.sub_merchant_id,
            .serial = settings.merchant_serial,
            .api_url = settings.api_url,
            .app = settings.app_id,
            .sub_app = settings.sub_app_id};
}

payments::PrivateKey wechat_key(config::WechatPay const& settings) {
    return load<payments::PrivateKey>("wechat.merchant_key_file", settings.merchant_key_file,
                                      payments::PrivateKey::from_text);
}

PaymentPlatform wechat_platform(std::optional<payments::WechatV3> const& v3,
                                std::optional<payments::WechatV2> const& v2,
                                config::WechatPay const& settings) {
    PaymentPlatform platform{.name = "wechat"};
    platform.receiver = make_wechat_receiver(v3 ? &*v3 : nullptr, v2 ? &*v2 : nullptr);
    if (v3) {
        if (!settings.merchant_key_file.empty()) {
            platform.inquirer =
                make_wechat_inquirer(*v3, wechat_account(settings), wechat_key(settings));
            platform.cashier =
                make_wechat_cashier(*v3, wechat_account(settings), wechat_key(settings));
        }
        platform.expires_at = first_end(*v3);
        platform.keys =
            fmt::format("v3 with {} key{}", v3->keys.size(), v3->keys.size() == 1 ? "" : "s");
    }
    if (v2) {
        platform.keys += platform.keys.empty() ? "v2" : ", v2";
    }
    platform.expected = {.merchant = settings.merchant_id,
                         .sub_merchant = settings.sub_merchant_id,
                         .app = settings.app_id,
                         .sub_app = settings.sub_app_id};
    return platform;
}

// Its console offers the bare key, and where certificates are used those.
payments::PublicKey alipay_key(Path const& file) {
    constexpr auto key = "alipay.public_key_files";
    if (content_of(key, file).find("-----BEGIN CERTIFICATE-----") != std::string::npos) {
        return load<payments::Certificate>(key, file, payments::Certificate::from_pem).key;
    }
    return load<payments::PublicKey>(key, file, payments::PublicKey::from_text);
}

payments::Alipay alipay_keys(config::Alipay const& settings) {
    payments::Alipay alipay;
    for (auto const& file : settings.public_key_files) {
        alipay.keys.push_back(alipay_key(file));
    }
    return alipay;
}

payments::PrivateKey app_key(config::Alipay const& settings) {
    return load<payments::PrivateKey>("alipay.app_key_file", settings.app_key_file,
                                      payments::PrivateKey::from_text);
}

PaymentPlatform alipay_platform(payments::Alipay const& alipay, config::Alipay const& settings) {
    PaymentPlatform platform{.name = "alipay"};
    platform.receiver = make_alipay_receiver(alipay);
    if (!settings.app_key_file.empty()) {
        payments::AlipayAccount const account{.app = settings.app_id,
                                              .seller = settings.seller_id,
                                              .gateway_url = settings.gateway_url};
        platform.inquirer = make_alipay_inquirer(alipay, account, app_key(settings));
        platform.cashier = make_alipay_cashier(account, app_key(settings));
    }
    platform.keys = fmt::format("{} key{}", alipay.keys.size(), alipay.keys.size() == 1 ? "" : "s");
    platform.expected = {.merchant = settings.seller_id, .app = settings.app_id};
    return platform;
}

payments::Stripe stripe_keys(config::Stripe const& settings) {
    payments::Stripe stripe{.secrets = {settings.secret}, .tolerance = settings.tolerance};
    if (!settings.previous_secret.empty()) {
        stripe.secrets.push_back(settings.previous_secret);
    }
    return stripe;
}

PaymentPlatform stripe_platform(payments::Stripe const& stripe, config::Stripe const& settings) {
    PaymentPlatform platform{.name = "stripe"};
    platform.receiver = make_stripe_receiver(stripe);
    platform.keys =
        fmt::format("{} secret{}", stripe.secrets.size(), stripe.secrets.size() == 1 ? "" : "s");
    platform.expected = {.merchant = settings.account, .live = !settings.test_mode};
    return platform;
}

}  // namespace

Payments::Payments() : keys_{std::make_unique<Keys>()} {}

Payments::~Payments() = default;

PaymentPlatform const* Payments::find(std::string_view name) const {
    auto const found = std::ranges::find(platforms_, name, &PaymentPlatform::name);
    return found == platforms_.end() ? nullptr : &*found;
}

std::unique_ptr<Payments> make_payments(config::Payments const& settings) {
    auto made = std::make_unique<Payments>();
    auto& keys = *made->keys_;
    auto& platforms = made->platforms_;
    made->simulate_ = settings.simulate;
    if (settings.wechat.there()) {
        if (settings.wechat.there_v3()) {
            keys.wechat_v3 = wechat_v3(settings.wechat);
        }
        if (!settings.wechat.api_v2_key.empty()) {
            keys.wechat_v2 = payments::WechatV2{settings.wechat.api_v2_key};
        }
        platforms.push_back(wechat_platform(keys.wechat_v3, keys.wechat_v2, settings.wechat));
    }
    if (settings.alipay.there()) {
        keys.alipay = alipay_keys(settings.alipay);
        platforms.push_back(alipay_platform(keys.alipay, settings.alipay));
    }
    if (settings.stripe.there()) {
        keys.stripe = stripe_keys(settings.stripe);
        platforms.push_back(stripe_platform(keys.stripe, settings.stripe));
    }
    return made;
}

}  // namespace worker
