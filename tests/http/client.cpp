#include "client.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cctype>
#include <netinet/in.h>
#include <stdexcept>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace test_http {

using Clock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::seconds patience{10};

void connect_to(int fd, sockaddr const* address, socklen_t size) {
    if (::connect(fd, address, size) != 0) {
        throw std::runtime_error{"cannot connect"};
    }
}

}  // namespace

Client::Client(std::uint16_t port, int receive_buffer)
    : fd_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    if (receive_buffer > 0) {
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connect_to(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address);
}

Client::Client(std::string const& unix_path) : fd_{::socket(AF_UNIX, SOCK_STREAM, 0)} {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    unix_path.copy(address.sun_path, sizeof address.sun_path - 1);
    connect_to(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address);
}

Client::~Client() {
    ::close(fd_);
}

bool Client::send(std::string_view bytes) {
    while (!bytes.empty()) {
        auto const count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

bool Client::get(std::string_view target, std::string_view more) {
    return send("GET " + std::string{target} + " HTTP/1.1\r\nHost: test\r\n" + std::string{more} +
                "\r\n");
}

bool Client::fill(Clock::time_point until) {
    auto const left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    ::pollfd look{.fd = fd_, .events = POLLIN, .revents = 0};
    if (ended_ || left < 0 || ::poll(&look, 1, static_cast<int>(left)) <= 0) {
        return false;
    }
    char bytes[16'384];
    auto const count = ::recv(fd_, bytes, sizeof bytes, 0);
    if (count <= 0) {
        ended_ = true;
        return false;
    }
    in_.append(bytes, static_cast<std::size_t>(count));
    return true;
}

bool Client::fill_to(std::size_t size) {
    auto const until = Clock::now() + patience;
    while (in_.size() < size && fill(until)) {
    }
    return in_.size() >= size;
}

bool Client::read_line(std::string& line) {
    auto const until = Clock::now() + patience;
    while (!in_.contains("\r\n")) {
        if (!fill(until)) {
            return false;
        }
    }
    return take(in_.find("\r\n"), line) && in_.erase(0, 2).data() != nullptr;
}

bool Client::take(std::size_t size, std::string& into) {
    if (!fill_to(size)) {
        return false;
    }
    into += in_.substr(0, size);
    in_.erase(0, size);
    return true;
}

void Client::read_body(Reply& reply) {
    bool ok = true;
    if (reply.header("transfer-encoding") == "chunked") {
        std::size_t size = 1;
        while (ok && size > 0) {
            std::string line;
            std::string end;
            ok = read_line(line);
            size = ok ? std::stoul(line, nullptr, 16) : 0;
            ok = ok && take(size, reply.body) && take(2, end) && end == "\r\n";
        }
    } else if (reply.headers.contains("content-length")) {
        ok = take(std::stoul(reply.header("content-length")), reply.body);
    } else if (reply.status != 204 && reply.status != 304 && reply.status >= 200) {
        auto const until = Clock::now() + patience;
        while (fill(until)) {
        }
        ok = ended_ && take(in_.size(), reply.body);
    }
    reply.status = ok ? reply.status : 0;
}

Reply Client::read(bool head) {
    Reply reply;
    std::string line;
    if (!read_line(line) || !line.starts_with("HTTP/1.1 ")) {
        return {};
    }
    reply.status = std::stoi(line.substr(9, 3));
    for (line.clear(); read_line(line) && !line.empty(); line.clear()) {
        auto const colon = line.find(": ");
        std::string name = line.substr(0, colon);
        std::ranges::transform(name, name.begin(),
                               [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        auto& value = reply.headers[name];
        value += (value.empty() ? "" : ", ") + line.substr(colon + 2);
    }
    if (!head) {
        read_body(reply);
    }
    return reply;
}

std::string Client::read_bytes(std::size_t at_least, int within_ms) {
    auto const until = Clock::now() + std::chrono::milliseconds{within_ms};
    while (in_.size() < at_least && fill(until)) {
    }
    return std::exchange(in_, {});
}

bool Client::closes(int within_ms) {
    auto const until = Clock::now() + std::chrono::milliseconds{within_ms};
    while (fill(until)) {
        in_.clear();
    }
    return ended_;
}

void Client::half_close() {
    ::shutdown(fd_, SHUT_WR);
}

void Client::reset() {
    ::linger const hard{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    ::shutdown(fd_, SHUT_RDWR);
}

}  // namespace test_http
