// Bytes from outside made fit for people, logs and the store.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace adapters::providers {

// One line of valid UTF-8: control characters and runs of space become one space, what is not UTF-8
// becomes `?`.
std::string one_line(std::string_view bytes);

// At most so many bytes of that line.
std::string one_line(std::string_view bytes, std::size_t most);

// At most so many bytes from the beginning, never part of a character.
std::string_view beginning(std::string_view utf8, std::size_t longest);

}  // namespace adapters::providers
