// Base64 for URLs without padding (RFC 4648, section 5), strictly: one text for each row of bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace adapters::identity {

std::string to_base64url(std::string_view bytes);

// Nothing for any other character, padding, an impossible length, or spare bits that are not zero.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace adapters::identity
