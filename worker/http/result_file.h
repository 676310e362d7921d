// Which file below a job's result folder a result means.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace worker::http {

// The file, resolved; none where there is none, where it is no regular file, or where the name
// leads out of the folder, by dots, by an absolute path or by a symbolic link.
std::optional<std::filesystem::path> file_below(std::filesystem::path const& folder,
                                                std::string_view name);

std::string_view type_of(std::filesystem::path const& file);  // by its extension

// Changes when the file does: "size-time", quoted.
std::string etag_of(std::filesystem::path const& file);

}  // namespace worker::http
