#include "worker/identity.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "adapters/fetch/document.h"
#include "adapters/identity/api_key.h"
#include "adapters/identity/jwk.h"

namespace worker {

namespace identity = adapters::identity;
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

std::string content_of(int fd, std::filesystem::path const& file) {
    std::string text;
    char buffer[4096];
    while (text.size() <= most_file) {
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
    fail(file, fmt::format("larger than {} bytes", most_file));
}

std::string content_of(std::filesystem::path const& file) {
    File const opened{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
    if (opened.fd < 0) {
        fail_by_system(file, errno);
    }
    return content_of(opened.fd, file);
}

void add(std::vector<identity::Key>& keys,
         std::expected<std::vector<identity::Key>, std::string> more, std::string_view key,
         std::filesystem::path const& file) {
    if (!more) {
        throw Unusable{fmt::format("auth.jwt.{}: {} {}", key, file.string(), more.error())};
    }
    std::ranges::move(*more, std::back_inserter(keys));
}

std::vector<identity::Key> given_keys(config::Jwt const& jwt) {
    std::vector<identity::Key> keys;
    if (!jwt.secret.empty()) {
        auto key = identity::Key::from_secret(jwt.secret);
        if (!key) {
            throw Unusable{"auth.jwt.secret: " + key.error()};
        }
        keys.push_back(std::move(*key));
    }
    for (auto const& file : jwt.key_files) {
        add(keys, identity::keys_from_pem(content_of(file)), "key_files", file);
    }
    if (!jwt.jwks_file.empty()) {
        add(keys, identity::keys_from_jwks(content_of(jwt.jwks_file), identity::JwksFrom::file),
            "jwks_file", jwt.jwks_file);
    }
    return keys;
}

bool had_admin(std::vector<adapters::ApiKey> const& keys) {
    return std::ranges::any_of(keys, [](adapters::ApiKey const& key) {
        return std::ranges::find(key.scopes, adapters::Scope::admin) != key.scopes.end();
    });
}

// What went wrong, or 0.
int write_all(int fd, std::string const& text) {
    auto const written = ::write(fd, text.data(), text.size());
    if (written != static_cast<ssize_t>(text.size())) {
        return written < 0 ? errno : ENOSPC;
    }
    return ::fsync(fd) == 0 ? 0 : errno;
}

// Written whole under a name of its own and then given its real one, unless somebody was quicker.
void write_key(std::string const& text, std::filesystem::path const& file) {
    auto draft = file.string() + ".XXXXXX";
    File const opened{::mkostemp(draft.data(), O_CLOEXEC)};  // for its owner only
    if (opened.fd < 0) {
        fail_by_system(file, errno);
    }
    auto error = write_all(opened.fd, text + "\n");
    if (error == 0 && ::link(draft.c_str(), file.c_str()) != 0 && errno != EEXIST) {
        error = errno;
    }
    ::unlink(draft.c_str());
    File const folder{::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (error == 0 && folder.fd >= 0 && ::fsync(folder.fd) != 0) {
        error = errno;
    }
    if (error != 0) {
        fail_by_system(file, error);
    }
}

// The key in a file that nobody but its owner can read. Empty: there is no file.
std::string read_key(std::filesystem::path const& file) {
    File const opened{::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
    if (opened.fd < 0) {
        if (errno == ENOENT) {
            return "";
        }
        fail_by_system(file, errno);
    }
    struct stat status{};
    if (::fstat(opened.fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        fail(file, "is no regular file");
    }
    if ((status.st_mode & 077U) != 0 || status.st_uid != ::geteuid()) {
        fail(file, "others may read or own it, so its key is not taken; remove it, or chmod 600");
    }
    auto text = content_of(opened.fd, file);
    text.erase(text.find_last_not_of("\r\n") + 1);
    if (!identity::is_api_key(text)) {
        fail(file, "holds no API key; remove it, and a new one is made");
    }
    return text;
}

}  // namespace

std::unique_ptr<identity::KeySet> make_key_set(config::Jwt const& jwt, identity::Fetch fetch,
                                               identity::TellFetch tell) {
    if (!jwt.there()) {
        return nullptr;
    }
    if (!jwt.jwks_url.empty() && !fetch) {
        throw Unusable{"auth.jwt.jwks_url: this program can't fetch it; use jwks_file"};
    }
    return std::make_unique<identity::KeySet>(identity::KeySetOptions{
        .keys = given_keys(jwt),
        .fetch = jwt.jwks_url.empty() ? identity::Fetch{} : std::move(fetch),
        .tell = std::move(tell)});
}

// The address is the operator's own word, so it may lead into a private network. What was asked for
// in the clear, from this machine, is not got from elsewhere.
identity::Fetch fetch_of(std::string const& jwks_url) {
    adapters::fetch::FetchOptions options{.max_size = most_file,
                                          .connect_timeout = base::Millis{5'000},
                                          .idle_timeout = base::Millis{5'000},
                                          .total_timeout = base::Millis{10'000},
                                          .redirects = jwks_url.starts_with("https://") ? 3 : 0,
                                          .allow_private = true,
                                          .allow_any_port = true};
    return [jwks_url, options]() -> std::expected<std::string, std::string> {
        auto text = adapters::fetch::fetch_document(jwks_url, options);
        if (!text) {
            return std::unexpected{std::move(text.error().message)};
        }
        return std::move(*text);
    };
}

identity::JwtRules jwt_rules(config::Jwt const& jwt) {
    return {.issuer = jwt.issuer, .audience = jwt.audience, .leeway = jwt.leeway};
}

std::optional<std::filesystem::path> make_first_admin_key(adapters::Store& store,
                                                          std::filesystem::path const& file) {
    if (had_admin(store.api_keys())) {
        return std::nullopt;
    }
    auto text = read_key(file);
    if (text.empty()) {
        write_key(identity::make_api_key().text, file);
        text = read_key(file);  // of whoever was first
    }
    auto key = identity::describe_api_key(text);
    key.name = "admin";
    key.scopes = {adapters::Scope::admin};
    store.add_api_key(key);
    return file;
}

}  // namespace worker
