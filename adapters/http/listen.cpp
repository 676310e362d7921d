#include "adapters/http/listen.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <netinet/in.h>
#include <system_error>
#include <utility>

#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace adapters::http {

namespace asio = boost::asio;
using Protocol = asio::generic::stream_protocol;

namespace {

constexpr int backlog = 4096;

[[noreturn]] void fail(int error, std::string const& where) {
    throw std::system_error{error, std::generic_category(), "cannot listen on " + where};
}

// Closed unless it is handed on.
class Fd {
public:
    explicit Fd(int fd) : fd_{fd} {}

    Fd(Fd const&) = delete;
    Fd& operator=(Fd const&) = delete;

    ~Fd() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }

    [[nodiscard]] int get() const { return fd_; }

    int release() { return std::exchange(fd_, -1); }

private:
    int fd_;
};

Acceptor adopt(asio::any_io_executor const& executor, Protocol protocol, Fd& fd) {
    Acceptor acceptor{executor};
    acceptor.assign(protocol, fd.get());
    fd.release();
    return acceptor;
}

std::string shown(std::string const& host, std::uint16_t port) {
    bool const v6 = host.contains(':');
    return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

// 0, or why not.
int bind_one(addrinfo const& address, std::uint16_t port, Fd const& fd) {
    int const on = 1;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_storage where{};
    std::memcpy(&where, address.ai_addr, address.ai_addrlen);
    if (address.ai_family == AF_INET6) {
        ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
        reinterpret_cast<sockaddr_in6&>(where).sin6_port = htons(port);
    } else {
        reinterpret_cast<sockaddr_in&>(where).sin_port = htons(port);
    }
    bool const ok =
        ::bind(fd.get(), reinterpret_cast<sockaddr*>(&where), address.ai_addrlen) == 0 &&
        ::listen(fd.get(), backlog) == 0;
    return ok ? 0 : errno;
}

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

Addresses resolve(std::string const& host, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_flags = AI_PASSIVE;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    int const error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
    if (error != 0) {
        throw std::system_error{
            std::make_error_code(std::errc::address_not_available),
            "cannot listen on " + shown(host, port) + ": " + ::gai_strerror(error)};
    }
    return {found, &::freeaddrinfo};
}

sockaddr_un unix_address(std::string const& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path) {
        fail(ENAMETOOLONG, path);
    }
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return address;
}

bool somebody_listens(std::string const& path) {
    auto const address = unix_address(path);
    Fd const fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    auto const* generic = reinterpret_cast<sockaddr const*>(&address);
    return ::connect(fd.get(), generic, sizeof address) == 0 || errno != ECONNREFUSED;
}

void check_free(std::string const& path) {
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0) {
        if (errno == ENOENT) {
            return;
        }
        fail(errno, path);
    }
    if (!S_ISSOCK(status.st_mode)) {
        fail(EEXIST, path + ", which is no socket");
    }
    if (somebody_listens(path)) {
        fail(EADDRINUSE, path);
    }
}

}  // namespace

std::vector<Acceptor> listen_tcp(asio::any_io_executor const& executor, std::string const& host,
                                 std::uint16_t port) {
    std::vector<Acceptor> acceptors;
    auto const addresses = resolve(host, port);
    int why_not = EADDRNOTAVAIL;
    for (auto const* at = addresses.get(); at != nullptr; at = at->ai_next) {
        Fd fd{::socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
        // With a free port of the system's choice, all addresses get the same.
        auto const wanted = acceptors.empty() ? port : port_of(acceptors.front());
        int const error = fd.get() < 0 ? errno : bind_one(*at, wanted, fd);
        if (error == 0) {
            acceptors.push_back(adopt(executor, Protocol{at->ai_family, 0}, fd));
        } else if (error == EADDRINUSE || error == EACCES) {
            fail(error, shown(host, wanted));
        } else {
            why_not = error;  // such as ::1 where there is no IPv6
        }
    }
    if (acceptors.empty()) {
        fail(why_not, shown(host, port));
    }
    return acceptors;
}

std::uint16_t port_of(Acceptor const& acceptor) {
    auto const endpoint = acceptor.local_endpoint();
    return endpoint.data()->sa_family == AF_INET6
               ? ntohs(reinterpret_cast<sockaddr_in6 const*>(endpoint.data())->sin6_port)
               : ntohs(reinterpret_cast<sockaddr_in const*>(endpoint.data())->sin_port);
}

UnixPath::UnixPath(std::string path) : path_{std::move(path)} {}

UnixPath::UnixPath(UnixPath&& other) noexcept
    : path_{std::move(other.path_)},
      device_{other.device_},
      inode_{std::exchange(other.inode_, 0)} {}

UnixPath::~UnixPath() {
    remove();
}

// It gets its name when it has its mode and listens: nobody can come too early.
Acceptor UnixPath::listen(asio::any_io_executor const& executor) {
    check_free(path_);
    std::string const beside = path_ + "." + std::to_string(::getpid());
    auto const address = unix_address(beside);
    Fd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    ::unlink(beside.c_str());
    struct stat status{};
    bool const ready =
        ::bind(fd.get(), reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0 &&
        ::chmod(beside.c_str(), 0660) == 0 && ::lstat(beside.c_str(), &status) == 0 &&
        ::listen(fd.get(), backlog) == 0 && ::rename(beside.c_str(), path_.c_str()) == 0;
    if (!ready) {
        int const error = errno;
        ::unlink(beside.c_str());
        fail(error, path_);
    }
    device_ = status.st_dev;
    inode_ = status.st_ino;
    return adopt(executor, Protocol{AF_UNIX, 0}, fd);
}

void UnixPath::remove() {
    struct stat status{};
    if (inode_ != 0 && ::lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ &&
        status.st_ino == inode_) {
        ::unlink(path_.c_str());
    }
    inode_ = 0;
}

}  // namespace adapters::http
