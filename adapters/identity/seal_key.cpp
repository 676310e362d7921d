#include "adapters/identity/seal_key.h"

#include <array>
#include <optional>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/base64.h"
#include "base/check.h"
#include "base/sha256.h"

namespace adapters::identity {

namespace {

constexpr std::string_view seal_mark = "tms_";
constexpr std::size_t key_size = 32;
constexpr std::size_t signature_size = 64;

struct FreeContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

using SealContext = std::unique_ptr<EVP_MD_CTX, FreeContext>;

unsigned char const* seal_bytes(std::string_view text) {
    return reinterpret_cast<unsigned char const*>(text.data());
}

std::optional<std::string> from_hex(std::string_view text) {
    long size = 0;
    std::string const whole{text};
    auto* const bytes = OPENSSL_hexstr2buf(whole.c_str(), &size);
    if (bytes == nullptr) {
        ERR_clear_error();
        return std::nullopt;
    }
    std::string raw{reinterpret_cast<char const*>(bytes), static_cast<std::size_t>(size)};
    OPENSSL_free(bytes);
    return raw;
}

}  // namespace

std::string SealKey::make() {
    std::array<unsigned char, key_size> random{};
    CHECK(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1);
    return std::string{seal_mark} +
           base::to_base64url({reinterpret_cast<char const*>(random.data()), random.size()});
}

std::expected<SealKey, std::string> SealKey::from_text(std::string_view text) {
    auto const raw = text.starts_with(seal_mark)
                         ? base::from_base64url(text.substr(seal_mark.size()))
                         : std::nullopt;
    if (!raw || raw->size() != key_size) {
        return std::unexpected{"holds no key of ours"};
    }
    PublicKey key{
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seal_bytes(*raw), raw->size())};
    std::array<unsigned char, key_size> shown{};
    auto size = shown.size();
    CHECK(key && EVP_PKEY_get_raw_public_key(key.get(), shown.data(), &size) == 1);
    return SealKey{std::move(key), base::hex({reinterpret_cast<char const*>(shown.data()), size})};
}

std::string SealKey::sign(std::string_view text) const {
    SealContext const context{EVP_MD_CTX_new()};
    std::array<unsigned char, signature_size> signature{};
    auto size = signature.size();
    CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1);
    CHECK(EVP_DigestSign(context.get(), signature.data(), &size, seal_bytes(text), text.size()) ==
          1);
    return base::hex({reinterpret_cast<char const*>(signature.data()), size});
}

bool seal_is_good(std::string_view public_hex, std::string_view text, std::string_view signature) {
    auto const raw_key = from_hex(public_hex);
    auto const raw_signature = from_hex(signature);
    if (!raw_key || raw_key->size() != key_size || !raw_signature ||
        raw_signature->size() != signature_size) {
        return false;
    }
    PublicKey const key{
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, seal_bytes(*raw_key), key_size)};
    SealContext const context{EVP_MD_CTX_new()};
    bool const good =
        key && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
        EVP_DigestVerify(context.get(), seal_bytes(*raw_signature), signature_size,
                         seal_bytes(text), text.size()) == 1;
    ERR_clear_error();
    return good;
}

}  // namespace adapters::identity
