// JSON Web Tokens: a compact JWS (RFC 7515, 7519) with the claims that say who calls.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "adapters/identity/key.h"
#include "base/time.h"

namespace adapters::identity {

inline constexpr std::size_t most_token_bytes = 8 * 1024;

struct JwtRules {
    std::string issuer;           // empty: whoever has the key
    std::string audience;         // empty: none, and tokens that are for somebody are refused
    base::Millis leeway{60'000};  // between the clocks of the issuer and ours
};

struct Claims {
    std::string subject;  // 1 to 128 bytes, without control characters
    base::Timestamp expires_at;
};

enum class JwtRefusal : std::uint8_t {
    malformed,  // no token at all: not three parts of base64url, not strict JSON, a wrong type
    too_large,
    wrong_algorithm,  // none of those there are, or not that of the key
    critical,         // has extensions that must be understood
    unknown_key,
    bad_signature,
    no_expiry,
    expired,
    not_yet,  // nbf or iat is ahead
    wrong_issuer,
    wrong_audience,
    bad_subject,
};

// Stable, for programs: "bad_signature".
std::string_view to_text(JwtRefusal refusal);

// Nothing is looked at before the signature holds but the header. `keys` with the token's `kid` are
// tried, or those without any, and only with the algorithm that each key has.
std::expected<Claims, JwtRefusal> verify_jwt(std::string_view token, std::span<Key const> keys,
                                             JwtRules const& rules, base::Timestamp now);

}  // namespace adapters::identity
