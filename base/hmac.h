// HMAC-SHA256, and how secrets are compared.
#pragma once

#include <string_view>

#include "base/sha256.h"

namespace base {

Hash hmac_sha256(std::string_view key, std::string_view text);

// Takes as long wherever they differ; only their lengths may show.
bool same_secret(std::string_view a, std::string_view b);

}  // namespace base
