#include "base/hmac.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.h"

namespace base {

Hash hmac_sha256(std::string_view key, std::string_view text) {
    Hash code;
    unsigned size = 0;
    bool const done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                           reinterpret_cast<unsigned char const*>(text.data()), text.size(),
                           code.data(), &size) != nullptr;
    CHECK(done && size == code.size());
    return code;
}

bool same_secret(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace base
