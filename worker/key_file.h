// What the program keeps in a file for its owner only: secrets that it makes for itself, and how
// far an audit has come.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace worker {

// Throw adapters::Unusable, naming the file.

// The whole text of a file of at most 256 KiB.
std::string content_of(std::filesystem::path const& file);

// The whole text of a file that nobody else may write and that is no link; nothing if there is
// none. Larger ones are refused.
std::optional<std::string> own_text(std::filesystem::path const& file, std::size_t most);

// Without the line's end. Empty: there is no file. A file that others may read is refused.
std::string read_private(std::filesystem::path const& file);

// Written whole under a name of its own and then given its real one, unless somebody was quicker:
// read it afterwards.
void write_private(std::string const& text, std::filesystem::path const& file);

// The same, instead of what was there.
void replace_private(std::string const& text, std::filesystem::path const& file);

}  // namespace worker
