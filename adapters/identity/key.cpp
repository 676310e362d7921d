// Every failure leaves a trail in OpenSSL's error queue of the thread, which would be taken for
// that of a later call, so it is cleared.
#include "adapters/identity/key.h"

#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/free_by.h"
#include "base/hmac.h"

namespace adapters::identity {

namespace {

constexpr std::size_t least_secret = 32;
constexpr int least_rsa = 2048;
constexpr int most_rsa = 8192;
constexpr std::size_t raw_signature = 64;  // of P-256 (r and s) and of Ed25519
constexpr std::size_t most_pem_keys = 64;

using Bio = std::unique_ptr<BIO, base::FreeBy<BIO_free_all>>;
using Context = std::unique_ptr<EVP_MD_CTX, base::FreeBy<EVP_MD_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, base::FreeBy<BN_free>>;
using RawSignature = std::unique_ptr<ECDSA_SIG, base::FreeBy<ECDSA_SIG_free>>;

unsigned char const* bytes_of(std::string_view text) {
    return reinterpret_cast<unsigned char const*>(text.data());
}

// ES256 has r and s side by side; OpenSSL wants them in DER.
std::optional<std::string> der_of(std::string_view raw) {
    constexpr int half = raw_signature / 2;
    Number r{BN_bin2bn(bytes_of(raw), half, nullptr)};
    Number s{BN_bin2bn(bytes_of(raw) + half, half, nullptr)};
    RawSignature const signature{ECDSA_SIG_new()};
    if (!r || !s || !signature || ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) {
        return std::nullopt;
    }
    static_cast<void>(r.release());
    static_cast<void>(s.release());
    std::array<unsigned char, 80> der{};
    auto* end = der.data();
    auto const size = i2d_ECDSA_SIG(signature.get(), nullptr);
    if (size <= 0 || static_cast<std::size_t>(size) > der.size() ||
        i2d_ECDSA_SIG(signature.get(), &end) != size) {
        return std::nullopt;
    }
    return std::string{reinterpret_cast<char const*>(der.data()), static_cast<std::size_t>(size)};
}

bool is_p256(EVP_PKEY const* key) {
    std::array<char, 64> name{};
    std::size_t size = 0;
    return EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, name.data(), name.size(),
                                          &size) == 1 &&
           (std::string_view{name.data(), size} == "prime256v1" ||
            std::string_view{name.data(), size} == "P-256");
}

std::expected<Algorithm, std::string> algorithm_of(EVP_PKEY const* key) {
    switch (EVP_PKEY_get_base_id(key)) {
        case EVP_PKEY_RSA:
            if (auto const bits = EVP_PKEY_get_bits(key); bits < least_rsa || bits > most_rsa) {
                return std::unexpected(
                    fmt::format("is RSA of {} bits, expected {} to {}", bits, least_rsa, most_rsa));
            }
            return Algorithm::rs256;
        case EVP_PKEY_EC:
            if (!is_p256(key)) {
                return std::unexpected("is on another curve than P-256");
            }
            return Algorithm::es256;
        case EVP_PKEY_ED25519:
            return Algorithm::eddsa;
        default:
            return std::unexpected("is neither RSA nor P-256 nor Ed25519");
    }
}

std::size_t blocks_in(std::string_view text) {
    constexpr std::string_view begin = "-----BEGIN ";
    std::size_t blocks = 0;
    for (auto at = text.find(begin); at != text.npos; at = text.find(begin, at + begin.size())) {
        ++blocks;
    }
    return blocks;
}

}  // namespace

void FreeKey::operator()(evp_pkey_st* key) const {
    EVP_PKEY_free(key);
}

Key::Key(Algorithm algorithm, std::string id, std::string secret, PublicKey key)
    : algorithm_{algorithm},
      id_{std::move(id)},
      secret_{std::move(secret)},
      public_{std::move(key)} {}

std::expected<Key, std::string> Key::from_secret(std::string secret, std::string id) {
    if (secret.size() < least_secret) {
        return std::unexpected(fmt::format("is a secret of {} bytes, expected at least {}",
                                           secret.size(), least_secret));
    }
    return Key{Algorithm::hs256, std::move(id), std::move(secret), nullptr};
}

std::expected<Key, std::string> Key::from_public(PublicKey key, std::string id) {
    auto const algorithm = algorithm_of(key.get());
    if (!algorithm) {
        return std::unexpected(algorithm.error());
    }
    return Key{*algorithm, std::move(id), "", std::move(key)};
}

bool Key::verifies(std::string_view text, std::string_view signature) const {
    bool const good =
        algorithm_ == Algorithm::hs256 ? has_made(text, signature) : has_signed(text, signature);
    if (!good) {
        ERR_clear_error();
    }
    return good;
}

bool Key::has_made(std::string_view text, std::string_view signature) const {
    auto const code = base::hmac_sha256(secret_, text);
    return base::same_secret({reinterpret_cast<char const*>(code.data()), code.size()}, signature);
}

bool Key::has_signed(std::string_view text, std::string_view signature) const {
    if (algorithm_ != Algorithm::rs256 && signature.size() != raw_signature) {
        return false;
    }
    std::string der;
    if (algorithm_ == Algorithm::es256) {
        auto converted = der_of(signature);
        if (!converted) {
            return false;
        }
        der = std::move(*converted);
        signature = der;
    }
    auto const* const digest = algorithm_ == Algorithm::eddsa ? nullptr : EVP_sha256();
    Context const context{EVP_MD_CTX_new()};
    return context &&
           EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, public_.get()) == 1 &&
           EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(text),
                            text.size()) == 1;
}

std::expected<std::vector<Key>, std::string> keys_from_pem(std::string const& text) {
    if (text.find("PRIVATE KEY-----") != std::string::npos) {
        return std::unexpected("has a private key, expected public keys only");
    }
    std::vector<Key> keys;
    Bio const bio{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
    while (keys.size() < most_pem_keys) {
        PublicKey read{PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr)};
        if (!read) {
            break;
        }
        auto key = Key::from_public(std::move(read));
        if (!key) {
            return std::unexpected(key.error());
        }
        keys.push_back(std::move(*key));
    }
    ERR_clear_error();
    if (keys.empty() || keys.size() != blocks_in(text)) {
        return std::unexpected("has no public key in PEM (BEGIN PUBLIC KEY), or something else");
    }
    return keys;
}

}  // namespace adapters::identity
