// Bytes that come as text, and files that are made of them.
#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace adapters::providers::http {

// Of base64, with or without its padding, or hexadecimal.
std::optional<std::string> decoded(std::string_view text, bool hex);

// "mp3" of "audio/mpeg" and of "mp3_44100_128"; "bin" where nothing is known.
std::string extension_of(std::string_view type);

// Whether these are the first bytes of a page or of JSON: an error that calls itself audio.
bool is_text_page(std::string_view bytes);

// Makes the folder where it is missing. The error is for people.
std::expected<void, std::string> write_file(std::filesystem::path const& file,
                                            std::string_view bytes);

}  // namespace adapters::providers::http
