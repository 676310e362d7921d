// Each wire has an io_context of its own, run on the caller's thread until the one thing that was
// begun is done. Beast's stream ends it at the deadline.
#include "adapters/fetch/wire.h"

#include <algorithm>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <fmt/format.h>

#include "adapters/fetch/endpoint.h"
#include "adapters/fetch/failed.h"
#include "adapters/fetch/tls.h"

namespace adapters::fetch {

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

using Error = boost::system::error_code;
using Tcp = beast::tcp_stream;
using Secure = asio::ssl::stream<Tcp>;

struct Outcome {
    Error error;
    std::size_t count = 0;
};

// The two that every kind of stream is made of.
struct Ground {
    asio::io_context context{1};
    Tcp tcp{context};

    // `start` begins something on the stream and is given what to call at its end.
    template <typename Start>
    Outcome run(Tcp& stream, Clock::time_point until, Start const& start) {
        Outcome outcome;
        stream.expires_at(until);
        start([&outcome](Error const& error, std::size_t count = 0) { outcome = {error, count}; });
        context.restart();
        context.run();
        return outcome;
    }
};

[[noreturn]] void fail_lost(Error const& error) {
    if (error == beast::error::timeout) {
        fail("timeout", "it has said nothing for too long");
    }
    fail("lost", fmt::format("the connection broke: {}", error.message()));
}

template <typename Stream>
class StreamWire final : public Wire {
public:
    StreamWire(std::unique_ptr<Ground> ground, Stream stream)
        : ground_{std::move(ground)}, stream_{std::move(stream)} {}

    std::size_t read_some(std::span<char> into, Clock::time_point until) override {
        auto const outcome = ground_->run(lowest(), until, [&](auto done) {
            stream_.async_read_some(asio::buffer(into.data(), into.size()), done);
        });
        // TLS that ends without saying so may have been cut by anybody: that is an error.
        if (outcome.error == asio::error::eof) {
            return 0;
        }
        if (outcome.error) {
            fail_lost(outcome.error);
        }
        return outcome.count;
    }

    void write(std::string_view bytes, Clock::time_point until) override {
        auto const outcome = ground_->run(lowest(), until, [&](auto done) {
            asio::async_write(stream_, asio::buffer(bytes.data(), bytes.size()), done);
        });
        if (outcome.error) {
            fail_lost(outcome.error);
        }
    }

private:
    Tcp& lowest() { return beast::get_lowest_layer(stream_); }

    std::unique_ptr<Ground> ground_;
    Stream stream_;
};

std::unique_ptr<Ground> connect(Address const& address, std::uint16_t port,
                                Clock::time_point until) {
    auto ground = std::make_unique<Ground>();
    auto const outcome = ground->run(ground->tcp, until, [&](auto done) {
        ground->tcp.async_connect(endpoint_of(address, port), done);
    });
    if (outcome.error == beast::error::timeout) {
        fail("timeout", "its host does not answer");
    }
    if (outcome.error) {
        fail("connect", fmt::format("no connection to its host: {}", outcome.error.message()));
    }
    Error ignored;
    ground->tcp.socket().set_option(asio::ip::tcp::no_delay{true}, ignored);
    return ground;
}

void shake_hands(Ground& ground, Secure& stream, Clock::time_point until) {
    auto const outcome = ground.run(beast::get_lowest_layer(stream), until, [&](auto done) {
        stream.async_handshake(asio::ssl::stream_base::client, done);
    });
    if (!outcome.error) {
        return;
    }
    if (outcome.error == beast::error::timeout) {
        fail("timeout", "its host does not finish the TLS handshake");
    }
    auto why = why_refused(stream.native_handle());
    fail("tls", why.empty() ? fmt::format("no TLS with its host: {}", outcome.error.message())
                            : std::move(why));
}

}  // namespace

std::unique_ptr<Wire> connect_clear(Address const& address, std::uint16_t port,
                                    Clock::time_point until) {
    auto ground = connect(address, port, until);
    Tcp stream{std::move(ground->tcp)};
    return std::make_unique<StreamWire<Tcp>>(std::move(ground), std::move(stream));
}

std::unique_ptr<Wire> connect_tls(Address const& address, std::uint16_t port, Peer const& peer,
                                  Trust& trust, Clock::time_point until) {
    auto ground = connect(address, port, until);
    Secure stream{std::move(ground->tcp), trust.context()};
    expect_host(stream.native_handle(), peer.host, peer.is_address);
    shake_hands(*ground, stream, until);
    return std::make_unique<StreamWire<Secure>>(std::move(ground), std::move(stream));
}

}  // namespace adapters::fetch
