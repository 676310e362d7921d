// A key that tokens are verified with. What it is decides how it verifies: nothing that a token
// says of its own algorithm can change that.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace adapters::identity {

enum class Algorithm : std::uint8_t { hs256, rs256, es256, eddsa };

struct FreeKey {
    void operator()(evp_pkey_st* key) const;
};

using PublicKey = std::unique_ptr<evp_pkey_st, FreeKey>;

class Key {
public:
    // At least 32 bytes: a shorter secret can be guessed from a single token.
    static std::expected<Key, std::string> from_secret(std::string secret, std::string id = "");

    // RSA of 2048 to 8192 bits, P-256 or Ed25519; anything else is refused with the reason.
    static std::expected<Key, std::string> from_public(PublicKey key, std::string id = "");

    [[nodiscard]] Algorithm algorithm() const { return algorithm_; }

    // The `kid`; empty: none, and it is tried for tokens whatever they name.
    [[nodiscard]] std::string const& id() const { return id_; }

    [[nodiscard]] bool verifies(std::string_view text, std::string_view signature) const;

private:
    Key(Algorithm algorithm, std::string id, std::string secret, PublicKey key);

    [[nodiscard]] bool has_made(std::string_view text, std::string_view signature) const;
    [[nodiscard]] bool has_signed(std::string_view text, std::string_view signature) const;

    Algorithm algorithm_;
    std::string id_;
    std::string secret_;
    PublicKey public_;
};

// Each public key in the text, which must have one at least and nothing else in PEM.
std::expected<std::vector<Key>, std::string> keys_from_pem(std::string const& text);

}  // namespace adapters::identity
