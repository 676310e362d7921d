// How calls to WeChat Pay v3 are signed, whatever they are for.
#pragma once

#include <string>
#include <string_view>

#include "adapters/payments/wechat_v3.h"

namespace adapters::payments {

struct WechatRequest {
    std::string_view method;
    std::string path;  // with its query
    std::string body;
};

// In the merchant's name, with the merchant's key. Where WeChat signs with a public key it is asked
// to do so in its answer.
Call wechat_call(WechatV3 const& wechat, WechatAccount const& account, PrivateKey const& key,
                 WechatRequest request, base::Timestamp now);

}  // namespace adapters::payments
