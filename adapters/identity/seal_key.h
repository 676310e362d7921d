// The key that the ledger's seals are signed with: Ed25519.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "adapters/identity/key.h"

namespace adapters::identity {

class SealKey {
public:
    // A new one, as it is kept in a file: tms_ and its 32 random bytes.
    static std::string make();

    // Refused with the reason, which shows nothing of the text.
    static std::expected<SealKey, std::string> from_text(std::string_view text);

    // What others verify with, in hex.
    [[nodiscard]] std::string const& public_hex() const { return public_hex_; }

    [[nodiscard]] std::string sign(std::string_view text) const;  // in hex

private:
    SealKey(PublicKey key, std::string public_hex)
        : key_{std::move(key)}, public_hex_{std::move(public_hex)} {}

    PublicKey key_;  // with its private part
    std::string public_hex_;
};

// Whether that public key has signed the text; both in hex.
bool seal_is_good(std::string_view public_hex, std::string_view text, std::string_view signature);

}  // namespace adapters::identity
