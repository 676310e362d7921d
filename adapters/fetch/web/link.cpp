// Beast's stream ends each operation at its deadline; TLS lies over it.
#include "adapters/fetch/web/link.h"

#include <algorithm>
#include <cerrno>

#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <fmt/format.h>

#include "adapters/fetch/endpoint.h"
#include "adapters/fetch/tls.h"

namespace adapters::fetch {

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

using Tcp = beast::tcp_stream;
using Secure = asio::ssl::stream<Tcp>;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

template <typename Stream>
class StreamLink final : public Link {
public:
    explicit StreamLink(Stream stream) : stream_{std::move(stream)} {}

    asio::awaitable<Moved> read(std::span<char> into, Clock::time_point until) override {
        beast::get_lowest_layer(stream_).expires_at(until);
        auto const [error, count] =
            co_await stream_.async_read_some(asio::buffer(into.data(), into.size()), as_values);
        co_return Moved{error, count};
    }

    asio::awaitable<Moved> write(std::string_view bytes, Clock::time_point until) override {
        beast::get_lowest_layer(stream_).expires_at(until);
        auto const [error, count] = co_await asio::async_write(
            stream_, asio::buffer(bytes.data(), bytes.size()), as_values);
        co_return Moved{error, count};
    }

    bool is_quiet() override {
        auto& socket = beast::get_lowest_layer(stream_).socket();
        char one = 0;
        auto const got = ::recv(socket.native_handle(), &one, 1, MSG_PEEK | MSG_DONTWAIT);
        return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    }

    Stream& stream() { return stream_; }

private:
    Stream stream_;
};

}  // namespace

bool timed_out(boost::system::error_code const& error) {
    return error == beast::error::timeout;
}

asio::awaitable<Trouble> connect(asio::any_io_executor executor, Address address,
                                 std::uint16_t port, Clock::time_point until,
                                 std::unique_ptr<Link>& into) {
    Tcp stream{executor};
    stream.expires_at(until);
    auto const endpoint = endpoint_of(address, port);
    auto const [error] = co_await stream.async_connect(endpoint, as_values);
    if (error) {
        co_return timed_out(error)
            ? Trouble{"timeout", "its host does not answer"}
            : Trouble{"connect", fmt::format("no connection to its host: {}", error.message())};
    }
    boost::system::error_code ignored;
    stream.socket().set_option(asio::ip::tcp::no_delay{true}, ignored);
    into = std::make_unique<StreamLink<Tcp>>(std::move(stream));
    co_return Trouble{};
}

asio::awaitable<Trouble> secure(std::unique_ptr<Link>& link, std::string host, bool is_address,
                                Trust& trust, Clock::time_point until) {
    auto& clear = dynamic_cast<StreamLink<Tcp>&>(*link);
    Secure stream{std::move(clear.stream()), trust.context()};
    link.reset();
    expect_host(stream.native_handle(), host, is_address);
    beast::get_lowest_layer(stream).expires_at(until);
    auto const [error] = co_await stream.async_handshake(asio::ssl::stream_base::client, as_values);
    if (error && timed_out(error)) {
        co_return Trouble{"timeout", "its host does not finish the TLS handshake"};
    }
    if (error) {
        auto why = why_refused(stream.native_handle());
        co_return Trouble{"tls", why.empty()
                                     ? fmt::format("no TLS with its host: {}", error.message())
                                     : std::move(why)};
    }
    link = std::make_unique<StreamLink<Secure>>(std::move(stream));
    co_return Trouble{};
}

}  // namespace adapters::fetch
