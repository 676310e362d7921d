#include "worker/webhooks/sign.h"

#include "base/hmac.h"
#include "base/sha256.h"

namespace worker {

std::string signature_of(std::string_view body, std::int64_t unix_seconds,
                         std::vector<std::string> const& secrets) {
    auto const time = std::to_string(unix_seconds);
    auto const text = time + "." + std::string{body};
    std::string signature;
    for (auto const& secret : secrets) {
        if (!secret.empty()) {
            signature += ",v1=" + base::hex(base::hmac_sha256(secret, text));
        }
    }
    return signature.empty() ? "" : "t=" + time + signature;
}

}  // namespace worker
