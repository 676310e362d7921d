// Nothing of a name is trusted: results come from providers, inputs from callers.
#include "worker/named_media.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/lower.h"

namespace worker {

namespace {

namespace json = boost::json;
using adapters::MeasureResult;
using adapters::MediaError;
using adapters::media::crew::Fd;

constexpr std::size_t longest_name = 4'096;
constexpr std::size_t longest_shown = 300;

std::unexpected<MediaError> failure(char const* code, std::string message) {
    return std::unexpected{MediaError{.code = code, .message = std::move(message)}};
}

json::value const* find(json::value const& whole, std::string const& field) {
    if (!field.starts_with('/')) {
        return whole.is_object() ? whole.as_object().if_contains(field) : nullptr;
    }
    json::error_code code;
    auto const* const found = whole.find_pointer(field, code);
    return code ? nullptr : found;
}

// "https" of "HTTPS://…"; empty where it is no URL.
std::string scheme_of(std::string_view name) {
    auto const end = name.starts_with("data:") ? std::size_t{4} : name.find("://");
    if (end == name.npos || end == 0) {
        return "";
    }
    auto const scheme = base::lower(name.substr(0, end));
    bool const fits = std::ranges::all_of(scheme, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    });
    return fits ? scheme : "";
}

// The part of an absolute path that is below the folder; the path itself where it is relative.
std::optional<std::string> below(std::filesystem::path const& folder, std::string const& name) {
    if (!name.starts_with('/')) {
        return name;
    }
    std::error_code code;
    auto prefix = std::filesystem::absolute(folder, code).lexically_normal().string();
    prefix += prefix.ends_with('/') ? "" : "/";
    return !code && name.starts_with(prefix) ? std::optional{name.substr(prefix.size())}
                                             : std::nullopt;
}

MediaError error_of(int error) {
    if (error == ELOOP) {
        return {.code = "outside", .message = "its path leads over a symbolic link"};
    }
    if (error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG) {
        return {.code = "not_found", .message = "there is no such file"};
    }
    return {.code = "unreadable", .message = std::generic_category().message(error)};
}

// One step down, over a folder or to the file.
std::expected<Fd, MediaError> step(Fd const& from, std::string const& part, bool last) {
    if (part == "..") {
        return failure("outside", "its path leads out of the folder");
    }
    int const kind = last ? O_RDONLY | O_NONBLOCK | O_NOCTTY : O_PATH | O_DIRECTORY;
    Fd next{::openat(from.get(), part.c_str(), kind | O_NOFOLLOW | O_CLOEXEC)};
    if (next) {
        return next;
    }
    int const error = errno;
    // A link on the way is "not a folder" to O_DIRECTORY.
    struct stat found{};
    bool const link = error == ENOTDIR &&
                      ::fstatat(from.get(), part.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0 &&
                      S_ISLNK(found.st_mode);
    return std::unexpected{error_of(link ? ELOOP : error)};
}

// Asks at each read whether it is still wanted.
class Stoppable final : public adapters::ByteSource {
public:
    Stoppable(adapters::ByteSource& source, std::atomic<bool> const& stopped)
        : source_{source}, stopped_{stopped} {}

    [[nodiscard]] std::uint64_t size() const override { return source_.size(); }

    std::expected<std::size_t, MediaError> read(std::uint64_t offset,
                                                std::span<std::byte> into) override {
        if (stopped_) {
            return failure("stopped", "the worker stops");
        }
        return source_.read(offset, into);
    }

    [[nodiscard]] bool far() const override { return source_.far(); }

private:
    adapters::ByteSource& source_;
    std::atomic<bool> const& stopped_;
};

std::string note_of(adapters::Measured const& found) {
    std::string note;
    if (found.segments > 1) {
        note = fmt::format("{} segments", found.segments);
    }
    if (found.skipped_bytes > 0) {
        note += fmt::format("{}{} bytes of something else", note.empty() ? "" : ", ",
                            found.skipped_bytes);
    }
    return note + (note.empty() || found.note.empty() ? "" : ", ") + found.note;
}

}  // namespace

std::optional<std::string> named_in(std::string_view text, std::vector<std::string> const& fields) {
    json::error_code code;
    auto const whole = json::parse({text.data(), text.size()}, code);
    if (code) {
        return std::nullopt;
    }
    for (auto const& field : fields) {
        auto const* const found = find(whole, field);
        if (found != nullptr && found->is_string() && !found->as_string().empty()) {
            return std::string{found->as_string()};
        }
    }
    return std::nullopt;
}

std::expected<Fd, MediaError> open_beneath(std::filesystem::path const& folder,
                                           std::string const& name) {
    auto const path = below(folder, name);
    if (!path) {
        return failure("outside", "its path is not in the folder");
    }
    if (path->size() > longest_name || path->find('\0') != path->npos) {
        return failure("not_found", "its name is not a path");
    }
    Fd at{::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (!at) {
        return std::unexpected{error_of(errno)};
    }
    std::vector<std::string> parts;
    for (auto const& part : std::filesystem::path{*path}) {
        if (!part.empty() && part != ".") {
            parts.push_back(part.string());
        }
    }
    for (std::size_t i = 0; i < parts.size(); ++i) {
        auto next = step(at, parts[i], i + 1 == parts.size());
        if (!next) {
            return next;
        }
        at = std::move(*next);
    }
    struct stat found{};
    if (parts.empty() || ::fstat(at.get(), &found) != 0 || !S_ISREG(found.st_mode)) {
        return failure("not_a_file", "it is not a file");
    }
    return at;
}

std::optional<jobs::Measurement> measurement_of(adapters::Measured const& found,
                                                config::Track track, jobs::Source of) {
    bool const by_video =
        track == config::Track::video ? !found.video_codec.empty() : found.codec.empty();
    auto const& length = by_video ? found.video : found.audio;
    jobs::Measurement measurement{.samples = length.samples,
                                  .rate = length.rate,
                                  .of = of,
                                  .codec = by_video ? found.video_codec : found.codec,
                                  .exact = found.exact,
                                  .truncated = found.truncated,
                                  .note = note_of(found)};
    switch (found.basis) {
        case adapters::Basis::trimmed:
            measurement.basis = jobs::Basis::trimmed;
            break;
        case adapters::Basis::frames:
            measurement.basis = jobs::Basis::frames;
            break;
        case adapters::Basis::declared:
            measurement.basis = jobs::Basis::declared;
            break;
    }
    bool const usable = !measurement.codec.empty() && length.samples > 0;
    return usable && jobs::duration_of(measurement) ? std::optional{measurement} : std::nullopt;
}

std::string printable(std::string_view text) {
    std::string clean{text.substr(0, longest_shown)};
    std::ranges::replace_if(clean, [](char c) { return c < ' ' || c > '~'; }, '?');
    return clean;
}

std::string shown(std::string const& name) {
    bool const url = name.find("://") != name.npos;
    return printable(std::string_view{name}.substr(0, url ? name.find_first_of("?#") : name.npos));
}

std::string reason(std::string const& name, MediaError const& error) {
    std::string_view message = error.message;
    auto const before = shown(name) + ": ";
    if (message.starts_with(before)) {
        message.remove_prefix(before.size());
    }
    return fmt::format("{} ({})", printable(message), error.code);
}

MeasureResult Gauge::measure(std::string const& name, std::filesystem::path const& folder) {
    auto const scheme = scheme_of(name);
    if (scheme == "http" || scheme == "https") {
        return measure_url(name);
    }
    if (!scheme.empty()) {
        return failure("unsupported",
                       fmt::format("nothing is fetched by `{}`, only by http and https", scheme));
    }
    if (folder.empty()) {
        return failure("no_folder", "it is a path, and none are permitted; give a URL");
    }
    auto file = open_beneath(folder, name);
    return file ? media_.measure_file(file->get(), {})
                : MeasureResult{std::unexpected{file.error()}};
}

MeasureResult Gauge::measure_url(std::string const& url) {
    if (stopped_) {
        return failure("stopped", "the worker stops");
    }
    auto const source = open_(url);
    if (!source) {
        return std::unexpected{source.error()};
    }
    Stoppable watched{**source, stopped_};
    auto found = media_.measure_source(watched, {});
    if (stopped_ && !found) {
        return failure("stopped", "the worker stops");
    }
    return found;
}

}  // namespace worker
