// Small texts that go to other machines, or come from them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace base {

// Letters, digits, '-' and '_', at least one: what a method or the name of a header is made of.
bool is_token(std::string_view text);

// For a form, a query or a part of a path: all but letters, digits, '-', '.', '_' and '~' as %XX.
std::string percent_encoded(std::string_view text);

// At most so many bytes, those that are not printable ASCII as spaces: fit for a header or a log.
std::string ascii_line(std::string_view text, std::size_t most);

}  // namespace base
