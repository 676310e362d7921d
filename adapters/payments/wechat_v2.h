// WeChat Pay, API v2: XML that is signed with a shared key, by MD5 or HMAC-SHA256. Notices of
// refunds are sealed with that key and not signed, so they are not proven.
#pragma once

#include <string>
#include <string_view>

#include "adapters/payments.h"
#include "adapters/payments/fields.h"

namespace adapters::payments {

struct WechatV2 {
    std::string key;  // the API key, 32 bytes
};

// What `sign` must be; 32 characters of it are MD5, 64 HMAC-SHA256. Empty: some other length.
std::string wechat_v2_sign(WechatV2 const& wechat, Fields const& fields, std::size_t size);

Verdict verify_wechat_v2(WechatV2 const& wechat, RawRequest const& request);

// What the opened req_info of a refund says; the parties stand outside of it.
Verdict read_wechat_v2_refund(Fields const& outer, std::string_view xml);

}  // namespace adapters::payments
