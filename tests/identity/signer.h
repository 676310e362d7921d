// The other side: keys of issuers, and tokens that they sign.
#pragma once

#include <string>
#include <string_view>

#include "adapters/identity/key.h"

namespace tests {

using adapters::identity::Algorithm;

class Signer {
public:
    static Signer rsa(unsigned bits = 2048, std::string id = "");
    static Signer curve(std::string const& name = "P-256", std::string id = "");
    static Signer ed25519(std::string id = "");

    [[nodiscard]] std::string sign(std::string_view text) const;  // as a token has it

    [[nodiscard]] std::string pem() const;
    [[nodiscard]] std::string jwk(std::string_view more = "") const;  // with its id

    // Throws what Key::from_public refuses.
    [[nodiscard]] adapters::identity::Key key() const;

    // Header and claims as they stand, signed.
    [[nodiscard]] std::string token(std::string_view header, std::string_view claims) const;
    // With the usual header.
    [[nodiscard]] std::string token(std::string_view claims) const;

    [[nodiscard]] std::string header() const;

private:
    Signer(Algorithm algorithm, std::string id, adapters::identity::PublicKey key);

    [[nodiscard]] std::string number(char const* name) const;  // in base64url
    [[nodiscard]] std::string octets(char const* name) const;

    Algorithm algorithm_;
    std::string id_;
    adapters::identity::PublicKey key_;
};

std::string hmac(std::string_view secret, std::string_view text);
std::string token_by_secret(std::string_view secret, std::string_view header,
                            std::string_view claims);

inline constexpr std::string_view hs256 = R"({"alg":"HS256","typ":"JWT"})";

}  // namespace tests
