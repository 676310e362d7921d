// The few operations that payment platforms sign and seal with, over libcrypto. Keys are RSA of
// 2048 to 8192 bits.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace adapters::payments {

struct FreeKey {
    void operator()(evp_pkey_st* key) const;
};

using RawKey = std::unique_ptr<evp_pkey_st, FreeKey>;

// What somebody else signs with: RSA PKCS#1 v1.5 over SHA-256.
class PublicKey {
public:
    // PEM of a public key, or its base64 without any frame, as the Alipay console shows it. Refused
    // with the reason, which shows nothing of the text.
    static std::expected<PublicKey, std::string> from_text(std::string_view text);

    [[nodiscard]] bool verifies(std::string_view text, std::string_view signature) const;

private:
    friend struct Certificate;

    explicit PublicKey(RawKey key) : key_{std::move(key)} {}

    RawKey key_;
};

// Who signs is named by the certificate's serial number.
struct Certificate {
    PublicKey key;
    std::string serial;  // upper-case hex without zeros in front
    base::Timestamp expires_at;

    // PEM with exactly one certificate.
    static std::expected<Certificate, std::string> from_pem(std::string_view text);
};

// The form in which serial numbers are compared.
std::string plain_serial(std::string_view hex);

// What we sign with.
class PrivateKey {
public:
    // PEM without a password, or the base64 of PKCS#8 or PKCS#1 without any frame.
    static std::expected<PrivateKey, std::string> from_text(std::string_view text);

    [[nodiscard]] std::string sign(std::string_view text) const;

private:
    explicit PrivateKey(RawKey key) : key_{std::move(key)} {}

    RawKey key_;
};

std::string md5_hex(std::string_view text);  // lower case

struct Sealed {
    std::string_view nonce;
    std::string_view associated;  // signed along, may be empty
    std::string_view bytes;       // the last 16 are the tag
};

// AES-256-GCM; nothing if anything was changed. The key has 32 bytes.
std::optional<std::string> open_gcm(std::string_view key, Sealed const& sealed);

// AES-256-ECB with PKCS#7 padding. The key has 32 bytes.
std::optional<std::string> open_ecb(std::string_view key, std::string_view bytes);

// 32 hex digits that nobody can foresee.
std::string random_nonce();

}  // namespace adapters::payments
