// Key sets as JSON (RFC 7517).
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/identity/key.h"

namespace adapters::identity {

inline constexpr std::size_t most_jwks_bytes = 256 * 1024;

// Secrets are taken from a file only: nobody publishes them.
enum class JwksFrom : std::uint8_t { file, address };

// The keys that tokens can be verified with. Those of other kinds, for other uses, weak or broken
// are passed over, so that one of them does not keep the others out; a set without any that can be
// used is refused with the reason.
std::expected<std::vector<Key>, std::string> keys_from_jwks(std::string_view text, JwksFrom from);

}  // namespace adapters::identity
