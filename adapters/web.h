// The port to services on the web: one request, one answer, on the caller's thread, however many
// at once.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/time.h"

namespace adapters {

using WebHeaders = std::vector<std::pair<std::string, std::string>>;

struct WebAnswer {
    unsigned status = 0;
    WebHeaders headers;
    std::string body;

    // The first header of this name, in whatever letters; empty: none.
    [[nodiscard]] std::string_view header(std::string_view name) const;
};

struct WebRequest {
    std::string method;
    std::string url;
    WebHeaders headers;  // but for Host, Content-Length and Connection
    std::string body;
    base::Millis connect_timeout{5'000};       // name, connection, proxy and TLS together
    base::Millis first_byte_timeout{120'000};  // and between two pieces of the answer
    base::Millis total_timeout{600'000};
    std::uint64_t max_size = std::uint64_t{64} << 20;  // of the answer's body

    // It may be sent twice where a kept connection breaks before any answer: it only asks.
    bool repeatable = false;

    // Gets the body piece by piece, and `WebAnswer::body` stays empty; false: no more is wanted.
    std::function<bool(WebAnswer const& head, std::string_view piece)> on_body;
};

// Codes: bad_url, bad_request, forbidden_address, dns, connect, proxy, tls, timeout, lost, cut,
// bad_answer, too_large.
struct WebError {
    std::string code;
    std::string message;   // for people, one line; without the URL's query
    bool written = false;  // something of the request went out: it may have been done
};

class Web {
public:
    Web() = default;
    Web(Web const&) = delete;
    Web& operator=(Web const&) = delete;
    virtual ~Web() = default;

    // Never throws for what the other side does. Follows no redirect, and repeats nothing that may
    // have been done.
    virtual boost::asio::awaitable<std::expected<WebAnswer, WebError>> ask(WebRequest request) = 0;
};

}  // namespace adapters
