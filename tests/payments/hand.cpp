#include "tests/payments/hand.h"

#include <array>
#include <memory>
#include <stdexcept>

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "adapters/payments/text.h"
#include "base/base64.h"
#include "base/sha256.h"
#include "base/text.h"

namespace tests {

using base::to_base64;

namespace {

template <auto free>
struct Free {
    template <typename T>
    void operator()(T* thing) const {
        free(thing);
    }
};

using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>>;
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, Free<EVP_CIPHER_CTX_free>>;

unsigned char const* bytes_of(std::string_view text) {
    return reinterpret_cast<unsigned char const*>(text.data());
}

unsigned char* bytes_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

template <typename Write>
std::string written(Write write) {
    Bio const bio{BIO_new(BIO_s_mem())};
    if (write(bio.get()) != 1) {
        throw std::runtime_error{"can't be written"};
    }
    char* data = nullptr;
    auto const size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

// Encrypts; the tag, if there is one, comes after.
std::string sealed(EVP_CIPHER const* cipher, std::string_view key, std::string_view nonce,
                   std::string_view associated, std::string_view text) {
    Cipher const context{EVP_CIPHER_CTX_new()};
    std::string out(text.size() + 32, '\0');
    int size = 0;
    int rest = 0;
    EVP_EncryptInit_ex(context.get(), cipher, nullptr, bytes_of(key),
                       nonce.empty() ? nullptr : bytes_of(nonce));
    if (!associated.empty()) {
        EVP_EncryptUpdate(context.get(), nullptr, &size, bytes_of(associated),
                          static_cast<int>(associated.size()));
    }
    EVP_EncryptUpdate(context.get(), bytes_of(out), &size, bytes_of(text),
                      static_cast<int>(text.size()));
    EVP_EncryptFinal_ex(context.get(), bytes_of(out) + size, &rest);
    out.resize(static_cast<std::size_t>(size + rest));
    if (!nonce.empty()) {
        std::string tag(16, '\0');
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, 16, tag.data());
        out += tag;
    }
    return out;
}

}  // namespace

RsaHand::RsaHand(unsigned bits) : key_{EVP_RSA_gen(bits)} {}

std::string RsaHand::sign(std::string_view text) const {
    Digest const context{EVP_MD_CTX_new()};
    std::string signature(1'024, '\0');
    auto size = signature.size();
    EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get());
    EVP_DigestSign(context.get(), bytes_of(signature), &size, bytes_of(text), text.size());
    signature.resize(size);
    return to_base64(signature);
}

std::string RsaHand::public_pem() const {
    return written([&](BIO* bio) { return PEM_write_bio_PUBKEY(bio, key_.get()); });
}

std::string RsaHand::private_pem() const {
    return written([&](BIO* bio) {
        return PEM_write_bio_PKCS8PrivateKey(bio, key_.get(), nullptr, nullptr, 0, nullptr,
                                             nullptr);
    });
}

std::string RsaHand::public_base64() const {
    return to_base64(written([&](BIO* bio) { return i2d_PUBKEY_bio(bio, key_.get()); }));
}

std::string RsaHand::private_base64() const {
    return to_base64(written([&](BIO* bio) {
        return i2d_PKCS8PrivateKey_bio(bio, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    }));
}

std::string RsaHand::certificate(std::string const& serial_hex, std::int64_t around) const {
    std::unique_ptr<X509, Free<X509_free>> const made{X509_new()};
    BIGNUM* number = nullptr;
    BN_hex2bn(&number, serial_hex.c_str());
    std::unique_ptr<BIGNUM, Free<BN_free>> const owned{number};
    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(made.get()));
    constexpr std::int64_t day = 86'400;
    ASN1_TIME_set(X509_getm_notBefore(made.get()), around - day);
    ASN1_TIME_set(X509_getm_notAfter(made.get()), around + day);
    X509_set_pubkey(made.get(), key_.get());
    X509_sign(made.get(), key_.get(), EVP_sha256());
    return written([&](BIO* bio) { return PEM_write_bio_X509(bio, made.get()); });
}

payments::PublicKey RsaHand::public_key() const {
    return payments::PublicKey::from_text(public_pem()).value();
}

payments::PrivateKey RsaHand::private_key() const {
    return payments::PrivateKey::from_text(private_pem()).value();
}

RsaHand const& one_hand() {
    static RsaHand const hand;
    return hand;
}

RsaHand const& other_hand() {
    static RsaHand const hand;
    return hand;
}

std::string seal_gcm(std::string_view key, std::string_view nonce, std::string_view associated,
                     std::string_view text) {
    return sealed(EVP_aes_256_gcm(), key, nonce, associated, text);
}

std::string seal_ecb(std::string_view key, std::string_view text) {
    return sealed(EVP_aes_256_ecb(), key, "", "", text);
}

std::string hmac_hex(std::string_view secret, std::string_view text) {
    std::array<char, EVP_MAX_MD_SIZE> code{};
    unsigned size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes_of(text), text.size(),
         reinterpret_cast<unsigned char*>(code.data()), &size);
    return base::hex(std::string_view{code.data(), size});
}

std::string to_form(payments::Fields const& fields) {
    std::string form;
    for (auto const& [name, value] : fields) {
        form += (form.empty() ? "" : "&") + name + "=" + base::percent_encoded(value);
    }
    return form;
}

std::string told(payments::Verdict const& verdict) {
    if (!verdict) {
        return to_text(verdict.error());
    }
    auto const& notice = *verdict;
    return "ok " + std::string{to_text(notice.state)} + " " + notice.order + " " + notice.trade +
           " " + (notice.amount ? std::to_string(*notice.amount) : "none") + " " + notice.currency;
}

}  // namespace tests
