// The small texts that platforms write: base64, hex, decimal money, ids, headers.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/payments.h"

namespace adapters::payments {

inline constexpr std::size_t most_body = 256 * 1024;  // of a notice or an answer

// Base64 without regard to white space, as keys in files have it.
std::optional<std::string> from_base64_lines(std::string_view text);

std::string upper(std::string_view text);  // ASCII letters only

// 1 to 255 printable ASCII characters without spaces.
bool is_id(std::string_view text);

// 1 to 255 printable ASCII characters.
bool is_plain(std::string_view text);

// As much of a text in UTF-8 as fits into so many bytes, no character cut.
std::string text_within(std::string_view text, std::size_t bytes);

// Digits only, within bounds that no real amount or time comes near.
std::optional<std::int64_t> whole_number(std::string_view text);

// "88", "88.8" or "88.88" of a currency with two decimals, in minor units.
std::optional<std::int64_t> minor_units(std::string_view text);

// The header, which must be there once; its name is compared without regard to case.
std::expected<std::string_view, Refusal> header_once(Headers const& headers, std::string_view name);

// The same, where it may be missing: then empty.
std::expected<std::string_view, Refusal> header_at_most_once(Headers const& headers,
                                                             std::string_view name);

// Seconds since the epoch, as signatures have them, within the tolerance around now.
bool is_near(std::int64_t seconds, base::Timestamp now, base::Millis tolerance);

}  // namespace adapters::payments
