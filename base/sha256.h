// SHA-256, by OpenSSL's libcrypto (the one library that base uses, and only in the .cpp).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace base {

using Hash = std::array<std::uint8_t, 32>;

Hash sha256(std::string_view bytes);

// Lower-case hexadecimal of any bytes.
std::string hex(std::string_view bytes);
std::string hex(Hash const& hash);

}  // namespace base
