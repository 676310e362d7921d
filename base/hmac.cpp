#include "base/hmac.h"

#include <array>
#include <string>

#include <openssl/crypto.h>

namespace base {

namespace {

constexpr std::size_t block = 64;  // of SHA-256

std::string_view bytes_of(Hash const& hash) {
    return {reinterpret_cast<char const*>(hash.data()), hash.size()};
}

std::string padded(std::string_view key, char with) {
    std::string pad(block, with);
    for (std::size_t at = 0; at < key.size(); ++at) {
        pad[at] = static_cast<char>(pad[at] ^ key[at]);
    }
    return pad;
}

}  // namespace

// By RFC 2104: what is longer than a block is hashed first.
Hash hmac_sha256(std::string_view key, std::string_view text) {
    Hash short_key{};
    if (key.size() > block) {
        short_key = sha256(key);
        key = bytes_of(short_key);
    }
    auto const inner = sha256(padded(key, '\x36').append(text));
    return sha256(padded(key, '\x5c').append(bytes_of(inner)));
}

bool same_secret(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace base
