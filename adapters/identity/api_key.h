// API keys: how one is made, and how one is told from anything else.
#pragma once

#include <string>
#include <string_view>

#include "adapters/caller.h"

namespace adapters::identity {

// "tm_" and 43 characters of base64url: 256 random bits.
inline constexpr std::size_t api_key_size = 46;

struct NewApiKey {
    std::string text;  // the key itself: shown once, and kept nowhere
    ApiKey key;        // with prefix and hash; the rest is for the caller
};

NewApiKey make_api_key();

// Text of 32 random bytes.
std::string make_secret();

// The same of a key that exists.
ApiKey describe_api_key(std::string_view text);

// Whether it could be a key at all.
bool is_api_key(std::string_view text);

// What it is found by: SHA-256 in hex. So many random bits need no slow hash, and a look-up by hash
// says nothing about the key by the time it takes.
std::string hash_of_api_key(std::string_view text);

}  // namespace adapters::identity
