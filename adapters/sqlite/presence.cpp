// Presence by lock files.
#include "adapters/sqlite/presence.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/sha256.h"
#include "base/time.h"

namespace adapters::sqlite {

namespace {

class LockFile {
public:
    LockFile(std::filesystem::path path, int flags)
        : path_{std::move(path)}, fd_{::open(path_.c_str(), flags | O_CLOEXEC, 0600)} {}

    LockFile(LockFile const&) = delete;
    LockFile& operator=(LockFile const&) = delete;

    ~LockFile() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }

    bool is_open() const { return fd_ >= 0; }

    bool lock(int how) const { return ::flock(fd_, how | LOCK_NB) == 0; }

    // Whether the path still leads to this file: it may have been removed before it was locked.
    bool is_current() const {
        struct stat here{};
        struct stat there{};
        return ::fstat(fd_, &here) == 0 && ::stat(path_.c_str(), &there) == 0 &&
               here.st_ino == there.st_ino && here.st_dev == there.st_dev;
    }

    // Never empty in between: others read it at any time.
    bool write(std::string_view text) const {
        return ::pwrite(fd_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()) &&
               ::ftruncate(fd_, static_cast<off_t>(text.size())) == 0;
    }

    // The first line.
    std::string name() const {
        auto const text = read();
        return text.substr(0, text.find('\n'));
    }

    // The rest, without its end.
    std::string note() const {
        auto const text = read();
        auto const begin = text.find('\n');
        auto const end = text.find('\n', begin + 1);
        return begin == std::string::npos || end == std::string::npos
                   ? std::string{}
                   : text.substr(begin + 1, end - begin - 1);
    }

    std::string read() const {
        std::string text(512 + longest_note, '\0');
        auto const size = ::pread(fd_, text.data(), text.size(), 0);
        text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return text;
    }

    void remove() const { ::unlink(path_.c_str()); }

private:
    std::filesystem::path path_;
    int fd_;
};

class HeldPresence final : public Presence {
public:
    HeldPresence(std::unique_ptr<LockFile> file, std::string worker)
        : file_{std::move(file)}, worker_{std::move(worker)} {}

    void say(std::string const& note) noexcept override {
        if (note.size() <= longest_note && !note.contains('\n')) {
            static_cast<void>(file_->write(worker_ + '\n' + note + '\n'));
        }
    }

private:
    std::unique_ptr<LockFile> file_;
    std::string worker_;
};

// The file is locked and is the one that others will look at, or it is nullptr.
std::unique_ptr<LockFile> take(std::filesystem::path const& path) {
    auto file = std::make_unique<LockFile>(path, O_RDWR | O_CREAT);
    if (!file->is_open()) {
        throw Unavailable{fmt::format("store: can't make {} ({})", path.string(),
                                      std::generic_category().message(errno))};
    }
    return file->lock(LOCK_EX) && file->is_current() ? std::move(file) : nullptr;
}

}  // namespace

std::filesystem::path Presences::file_of(std::string const& worker) const {
    return folder_ / (base::hex(base::sha256(worker)).substr(0, 32) + ".lock");
}

std::unique_ptr<Presence> Presences::enter(std::string const& worker) const {
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    // Somebody who only looks holds the lock for a moment, hence several tries.
    constexpr int tries = 50;
    for (int i = 0; i < tries; ++i) {
        if (auto file = take(file_of(worker))) {
            if (!file->write(worker)) {
                throw Unavailable{fmt::format("store: can't write {} ({})",
                                              file_of(worker).string(),
                                              std::generic_category().message(errno))};
            }
            return std::make_unique<HeldPresence>(std::move(file), worker);
        }
        std::this_thread::sleep_for(base::Millis{10});
    }
    throw Unavailable{fmt::format(
        "store: a worker named {} is running already; give this one another name", worker)};
}

Names Presences::gone() const {
    Names names;
    std::error_code error;
    for (auto const& found : std::filesystem::directory_iterator{folder_, error}) {
        LockFile const file{found.path(), O_RDWR};
        if (!file.is_open() || !file.lock(LOCK_SH)) {
            continue;
        }
        // Without a name it died before it could start anything, or is about to enter.
        if (auto name = file.name(); !name.empty()) {
            names.insert(std::move(name));
        }
    }
    return names;
}

void Presences::add_to(std::vector<WorkerSeen>& workers) const {
    std::error_code error;
    for (auto const& found : std::filesystem::directory_iterator{folder_, error}) {
        LockFile const file{found.path(), O_RDWR};
        if (!file.is_open() || file.lock(LOCK_SH)) {
            continue;  // nobody holds it
        }
        auto const name = file.name();
        auto const known = std::ranges::find(workers, name, &WorkerSeen::name);
        if (known != workers.end()) {
            known->alive = true;
            known->note = file.note();
        } else if (!name.empty()) {
            workers.push_back({.name = name, .alive = true, .seen_at = {}, .note = file.note()});
        }
    }
    std::ranges::sort(workers, {}, &WorkerSeen::name);
}

void Presences::forget(std::string const& worker) const {
    LockFile const file{file_of(worker), O_RDWR};
    if (file.is_open() && file.lock(LOCK_EX) && file.is_current()) {
        file.remove();
    }
}

}  // namespace adapters::sqlite
