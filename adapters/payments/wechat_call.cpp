#include "adapters/payments/wechat_call.h"

#include <utility>

#include "base/base64.h"

namespace adapters::payments {

namespace {

std::string authorization(WechatAccount const& account, PrivateKey const& key,
                          WechatRequest const& request, base::Timestamp now) {
    auto const timestamp = std::to_string(base::to_ms(now) / 1'000);
    auto const nonce = random_nonce();
    auto const text = std::string{request.method} + "\n" + request.path + "\n" + timestamp + "\n" +
                      nonce + "\n" + request.body + "\n";
    return "WECHATPAY2-SHA256-RSA2048 mchid=\"" + account.merchant + "\",nonce_str=\"" + nonce +
           "\",signature=\"" + base::to_base64(key.sign(text)) + "\",timestamp=\"" + timestamp +
           "\",serial_no=\"" + account.serial + "\"";
}

// Whoever has one of these tells WeChat to sign with it, and not with a certificate.
PlatformKey const* first_public_key(WechatV3 const& wechat) {
    for (auto const& key : wechat.keys) {
        if (!key.expires_at) {
            return &key;
        }
    }
    return nullptr;
}

}  // namespace

Call wechat_call(WechatV3 const& wechat, WechatAccount const& account, PrivateKey const& key,
                 WechatRequest request, base::Timestamp now) {
    Call call{.method = std::string{request.method},
              .url = account.api_url + request.path,
              .headers = {{"Authorization", authorization(account, key, request, now)},
                          {"Accept", "application/json"},
                          {"User-Agent", "tallyman"}},
              .body = {}};
    if (!request.body.empty()) {
        call.headers.emplace_back("Content-Type", "application/json");
        call.body = std::move(request.body);
    }
    if (auto const* const public_key = first_public_key(wechat)) {
        call.headers.emplace_back("Wechatpay-Serial", public_key->serial);
    }
    return call;
}

}  // namespace adapters::payments
