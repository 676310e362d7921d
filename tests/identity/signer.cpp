#include "tests/identity/signer.h"

#include <memory>
#include <stdexcept>
#include <utility>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include "base/base64.h"

namespace tests {

using adapters::identity::PublicKey;
using base::to_base64url;

namespace {

unsigned char const* bytes_of(std::string_view text) {
    return reinterpret_cast<unsigned char const*>(text.data());
}

std::string text_of(unsigned char const* bytes, std::size_t size) {
    return {reinterpret_cast<char const*>(bytes), size};
}

std::string number_text(BIGNUM const* number, int least) {
    std::string bytes(static_cast<std::size_t>(std::max(least, BN_num_bytes(number))), '\0');
    BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()),
                 static_cast<int>(bytes.size()));
    return bytes;
}

std::string raw_of(std::string const& der) {
    auto const* at = bytes_of(der);
    std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> const signature{
        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), ECDSA_SIG_free};
    return number_text(ECDSA_SIG_get0_r(signature.get()), 32) +
           number_text(ECDSA_SIG_get0_s(signature.get()), 32);
}

}  // namespace

Signer::Signer(Algorithm algorithm, std::string id, PublicKey key)
    : algorithm_{algorithm}, id_{std::move(id)}, key_{std::move(key)} {}

Signer Signer::rsa(unsigned bits, std::string id) {
    return {Algorithm::rs256, std::move(id), PublicKey{EVP_RSA_gen(bits)}};
}

Signer Signer::curve(std::string const& name, std::string id) {
    return {Algorithm::es256, std::move(id), PublicKey{EVP_EC_gen(name.c_str())}};
}

Signer Signer::ed25519(std::string id) {
    return {Algorithm::eddsa, std::move(id),
            PublicKey{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")}};
}

std::string Signer::sign(std::string_view text) const {
    auto const* const digest = algorithm_ == Algorithm::eddsa ? nullptr : EVP_sha256();
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> const context{EVP_MD_CTX_new(),
                                                                          EVP_MD_CTX_free};
    std::string signature(1'024, '\0');
    auto size = signature.size();
    EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_.get());
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                   bytes_of(text), text.size());
    signature.resize(size);
    return algorithm_ == Algorithm::es256 ? raw_of(signature) : signature;
}

std::string Signer::pem() const {
    std::unique_ptr<BIO, decltype(&BIO_free_all)> const bio{BIO_new(BIO_s_mem()), BIO_free_all};
    PEM_write_bio_PUBKEY(bio.get(), key_.get());
    char* data = nullptr;
    auto const size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

std::string Signer::number(char const* name) const {
    BIGNUM* number = nullptr;
    EVP_PKEY_get_bn_param(key_.get(), name, &number);
    std::unique_ptr<BIGNUM, decltype(&BN_free)> const owned{number, BN_free};
    return to_base64url(number_text(number, algorithm_ == Algorithm::es256 ? 32 : 0));
}

std::string Signer::octets(char const* name) const {
    unsigned char bytes[64];
    std::size_t size = 0;
    EVP_PKEY_get_octet_string_param(key_.get(), name, bytes, sizeof bytes, &size);
    return to_base64url(text_of(bytes, size));
}

std::string Signer::jwk(std::string_view more) const {
    std::string json = "{";
    if (algorithm_ == Algorithm::rs256) {
        json += R"("kty":"RSA","n":")" + number(OSSL_PKEY_PARAM_RSA_N) + R"(","e":")" +
                number(OSSL_PKEY_PARAM_RSA_E) + '"';
    } else if (algorithm_ == Algorithm::es256) {
        json += R"("kty":"EC","crv":"P-256","x":")" + number(OSSL_PKEY_PARAM_EC_PUB_X) +
                R"(","y":")" + number(OSSL_PKEY_PARAM_EC_PUB_Y) + '"';
    } else {
        json += R"("kty":"OKP","crv":"Ed25519","x":")" + octets(OSSL_PKEY_PARAM_PUB_KEY) + '"';
    }
    if (!id_.empty()) {
        json += R"(,"kid":")" + id_ + '"';
    }
    return json + std::string{more} + "}";
}

adapters::identity::Key Signer::key() const {
    EVP_PKEY_up_ref(key_.get());
    auto key = adapters::identity::Key::from_public(PublicKey{key_.get()}, id_);
    if (!key) {
        throw std::runtime_error{key.error()};
    }
    return std::move(*key);
}

std::string Signer::header() const {
    constexpr std::string_view names[] = {"HS256", "RS256", "ES256", "EdDSA"};
    auto json = R"({"alg":")" + std::string{names[static_cast<std::size_t>(algorithm_)]} + '"';
    return json + (id_.empty() ? "" : R"(,"kid":")" + id_ + '"') + "}";
}

std::string Signer::token(std::string_view header, std::string_view claims) const {
    auto const text = to_base64url(header) + "." + to_base64url(claims);
    return text + "." + to_base64url(sign(text));
}

std::string Signer::token(std::string_view claims) const {
    return token(header(), claims);
}

std::string hmac(std::string_view secret, std::string_view text) {
    unsigned char code[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes_of(text), text.size(),
         code, &size);
    return text_of(code, size);
}

std::string token_by_secret(std::string_view secret, std::string_view header,
                            std::string_view claims) {
    auto const text = to_base64url(header) + "." + to_base64url(claims);
    return text + "." + to_base64url(hmac(secret, text));
}

}  // namespace tests
