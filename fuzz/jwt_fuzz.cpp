// Whatever is sent as a token, as a key set, as PEM or as an API key: never a crash, and nothing
// that was not signed is believed.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "adapters/identity/api_key.h"
#include "adapters/identity/jwk.h"
#include "adapters/identity/jwt.h"
#include "base/base64.h"
#include "base/check.h"

namespace {

using namespace adapters::identity;

constexpr std::string_view secret = "a secret that has thirty-two bytes";

std::vector<Key> secret_key() {
    std::vector<Key> keys;
    keys.push_back(std::move(*Key::from_secret(std::string{secret})));
    return keys;
}

// The examples of RFC 8037 and RFC 7515.
std::vector<Key> public_keys() {
    auto keys = keys_from_jwks(R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":"e",)"
                               R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},)"
                               R"({"kty":"EC","crv":"P-256","kid":"c",)"
                               R"("x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                               R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})",
                               JwksFrom::address);
    CHECK(keys && keys->size() == 2);
    return std::move(*keys);
}

base::Timestamp const now = base::from_ms(1'800'000'000'000);

void check_token(std::string_view text) {
    static auto const keys = public_keys();
    CHECK(!verify_jwt(text, keys, {}, now));
    CHECK(!verify_jwt(text, {}, {}, now));
}

// The input as header and as claims, really signed: whoever is let in has a name and a date.
void check_signed(std::string_view header, std::string_view claims) {
    static auto const keys = secret_key();
    auto const text = base::to_base64url(header) + "." + base::to_base64url(claims);
    std::array<unsigned char, EVP_MAX_MD_SIZE> code{};
    unsigned size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<unsigned char const*>(text.data()), text.size(), code.data(), &size);
    auto const token =
        text + "." + base::to_base64url({reinterpret_cast<char const*>(code.data()), size});
    if (auto const who = verify_jwt(token, keys, {}, now)) {
        CHECK(!who->subject.empty() && who->subject.size() <= 128);
        CHECK(who->expires_at > now - base::Millis{60'000});
    }
}

void check_base64(std::string_view text) {
    if (auto const bytes = base::from_base64url(text)) {
        CHECK(base::to_base64url(*bytes) == text);
    }
    CHECK(base::from_base64url(base::to_base64url(text)) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    check_token(text);
    check_signed(R"({"alg":"HS256"})", text);
    check_signed(text, R"({"sub":"ann","exp":1900000000})");
    check_base64(text);
    for (auto const from : {JwksFrom::file, JwksFrom::address}) {
        if (auto const set = keys_from_jwks(text, from)) {
            CHECK(!set->empty() && !set->front().verifies("text", "signature"));
        }
    }
    if (auto const pem = keys_from_pem(std::string{text})) {
        CHECK(!pem->front().verifies("text", "signature"));
    }
    CHECK(!is_api_key(text) || text.size() == api_key_size);
    return 0;
}
