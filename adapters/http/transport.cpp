#include "adapters/http/transport.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>

#include <poll.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace adapters::http {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;

struct Certificate::Context {
    ssl::context context{ssl::context::tls_server};
};

namespace {

void check(error_code const& error, std::string const& what, std::string const& file) {
    if (error) {
        throw std::runtime_error{what + " " + file + ": " + error.message()};
    }
}

}  // namespace

Certificate::Certificate(std::string const& cert_file, std::string const& key_file)
    : context_{std::make_unique<Context>()} {
    auto& context = context_->context;
    context.set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                        ssl::context::no_sslv3 | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1 |
                        ssl::context::no_compression | ssl::context::single_dh_use);
    error_code error;
    context.use_certificate_chain_file(cert_file, error);
    check(error, "cannot use the certificate", cert_file);
    context.use_private_key_file(key_file, ssl::context::pem, error);
    check(error, "cannot use the private key", key_file);
}

Certificate::~Certificate() = default;

struct Transport::Tls {
    ssl::stream<Socket&> stream;
};

Transport::Transport(Socket socket, Certificate* certificate) : socket_{std::move(socket)} {
    error_code ignored;
    socket_.non_blocking(true, ignored);
    int const on = 1;  // a unix socket refuses it, and needs none
    ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    // What comes by the unix socket has not left this machine, and proxies speak plain HTTP there.
    if (certificate != nullptr && peer_of(socket_) != "unix") {
        // The stream keeps OpenSSL's context, which counts its users.
        tls_ = std::make_unique<Tls>(ssl::stream<Socket&>{socket_, certificate->context_->context});
    }
}

Transport::~Transport() = default;

asio::awaitable<void> Transport::handshake(error_code& error) {
    return tls_->stream.async_handshake(ssl::stream_base::server,
                                        asio::redirect_error(asio::use_awaitable, error));
}

asio::awaitable<std::size_t> Transport::read(std::span<char> into, error_code& error) {
    auto const buffer = asio::buffer(into.data(), into.size());
    if (tls_) {
        return tls_->stream.async_read_some(buffer,
                                            asio::redirect_error(asio::use_awaitable, error));
    }
    return socket_.async_read_some(buffer, asio::redirect_error(asio::use_awaitable, error));
}

asio::awaitable<std::size_t> Transport::write(std::string_view bytes, error_code& error) {
    auto const buffer = asio::buffer(bytes);
    if (tls_) {
        return tls_->stream.async_write_some(buffer,
                                             asio::redirect_error(asio::use_awaitable, error));
    }
    return socket_.async_write_some(buffer, asio::redirect_error(asio::use_awaitable, error));
}

std::size_t Transport::try_write(std::string_view bytes, error_code& error) {
    error = {};
    if (tls_) {
        return 0;
    }
    auto const count = socket_.write_some(asio::buffer(bytes), error);
    if (error == asio::error::would_block || error == asio::error::try_again) {
        error = {};
    }
    return count;
}

asio::awaitable<void> Transport::finish(error_code& error) {
    if (tls_) {
        co_await tls_->stream.async_shutdown(asio::redirect_error(asio::use_awaitable, error));
    }
    error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
}

bool Transport::peer_has_gone() {
    ::pollfd look{.fd = socket_.native_handle(), .events = POLLRDHUP, .revents = 0};
    return ::poll(&look, 1, 0) > 0 && (look.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

void Transport::cancel() {
    error_code ignored;
    socket_.cancel(ignored);
}

void Transport::close() {
    error_code ignored;
    socket_.close(ignored);
}

std::string peer_of(Socket const& socket) {
    error_code error;
    auto const endpoint = socket.remote_endpoint(error);
    if (error) {
        return "";
    }
    if (endpoint.data()->sa_family == AF_INET) {
        auto const& v4 = *reinterpret_cast<sockaddr_in const*>(endpoint.data());
        return asio::ip::address_v4{ntohl(v4.sin_addr.s_addr)}.to_string();
    }
    if (endpoint.data()->sa_family != AF_INET6) {
        return "unix";
    }
    auto const& v6 = *reinterpret_cast<sockaddr_in6 const*>(endpoint.data());
    asio::ip::address_v6::bytes_type bytes{};
    std::copy_n(v6.sin6_addr.s6_addr, bytes.size(), bytes.begin());
    asio::ip::address_v6 const address{bytes};
    return address.is_v4_mapped()
               ? asio::ip::make_address_v4(asio::ip::v4_mapped, address).to_string()
               : address.to_string();
}

}  // namespace adapters::http
