// A TCP or unix socket that never blocks; waiting is done by poll, together with the order to stop.
#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <string>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <fmt/format.h>

#include "adapters/redis/resolve.h"
#include "adapters/redis/stream.h"
#include "adapters/store.h"

namespace adapters::redis {

namespace {

std::string in_words(int error) {
    std::array<char, 128> text{};
    return ::strerror_r(error, text.data(), text.size());
}

class Socket final : public Stream {
public:
    Socket(int fd, std::string where) : fd_{fd}, where_{std::move(where)} {}

    Socket(Socket const&) = delete;
    Socket& operator=(Socket const&) = delete;

    ~Socket() override { ::close(fd_); }

    std::size_t read(std::span<char> into, Patience const& patience) override {
        while (true) {
            auto const count = ::recv(fd_, into.data(), into.size(), 0);
            if (count > 0) {
                return static_cast<std::size_t>(count);
            }
            if (count == 0) {
                throw Unavailable{where_ + " closed the connection; see its log"};
            }
            check("reading from");
            if (!ready(fd_, POLLIN, patience)) {
                return 0;
            }
        }
    }

    void write(std::string_view bytes, Patience const& patience) override {
        while (!bytes.empty()) {
            auto const count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count > 0) {
                bytes.remove_prefix(static_cast<std::size_t>(count));
                continue;
            }
            check("writing to");
            if (!ready(fd_, POLLOUT, patience)) {
                throw Unavailable{where_ + " takes nothing; is it overloaded or stopped?"};
            }
        }
    }

    // Ends a connect that was begun.
    void finish_connect(Patience const& patience) {
        if (!ready(fd_, POLLOUT, patience)) {
            throw Unavailable{where_ + " does not answer; is the address right, and the host up?"};
        }
        int error = 0;
        socklen_t size = sizeof error;
        ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error != 0) {
            fail("connecting to", error);
        }
    }

    void begin_connect(sockaddr const* address, socklen_t size) {
        if (::connect(fd_, address, size) != 0 && errno != EINPROGRESS) {
            fail("connecting to", errno);
        }
    }

private:
    [[noreturn]] void fail(char const* doing, int error) const {
        throw Unavailable{fmt::format("{} {} failed: {}; is Redis running there?", doing, where_,
                                      in_words(error))};
    }

    void check(char const* doing) const {
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
            fail(doing, errno);
        }
    }

    int fd_;
    std::string where_;
};

std::unique_ptr<Socket> make_socket(int family, std::string where) {
    int const fd = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        throw Unavailable{fmt::format("no socket for {}: {}", where, in_words(errno))};
    }
    if (family != AF_UNIX) {
        int const on = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    }
    return std::make_unique<Socket>(fd, std::move(where));
}

std::unique_ptr<Stream> open_unix(Place const& place, Patience const& patience) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (place.path.size() >= sizeof address.sun_path) {
        throw Unusable{"redis.url: the path of the unix socket is too long"};
    }
    std::memcpy(static_cast<char*>(address.sun_path), place.path.data(), place.path.size());
    auto socket = make_socket(AF_UNIX, to_text(place, false));
    // The socket calls take every kind of address through this one type.
    socket->begin_connect(reinterpret_cast<sockaddr const*>(&address), sizeof address);
    socket->finish_connect(patience);
    return socket;
}

std::unique_ptr<Stream> open_network(Place const& place, Patience const& patience) {
    auto const addresses = resolve(place, patience);
    std::optional<Unavailable> why;
    for (auto const* at = addresses.get(); at != nullptr; at = at->ai_next) {
        try {
            auto socket = make_socket(at->ai_family, to_text(place, false));
            socket->begin_connect(at->ai_addr, at->ai_addrlen);
            socket->finish_connect(patience);
            return socket;
        } catch (Unavailable const& error) {
            why = error;
        }
    }
    throw Unavailable{*why};
}

}  // namespace

bool ready(int fd, short events, Patience const& patience) {
    while (true) {
        auto const left =
            std::chrono::ceil<std::chrono::milliseconds>(patience.until - Clock::now()).count();
        std::array<pollfd, 2> waited{
            pollfd{.fd = fd, .events = events, .revents = 0},
            pollfd{.fd = patience.stop == nullptr ? -1 : patience.stop->fd(),
                   .events = POLLIN,
                   .revents = 0}};
        int const found =
            ::poll(waited.data(), waited.size(), static_cast<int>(std::max(left, 0L)));
        if (patience.stop != nullptr && patience.stop->requested()) {
            throw Stopped{};
        }
        if (found > 0) {
            return true;
        }
        if (found == 0 && left <= 0) {
            return false;
        }
    }
}

std::unique_ptr<Stream> open_socket(Place const& place, Patience const& patience) {
    return place.path.empty() ? open_network(place, patience) : open_unix(place, patience);
}

std::unique_ptr<Stream> open_stream(Place const& place, Settings const& settings,
                                    Patience const& patience) {
    auto socket = open_socket(place, patience);
    return settings.tls ? wrap_in_tls(std::move(socket), place, settings, patience)
                        : std::move(socket);
}

}  // namespace adapters::redis
