// A name is given to a file when all of it is on the disk, so that a file with a name is whole.
#include "worker/kept_file.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <fmt/format.h>

#include "adapters/fetch/download.h"
#include "base/running_hash.h"
#include "worker/named_media.h"
#include "worker/result_kind.h"

namespace worker {

namespace {

namespace fetch = adapters::fetch;
namespace fs = std::filesystem;
using adapters::Made;
using adapters::media::crew::Fd;
using Kind = NotKept::Kind;

constexpr std::string_view draft = ".fetching-";
constexpr base::Millis connect_timeout{10'000};
constexpr base::Millis idle_timeout{15'000};

std::unexpected<NotKept> not_kept(Kind kind, std::string message,
                                  std::string code = "result_lost") {
    return std::unexpected{
        NotKept{.kind = kind, .code = std::move(code), .message = std::move(message)}};
}

std::unexpected<NotKept> by_disk(std::string const& what) {
    return not_kept(Kind::again,
                    fmt::format("{}: {}", what, std::generic_category().message(errno)));
}

std::unexpected<NotKept> meaning(adapters::MediaError const& error) {
    auto const& code = error.code;
    auto const is = [&](auto... codes) { return ((code == codes) || ...); };
    auto const message = fmt::format("{} ({})", printable(error.message), code);
    if (is("too_large")) {
        return not_kept(Kind::lost, message, code);
    }
    return not_kept(is("stopped")                                       ? Kind::stopped
                    : is("http_403", "http_404", "http_410")            ? Kind::gone
                    : is("bad_url", "forbidden_address", "bad_request") ? Kind::lost
                                                                        : Kind::again,
                    message);
}

// Bytes that anybody may still write there.
std::uint64_t free_bytes(fs::path const& folder) {
    struct statvfs found{};
    return ::statvfs(folder.c_str(), &found) == 0 ? std::uint64_t{found.f_bavail} * found.f_frsize
                                                  : 0;
}

std::string plain_role(std::string const& role) {
    bool const plain = !role.empty() && role.size() <= 32 && std::ranges::all_of(role, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
    return plain ? role : "file";
}

// "image.png", then "image-2.png".
std::string new_name(std::string const& role, std::string_view extension,
                     std::set<std::string>& names) {
    auto name = fmt::format("{}{}", role, extension);
    for (int i = 2; !names.insert(name).second; ++i) {
        name = fmt::format("{}-{}{}", role, i, extension);
    }
    return name;
}

class Keeping {
public:
    Keeping(Made const& made, KeepingRules const& rules) : made_{made}, rules_{rules} {
        file_.role = plain_role(made.role);
    }

    KeptOne fetched(std::set<std::string>& names) {
        auto const path = rules_.folder / fmt::format("{}{}", draft, rules_.attempt);
        std::error_code ignored;
        fs::remove(path, ignored);
        Fd const file{::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644)};
        if (!file) {
            return by_disk("the result folder");
        }
        auto kept = fill(file);
        if (kept) {
            kept = look(file);
        }
        if (!kept) {
            fs::remove(path, ignored);
            return kept;
        }
        file_.name = new_name(file_.role, extension_, names);
        if (::fsync(file.get()) != 0 ||
            ::rename(path.c_str(), (rules_.folder / file_.name).c_str()) != 0) {
            return by_disk(file_.name);
        }
        return sync_folder();
    }

    KeptOne found(std::set<std::string>& names) {
        auto const file = open_beneath(rules_.folder, made_.file);
        if (!file) {
            return not_kept(Kind::lost,
                            fmt::format("{}: {}", shown(made_.file), file.error().message));
        }
        auto const relative = made_.file.starts_with('/')
                                  ? fs::path{made_.file}.lexically_relative(
                                        fs::absolute(rules_.folder).lexically_normal())
                                  : fs::path{made_.file};
        file_.name = relative.lexically_normal().string();
        names.insert(file_.name);
        if (auto kept = look(*file); !kept) {
            return kept;
        }
        return ::fsync(file->get()) == 0 ? sync_folder() : KeptOne{by_disk(file_.name)};
    }

private:
    KeptOne fill(Fd const& file) {
        auto const& results = rules_.results;
        fetch::FetchOptions options{.max_size = static_cast<std::uint64_t>(results.max_size),
                                    .connect_timeout = std::min(connect_timeout, results.timeout),
                                    .idle_timeout = std::min(idle_timeout, results.timeout),
                                    .total_timeout = results.timeout,
                                    .allow_private = rules_.allow_private,
                                    .allow_any_port = rules_.allow_private,
                                    .only_https_after = !rules_.allow_private,
                                    .ca_file = results.ca_file};
        bool full = false;
        auto const least = static_cast<std::uint64_t>(results.free_space);
        auto const watch = [&](std::uint64_t done, std::optional<std::uint64_t> all) {
            auto const missing = all.value_or(done) - std::min(done, all.value_or(done));
            full = free_bytes(rules_.folder) < least + missing;
            return !full && rules_.watch(all && *all > 0 ? static_cast<int>(done * 100 / *all) : 0);
        };
        if (free_bytes(rules_.folder) < least) {
            full = true;
        }
        auto const got =
            full ? std::unexpected{adapters::MediaError{}}
                 : fetch::download(made_.url, made_.headers, file.get(), options, watch);
        if (full) {
            return not_kept(Kind::again, "the disk is nearly full; see results.free_space");
        }
        if (!got) {
            return meaning(got.error());
        }
        return file_;
    }

    // What it is, how large, and its hash: of what is on the disk.
    KeptOne look(Fd const& file) {
        std::string bytes(std::size_t{1} << 20, '\0');
        base::RunningHash hash;
        for (;;) {
            auto const count =
                ::pread(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(file_.size));
            if (count < 0 && errno != EINTR) {
                return by_disk(file_.name);
            }
            auto const got = std::string_view{bytes}.substr(
                0, static_cast<std::size_t>(std::max(count, ssize_t{0})));
            if (file_.size == 0) {
                if (auto judged = judge(got.substr(0, kind_head)); !judged) {
                    return judged;
                }
            }
            if (count == 0) {
                break;
            }
            hash.add(got);
            file_.size += got.size();
        }
        file_.sha256 = base::hex(hash.finish());
        return file_;
    }

    KeptOne judge(std::string_view begin) {
        auto const kind = kind_of(begin);
        if (!kind) {
            return not_kept(Kind::again, begin.empty() ? "it is empty"
                                                       : "it is a page, or nothing that is known");
        }
        if (auto why = why_not(*kind, file_.role, made_.type); !why.empty()) {
            return not_kept(Kind::again, std::move(why));
        }
        if (!is_taken(*kind, rules_.results.types)) {
            return not_kept(Kind::lost, fmt::format("{} is not among results.types", kind->type));
        }
        extension_ = kind->extension;
        bool const sound = file_.role == "audio" && kind->type.starts_with("video/");
        file_.type = sound ? "audio" + std::string{kind->type.substr(5)} : std::string{kind->type};
        return file_;
    }

    KeptOne sync_folder() {
        Fd const folder{::open(rules_.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
        if (!folder || ::fsync(folder.get()) != 0) {
            return by_disk("the result folder");
        }
        return file_;
    }

    Made const& made_;
    KeepingRules const& rules_;
    KeptFile file_;
    std::string_view extension_;
};

}  // namespace

KeptOne keep_file(Made const& made, KeepingRules const& rules, std::set<std::string>& names) {
    Keeping keeping{made, rules};
    return made.url.empty() ? keeping.found(names) : keeping.fetched(names);
}

void remove_remains(fs::path const& folder) {
    std::error_code ignored;
    std::vector<fs::path> remains;
    for (auto const& entry : fs::directory_iterator{folder, ignored}) {
        if (entry.path().filename().string().starts_with(draft)) {
            remains.push_back(entry.path());
        }
    }
    for (auto const& path : remains) {
        fs::remove(path, ignored);
    }
}

}  // namespace worker
