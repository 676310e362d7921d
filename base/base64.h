// Bytes as text by RFC 4648. Reading is strict: no other characters, no impossible length, and no
// spare bits that are not zero, so that one value has one text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace base {

std::string to_base64(std::string_view bytes);  // padded
std::optional<std::string> from_base64(std::string_view text);

// The letters that need no escape in addresses, without padding.
std::string to_base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace base
