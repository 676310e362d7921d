#include "worker/key_file.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "adapters/store.h"

namespace worker {

using adapters::Unusable;

namespace {

constexpr std::size_t most_file = 256 * 1024;

struct File {
    explicit File(int opened) : fd{opened} {}

    File(File const&) = delete;
    File& operator=(File const&) = delete;

    ~File() {
        if (fd >= 0) {
            ::close(fd);
        }
    }

    int fd;
};

[[noreturn]] void fail(std::filesystem::path const& file, std::string_view what) {
    throw Unusable{fmt::format("{}: {}", file.string(), what)};
}

[[noreturn]] void fail_by_system(std::filesystem::path const& file, int error) {
    fail(file, std::generic_category().message(error));
}

std::string content_of(int fd, std::filesystem::path const& file, std::size_t most) {
    std::string text;
    char buffer[4096];
    while (text.size() <= most) {
        auto const count = ::read(fd, buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            fail_by_system(file, errno);
        }
        if (count == 0) {
            return text;
        }
        text.append(buffer, static_cast<std::size_t>(count));
    }
    fail(file, fmt::format("larger than {} bytes", most));
}

// What went wrong, or 0.
int write_all(int fd, std::string const& text) {
    for (std::string_view rest{text}; !rest.empty();) {
        auto const written = ::write(fd, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return written < 0 ? errno : ENOSPC;
        }
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    return ::fsync(fd) == 0 ? 0 : errno;
}

// Under a name of its own, which `give_name` makes the real one. What is there afterwards is whole
// even if the power fails.
template <typename GiveName>
void write_beside(std::string const& text, std::filesystem::path const& file,
                  GiveName const& give_name) {
    auto draft = file.string() + ".XXXXXX";
    File const opened{::mkostemp(draft.data(), O_CLOEXEC)};  // for its owner only
    if (opened.fd < 0) {
        fail_by_system(file, errno);
    }
    auto error = write_all(opened.fd, text + "\n");
    if (error == 0 && !give_name(draft.c_str(), file.c_str())) {
        error = errno;
    }
    ::unlink(draft.c_str());
    auto const above = file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
    File const folder{::open(above.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (error == 0 && folder.fd >= 0 && ::fsync(folder.fd) != 0) {
        error = errno;
    }
    if (error != 0) {
        fail_by_system(file, error);
    }
}

// Refused where others have one of these rights, or own it.
std::optional<std::string> text_unless(mode_t rights, std::filesystem::path const& file,
                                       std::size_t most) {
    File const opened{::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
    if (opened.fd < 0) {
        if (errno == ENOENT) {
            return std::nullopt;
        }
        fail_by_system(file, errno);
    }
    struct stat status{};
    if (::fstat(opened.fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        fail(file, "is no regular file");
    }
    if ((status.st_mode & rights) != 0 || status.st_uid != ::geteuid()) {
        fail(file, "others may read, write or own it, so it is not taken; remove it, or chmod 600");
    }
    return content_of(opened.fd, file, most);
}

}  // namespace

std::string content_of(std::filesystem::path const& file) {
    File const opened{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
    if (opened.fd < 0) {
        fail_by_system(file, errno);
    }
    return content_of(opened.fd, file, most_file);
}

std::optional<std::string> own_text(std::filesystem::path const& file, std::size_t most) {
    return text_unless(S_IWGRP | S_IWOTH, file, most);
}

std::string read_private(std::filesystem::path const& file) {
    auto text = text_unless(S_IRWXG | S_IRWXO, file, most_file);
    if (!text) {
        return "";
    }
    text->erase(text->find_last_not_of("\r\n") + 1);
    if (text->empty()) {
        fail(file, "is empty; remove it, and a new key is made");
    }
    return std::move(*text);
}

void write_private(std::string const& text, std::filesystem::path const& file) {
    write_beside(text, file, [](char const* draft, char const* name) {
        return ::link(draft, name) == 0 || errno == EEXIST;
    });
}

void replace_private(std::string const& text, std::filesystem::path const& file) {
    write_beside(text, file,
                 [](char const* draft, char const* name) { return ::rename(draft, name) == 0; });
}

}  // namespace worker
