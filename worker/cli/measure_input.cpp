// Opening without surprises: no name can block, and nothing is read but what is asked for.
#include "worker/cli/measure_input.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace worker::cli {

namespace {

namespace fs = std::filesystem;
using adapters::MediaError;
using adapters::media::crew::Fd;

std::unexpected<MediaError> failure(char const* code, std::string message) {
    return std::unexpected{MediaError{.code = code, .message = std::move(message)}};
}

std::unexpected<MediaError> failure_of(int error) {
    auto const text = std::generic_category().message(error);
    return failure(error == ENOENT || error == ENOTDIR ? "not_found" : "unreadable", text);
}

Fd nameless_file() {
    std::error_code ignored;
    auto const folder = fs::temp_directory_path(ignored);
    Fd file{::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)};
    return file ? std::move(file) : Fd{::memfd_create("input", MFD_CLOEXEC)};
}

bool write_all(int file, std::byte const* data, std::size_t size) {
    while (size > 0) {
        auto const count = ::write(file, data, size);
        if (count < 0 && errno != EINTR) {
            return false;
        }
        data += std::max<ssize_t>(count, 0);
        size -= static_cast<std::size_t>(std::max<ssize_t>(count, 0));
    }
    return true;
}

std::expected<Fd, MediaError> copied(int from, std::uint64_t most) {
    auto file = nameless_file();
    std::array<std::byte, std::size_t{64} << 10> buffer;
    std::uint64_t total = 0;
    while (file) {
        auto const count = ::read(from, buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return failure_of(errno);
        }
        if (count == 0) {
            return file;
        }
        total += static_cast<std::uint64_t>(count);
        if (total > most) {
            return failure("too_large",
                           fmt::format("more than {} bytes, which is media.max_size", most));
        }
        if (!write_all(file.get(), buffer.data(), static_cast<std::size_t>(count))) {
            break;
        }
    }
    return failure("unreadable", "there is no room for a copy of it");
}

std::expected<Fd, MediaError> judged(Fd file, std::uint64_t most) {
    struct stat found{};
    if (::fstat(file.get(), &found) != 0) {
        return failure_of(errno);
    }
    if (S_ISREG(found.st_mode)) {
        return file;
    }
    if (S_ISDIR(found.st_mode)) {
        return failure("is_a_folder", "it is a folder; --recursive measures what is in it");
    }
    if (S_ISFIFO(found.st_mode) || S_ISSOCK(found.st_mode)) {
        ::fcntl(file.get(), F_SETFL, 0);  // from now on it may wait for who writes
        return copied(file.get(), most);
    }
    return failure("not_a_file", "it is a device");
}

}  // namespace

std::expected<Fd, MediaError> open_input(std::string const& name, std::uint64_t most) {
    if (name == "-") {
        struct stat found{};
        bool const plain = ::fstat(STDIN_FILENO, &found) == 0 && S_ISREG(found.st_mode);
        return plain ? Fd{::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)} : copied(STDIN_FILENO, most);
    }
    // A pipe without a writer would block the opening itself.
    Fd file{::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
    return file ? judged(std::move(file), most) : failure_of(errno);
}

std::vector<std::string> with_folders_opened(std::vector<std::string> const& names) {
    std::vector<std::string> all;
    for (auto const& name : names) {
        std::error_code code;
        if (!fs::is_directory(name, code)) {
            all.push_back(name);
            continue;
        }
        auto const first = static_cast<std::ptrdiff_t>(all.size());
        auto const lenient = fs::directory_options::skip_permission_denied;
        for (fs::recursive_directory_iterator at{name, lenient, code}, end; !code && at != end;
             at.increment(code)) {
            std::error_code ignored;
            if (at->is_regular_file(ignored)) {
                all.push_back(at->path().string());
            }
        }
        std::sort(all.begin() + first, all.end());
    }
    return all;
}

}  // namespace worker::cli
