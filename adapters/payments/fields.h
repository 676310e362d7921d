// The fields of notices that are signed as "a=1&b=2" (Alipay, WeChat v2).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace adapters::payments {

using Fields = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::size_t most_fields = 200;

// Letters, digits, '_', '-' and '.': nothing that could be taken for the end of a name.
bool is_field_name(std::string_view text);

// The value; empty: there is none.
std::string_view field_of(Fields const& fields, std::string_view name);

bool has_twice(Fields const& fields);

enum class Empty : std::uint8_t { left_out, kept };

// Those that are not among `without`, in the order of their names' bytes.
std::string signed_text(Fields const& fields, std::initializer_list<std::string_view> without,
                        Empty empty = Empty::left_out);

// Whether signed_text() could be that of other fields, too: a value with "&name=" in it makes a
// field of its own when somebody cuts it there, and the signature would hold for both.
bool is_ambiguous(Fields const& fields);

}  // namespace adapters::payments
