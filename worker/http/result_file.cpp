// Resolved by the file system itself, and compared afterwards.
#include "worker/http/result_file.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace worker::http {

namespace fs = std::filesystem;

std::optional<fs::path> file_below(fs::path const& folder, std::string_view name) {
    if (name.empty() || name.find('\0') != std::string_view::npos) {
        return std::nullopt;
    }
    std::error_code error;
    auto const home = fs::canonical(folder, error);
    if (error) {
        return std::nullopt;
    }
    auto const file = fs::canonical(home / fs::path{name}, error);
    if (error || !fs::is_regular_file(file, error)) {
        return std::nullopt;
    }
    auto const [rest, unused] = std::ranges::mismatch(home, file);
    return rest == home.end() ? std::optional{file} : std::nullopt;
}

std::string_view type_of(fs::path const& file) {
    using Type = std::pair<std::string_view, std::string_view>;
    static constexpr std::array types{
        Type{".mp3", "audio/mpeg"},
        Type{".wav", "audio/wav"},
        Type{".flac", "audio/flac"},
        Type{".ogg", "audio/ogg"},
        Type{".opus", "audio/ogg"},
        Type{".m4a", "audio/mp4"},
        Type{".aac", "audio/aac"},
        Type{".mp4", "video/mp4"},
        Type{".webm", "video/webm"},
        Type{".png", "image/png"},
        Type{".jpg", "image/jpeg"},
        Type{".jpeg", "image/jpeg"},
        Type{".webp", "image/webp"},
        Type{".json", "application/json"},
        Type{".srt", "application/x-subrip"},
        Type{".vtt", "text/vtt; charset=utf-8"},
        Type{".txt", "text/plain; charset=utf-8"},
    };
    auto extension = file.extension().string();
    std::ranges::transform(extension, extension.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    auto const* const found = std::ranges::find(types, extension, &Type::first);
    return found == types.end() ? "application/octet-stream" : found->second;
}

std::string etag_of(fs::path const& file) {
    std::error_code error;
    auto const size = fs::file_size(file, error);
    auto const time = fs::last_write_time(file, error).time_since_epoch().count();
    return error ? std::string{} : fmt::format("\"{:x}-{:x}\"", size, time);
}

}  // namespace worker::http
