// Reads UTF-8 one code point at a time, strictly: no overlong forms, no surrogates, nothing above
// U+10FFFF.
#pragma once

#include <optional>
#include <string_view>

namespace wire {

// Takes the first code point off `rest`; nullopt (and `rest` as it was) if it is not valid UTF-8 or
// empty.
std::optional<char32_t> next_code_point(std::string_view& rest);

// Whether it shows as something: no control, format or bidirectional-override character, no
// noncharacter, no private line separator.
bool printable(char32_t code_point);

}  // namespace wire
