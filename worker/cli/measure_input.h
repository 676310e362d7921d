// What a name on the command line means: a file, or something that has to be copied to one first.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "adapters/media.h"
#include "adapters/media/crew/fd.h"

namespace worker::cli {

// A plain file that is open for reading. What comes from a pipe is copied to a file without a
// name; more than `most` bytes are an error. Codes: not_found, is_a_folder, unreadable, not_a_file,
// too_large.
std::expected<adapters::media::crew::Fd, adapters::MediaError> open_input(std::string const& name,
                                                                          std::uint64_t most);

// Folders replaced by the files in and below them, sorted; links to folders are not followed.
std::vector<std::string> with_folders_opened(std::vector<std::string> const& names);

}  // namespace worker::cli
