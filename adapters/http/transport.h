// Bytes to and from one client: plain or through TLS.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

namespace adapters::http {

using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol>;
using boost::system::error_code;

// A certificate and its key. Connections go on with the one they began with.
class Certificate {
public:
    // Throws std::runtime_error with what is wrong and with which file.
    Certificate(std::string const& cert_file, std::string const& key_file);
    ~Certificate();
    Certificate(Certificate const&) = delete;
    Certificate& operator=(Certificate const&) = delete;

private:
    friend class Transport;
    struct Context;
    std::unique_ptr<Context> context_;
};

// The operations end with an error; only being cancelled as a coroutine throws.
class Transport {
public:
    Transport(Socket socket, Certificate* certificate);  // nullptr: plain
    ~Transport();
    Transport(Transport const&) = delete;
    Transport& operator=(Transport const&) = delete;

    [[nodiscard]] bool is_tls() const { return tls_ != nullptr; }

    boost::asio::awaitable<void> handshake(error_code& error);
    boost::asio::awaitable<std::size_t> read(std::span<char> into, error_code& error);
    boost::asio::awaitable<std::size_t> write(std::string_view bytes, error_code& error);

    // What goes out without waiting; through TLS nothing does.
    std::size_t try_write(std::string_view bytes, error_code& error);

    // Tells the other side that nothing more comes.
    boost::asio::awaitable<void> finish(error_code& error);

    [[nodiscard]] bool peer_has_gone();
    void cancel();  // what is under way ends with an error
    void close();

private:
    struct Tls;
    Socket socket_;
    std::unique_ptr<Tls> tls_;
};

// Of the other side: an address without a port, or "unix".
std::string peer_of(Socket const& socket);

}  // namespace adapters::http
