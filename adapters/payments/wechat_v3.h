// WeChat Pay, API v3: JSON that is signed by RSA and sealed by AES-256-GCM.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/payments.h"
#include "adapters/payments/crypto.h"

namespace adapters::payments {

// One of those that WeChat signs with; while it changes them there are several.
struct PlatformKey {
    std::string serial;  // of its certificate, or the id of the public key ("PUB_KEY_ID_…")
    PublicKey key;
    std::optional<base::Timestamp> expires_at;  // of a certificate
};

struct WechatV3 {
    std::string api_key;  // the APIv3 key, 32 bytes
    std::vector<PlatformKey> keys;
    base::Millis tolerance{300'000};
};

// Whether headers and body are signed by one of the keys, and not long ago.
std::expected<void, Refusal> check_wechat_signature(WechatV3 const& wechat, Headers const& headers,
                                                    std::string_view body, base::Timestamp now);

Verdict verify_wechat_v3(WechatV3 const& wechat, RawRequest const& request);

// Who asks, and in what name.
struct WechatAccount {
    std::string merchant;
    std::string sub_merchant;  // where `merchant` is a partner that sells for it
    std::string serial;        // of the merchant's own certificate
    std::string api_url;       // "https://api.mch.weixin.qq.com"
    std::string app = {};      // in whose name payers pay
    std::string sub_app = {};  // of the sub-merchant, where it has its own
};

// Asks by order id. Answers are proven with the keys of `wechat`, which lives as long as the
// result.
std::unique_ptr<Inquirer> make_wechat_inquirer(WechatV3 const& wechat, WechatAccount account,
                                               PrivateKey key);

// Has orders paid by a QR code ("native"). Answers are proven as those of the inquirer.
std::unique_ptr<Cashier> make_wechat_cashier(WechatV3 const& wechat, WechatAccount account,
                                             PrivateKey key);

}  // namespace adapters::payments
