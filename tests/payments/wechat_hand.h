// WeChat Pay v3 as it calls.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/payments/receivers.h"
#include "adapters/payments/text.h"
#include "base/base64.h"
#include "tests/payments/hand.h"

namespace tests {

inline constexpr std::string_view api_v3_key = "0123456789abcdef0123456789ABCDEF";
inline constexpr std::string_view platform_serial = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1";

inline constexpr std::string_view paid_order =
    R"({"mchid":"1230000109","appid":"wxd678efh567hg6787","out_trade_no":"O1",)"
    R"("transaction_id":"T1","trade_type":"NATIVE","trade_state":"SUCCESS",)"
    R"("trade_state_desc":"支付成功","bank_type":"CMC","attach":"a b & c",)"
    R"("success_time":"2027-01-15T16:00:00+08:00","payer":{"openid":"oUpF8uMuAJO"},)"
    R"("amount":{"total":5000,"payer_total":4900,"currency":"CNY","payer_currency":"CNY"}})";

// What a test changes of a notice that is genuine.
struct WechatNotice {
    std::string inner{paid_order};
    std::string kind = "TRANSACTION.SUCCESS";
    std::string associated = "transaction";
    std::string algorithm = "AEAD_AES_256_GCM";
    std::string nonce = "fdasflkja484";
    std::string key{api_v3_key};

    [[nodiscard]] std::string body() const {
        auto const sealed = base::to_base64(seal_gcm(key, nonce, associated, inner));
        return R"({"id":"EV-2018022511223320873","create_time":"2027-01-15T16:00:00+08:00",)"
               R"("resource_type":"encrypt-resource","event_type":")" +
               kind + R"(","summary":"支付成功","resource":{"original_type":"transaction",)" +
               R"("algorithm":")" + algorithm + R"(","ciphertext":")" + sealed +
               R"(","associated_data":")" + associated + R"(","nonce":")" + nonce + R"("}})";
    }
};

struct WechatSignature {
    RsaHand const& hand = one_hand();
    std::string serial{platform_serial};
    std::string timestamp = std::to_string(now_seconds);
    std::string nonce = "593BEC0C930BF1AFEB40B4A08C8FB242";

    [[nodiscard]] payments::Headers headers(std::string_view body) const {
        auto const text = timestamp + "\n" + nonce + "\n" + std::string{body} + "\n";
        return {{"Wechatpay-Timestamp", timestamp},
                {"Wechatpay-Nonce", nonce},
                {"Wechatpay-Signature", hand.sign(text)},
                {"Wechatpay-Serial", serial},
                {"Wechatpay-Signature-Type", "WECHATPAY2-SHA256-RSA2048"}};
    }
};

// One key by certificate.
inline payments::WechatV3 wechat_v3() {
    payments::WechatV3 wechat{.api_key = std::string{api_v3_key}};
    wechat.keys.push_back({std::string{platform_serial}, one_hand().public_key(), std::nullopt});
    return wechat;
}

inline payments::Verdict receive(std::string_view body, payments::Headers headers,
                                 payments::WechatV3 const& wechat = wechat_v3()) {
    return payments::verify_wechat_v3(wechat,
                                      {.headers = std::move(headers), .body = body, .now = now});
}

inline std::string header(payments::Call const& call, std::string_view name) {
    for (auto const& [key, value] : call.headers) {
        if (key == name) {
            return value;
        }
    }
    return "";
}

// The text in quotes after `name=`.
inline std::string quoted(std::string const& text, std::string const& name) {
    auto const begin = text.find(name + "=\"") + name.size() + 2;
    return text.substr(begin, text.find('"', begin) - begin);
}

}  // namespace tests
