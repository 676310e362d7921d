#include "base/sha256.h"

#include <memory>

#include <openssl/evp.h>

#include "base/check.h"

namespace base {

namespace {

struct Free {
    void operator()(EVP_MD* method) const { EVP_MD_free(method); }

    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Fetching an algorithm costs more than hashing an entry, so each thread does it once.
struct Hasher {
    std::unique_ptr<EVP_MD, Free> method{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
    std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};
};

}  // namespace

Hash sha256(std::string_view bytes) {
    thread_local Hasher hasher;
    Hash hash;
    unsigned length = 0;
    bool const done = EVP_DigestInit_ex2(hasher.context.get(), hasher.method.get(), nullptr) == 1 &&
                      EVP_DigestUpdate(hasher.context.get(), bytes.data(), bytes.size()) == 1 &&
                      EVP_DigestFinal_ex(hasher.context.get(), hash.data(), &length) == 1;
    CHECK(done && length == hash.size());
    return hash;
}

std::string hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (char const c : bytes) {
        auto const byte = static_cast<unsigned char>(c);
        text.push_back(digits[byte >> 4U]);
        text.push_back(digits[byte & 15U]);
    }
    return text;
}

std::string hex(Hash const& hash) {
    return hex(std::string_view{reinterpret_cast<char const*>(hash.data()), hash.size()});
}

}  // namespace base
