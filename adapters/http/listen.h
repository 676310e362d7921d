// Sockets that listen.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

namespace adapters::http {

using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

// On every address that the host's name has. Throws std::system_error, naming the address.
std::vector<Acceptor> listen_tcp(boost::asio::any_io_executor const& executor,
                                 std::string const& host, std::uint16_t port);

std::uint16_t port_of(Acceptor const& acceptor);

// A socket in the file system, for its owner and group. One that a server left behind is replaced,
// in one step; one at which somebody still listens, and anything that is no socket, is left alone:
// std::system_error.
class UnixPath {
public:
    UnixPath() = default;
    explicit UnixPath(std::string path);
    UnixPath(UnixPath&& other) noexcept;
    UnixPath& operator=(UnixPath&&) = delete;
    ~UnixPath();

    [[nodiscard]] Acceptor listen(boost::asio::any_io_executor const& executor);

    // Removes it, if it is still ours.
    void remove();

private:
    std::string path_;
    dev_t device_ = 0;
    ino_t inode_ = 0;  // 0: not there
};

}  // namespace adapters::http
