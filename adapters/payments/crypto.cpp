// Every failure leaves a trail in OpenSSL's error queue of the thread, which would be taken for
// that of a later call, so it is cleared.
#include "adapters/payments/crypto.h"

#include <array>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "adapters/payments/text.h"
#include "base/check.h"
#include "base/free_by.h"
#include "base/sha256.h"

namespace adapters::payments {

namespace {

constexpr std::size_t gcm_nonce = 12;
constexpr std::size_t gcm_tag = 16;
constexpr std::size_t aes_key = 32;
constexpr std::size_t aes_block = 16;

using Digest = std::unique_ptr<EVP_MD_CTX, base::FreeBy<EVP_MD_CTX_free>>;
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, base::FreeBy<EVP_CIPHER_CTX_free>>;

unsigned char const* bytes_of(std::string_view text) {
    return reinterpret_cast<unsigned char const*>(text.data());
}

unsigned char* bytes_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

int size_of(std::string_view text) {
    CHECK(text.size() < (std::size_t{1} << 30U));
    return static_cast<int>(text.size());
}

// Reads the bytes into `out`, which has room for them and a block more; the size, or nothing.
std::optional<std::size_t> run(EVP_CIPHER_CTX* context, std::string_view bytes, std::string& out) {
    int size = 0;
    int rest = 0;
    if (EVP_DecryptUpdate(context, bytes_of(out), &size, bytes_of(bytes), size_of(bytes)) != 1 ||
        EVP_DecryptFinal_ex(context, bytes_of(out) + size, &rest) != 1) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(size) + static_cast<std::size_t>(rest);
}

std::optional<std::string> finished(std::optional<std::size_t> size, std::string out) {
    if (!size) {
        ERR_clear_error();
        return std::nullopt;
    }
    out.resize(*size);
    return out;
}

bool start_gcm(EVP_CIPHER_CTX* context, std::string_view key, Sealed const& sealed,
               std::string tag) {
    int ignored = 0;
    return EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nullptr, bytes_of(key),
                              bytes_of(sealed.nonce)) == 1 &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, gcm_tag, tag.data()) == 1 &&
           (sealed.associated.empty() ||
            EVP_DecryptUpdate(context, nullptr, &ignored, bytes_of(sealed.associated),
                              size_of(sealed.associated)) == 1);
}

}  // namespace

void FreeKey::operator()(evp_pkey_st* key) const {
    EVP_PKEY_free(key);
}

bool PublicKey::verifies(std::string_view text, std::string_view signature) const {
    Digest const context{EVP_MD_CTX_new()};
    bool const good =
        context &&
        EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
        EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(text),
                         text.size()) == 1;
    if (!good) {
        ERR_clear_error();
    }
    return good;
}

std::string PrivateKey::sign(std::string_view text) const {
    Digest const context{EVP_MD_CTX_new()};
    std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())), '\0');
    auto size = signature.size();
    CHECK(context &&
          EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
          EVP_DigestSign(context.get(), bytes_of(signature), &size, bytes_of(text), text.size()) ==
              1);
    signature.resize(size);
    return signature;
}

std::string md5_hex(std::string_view text) {
    std::array<char, EVP_MAX_MD_SIZE> code{};
    unsigned size = 0;
    CHECK(EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(code.data()), &size,
                     EVP_md5(), nullptr) == 1);
    return base::hex(std::string_view{code.data(), size});
}

std::optional<std::string> open_gcm(std::string_view key, Sealed const& sealed) {
    if (key.size() != aes_key || sealed.nonce.size() != gcm_nonce ||
        sealed.bytes.size() < gcm_tag) {
        return std::nullopt;
    }
    auto const split = sealed.bytes.size() - gcm_tag;
    std::string out(split + aes_block, '\0');
    Cipher const context{EVP_CIPHER_CTX_new()};
    std::optional<std::size_t> size;
    if (context && start_gcm(context.get(), key, sealed, std::string{sealed.bytes.substr(split)})) {
        size = run(context.get(), sealed.bytes.substr(0, split), out);
    }
    return finished(size, std::move(out));
}

std::optional<std::string> open_ecb(std::string_view key, std::string_view bytes) {
    if (key.size() != aes_key || bytes.empty() || bytes.size() % aes_block != 0) {
        return std::nullopt;
    }
    std::string out(bytes.size() + aes_block, '\0');
    Cipher const context{EVP_CIPHER_CTX_new()};
    std::optional<std::size_t> size;
    if (context && EVP_DecryptInit_ex(context.get(), EVP_aes_256_ecb(), nullptr, bytes_of(key),
                                      nullptr) == 1) {
        size = run(context.get(), bytes, out);
    }
    return finished(size, std::move(out));
}

std::string random_nonce() {
    std::array<char, 16> bytes{};
    CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()) == 1);
    return base::hex(std::string_view{bytes.data(), bytes.size()});
}

}  // namespace adapters::payments
