// The HTTP server: HTTP/1.1 over TCP, TLS or a unix socket, on one thread's executor.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "adapters/http/message.h"
#include "base/time.h"

namespace adapters::http {

struct ServerOptions {
    std::string host = "127.0.0.1";  // empty: only the unix socket
    std::uint16_t port = 8420;       // 0: a free one
    std::string unix_socket;         // a path; empty: none; never with TLS
    std::string cert_file;           // both or neither: TLS
    std::string key_file;
    std::size_t max_connections = 12'000;
    std::size_t max_header = 16'384;     // bytes, all of them with the request line
    std::size_t max_body = 8 << 20;      // bytes, also after chunks are put together
    std::size_t max_requests = 100'000;  // on one connection
    base::Millis header_time{10'000};  // from the first byte of a request to the end of its headers
    base::Millis body_time{30'000};
    base::Millis write_time{30'000};        // of one piece to a client that does not read
    base::Millis idle_time{75'000};         // between requests
    bool gzip = true;                       // bodies over 1 KiB, where the client accepts it
    std::vector<std::string> cors_origins;  // "*" or origins; empty: no CORS headers
    // Whose X-Forwarded-For is believed: addresses, and "unix" for all who come by the unix socket.
    std::vector<std::string> trusted_proxies;
};

class Server {
public:
    Server() = default;
    Server(Server const&) = delete;
    Server& operator=(Server const&) = delete;
    virtual ~Server() = default;

    [[nodiscard]] virtual std::string address() const = 0;  // "http://127.0.0.1:8420"

    // Takes no new connections and requests, lets what runs come to an end, at the longest for this
    // long; streams end at once.
    virtual boost::asio::awaitable<void> stop(base::Millis at_most) = 0;

    // Reads the certificate again. Returns what is wrong; empty: nothing.
    virtual std::string reload() = 0;

    struct Figures {
        std::size_t connections = 0;
        std::size_t streams = 0;
        std::uint64_t requests = 0;
        std::uint64_t refused = 0;
    };

    [[nodiscard]] virtual Figures figures() const = 0;
};

// Listens at once; throws std::system_error with a message that names the address where it can't.
// `handler` must outlive it. `on_error` gets one line about each request that failed within.
std::unique_ptr<Server> serve(boost::asio::any_io_executor executor, ServerOptions options,
                              Handler& handler, std::function<void(std::string const&)> on_error);

}  // namespace adapters::http
