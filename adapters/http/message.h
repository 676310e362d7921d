// Requests and answers as plain values. Whoever answers knows no socket, and the server knows no
// route.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace adapters::http {

struct Header {
    std::string name;  // of a request: in lower case
    std::string value;
};

// Complete, within the server's limits, and well-formed: the path is decoded, is UTF-8, and has
// neither empty nor dotted segments; one slash at its end is dropped.
struct Request {
    std::string method;
    std::vector<std::string> path;                           // "/api/jobs/7" is {api, jobs, 7}
    std::vector<std::pair<std::string, std::string>> query;  // decoded, in order
    std::vector<Header> headers;
    std::string body;
    std::string remote;  // the client's address, without a port; "unix": by a unix socket
    std::string id;      // of this request: taken from X-Request-Id where that is sane, or made

    // The first of that name (lower case); empty: there is none.
    [[nodiscard]] std::string_view header(std::string_view name) const;
    [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const;
};

// Part of a file; the server handles Range, If-Range and HEAD of whole files itself.
struct FileBody {
    std::filesystem::path path;
    std::string etag;
};

// A body that goes on until it ends or the client has gone. The server asks for the next piece when
// the last one is written; a piece may be empty. It is destroyed when the client goes.
class StreamBody {
public:
    StreamBody() = default;
    StreamBody(StreamBody const&) = delete;
    StreamBody& operator=(StreamBody const&) = delete;
    virtual ~StreamBody() = default;

    // Nullopt: the end. Cancelled (operation_aborted) when the client has gone or the server stops.
    virtual boost::asio::awaitable<std::optional<std::string>> next() = 0;

    // Of all pieces together, where that is known before: less is told as a broken answer.
    [[nodiscard]] virtual std::optional<std::uint64_t> size() const { return std::nullopt; }
};

struct Response {
    int status = 200;
    std::vector<Header> headers;  // beside Content-Type, Content-Length, Date, X-Request-Id
    std::string type = "application/json; charset=utf-8";
    std::variant<std::string, FileBody, std::unique_ptr<StreamBody>> body;
};

class Handler {
public:
    Handler() = default;
    Handler(Handler const&) = delete;
    Handler& operator=(Handler const&) = delete;
    virtual ~Handler() = default;

    // What it throws becomes a 500 without details, and is told to `on_error` of serve. HEAD comes
    // as HEAD, and the body of its answer is left out. Cancelled when the server has stopped, and
    // for GET and HEAD when the client has gone.
    virtual boost::asio::awaitable<Response> handle(Request request) = 0;

    // For what never reaches a handler: a request that is malformed, too large, too slow, too many.
    // `code` is stable: bad_request, headers_too_large, body_too_large, timeout,
    // too_many_connections, not_implemented, uri_too_long, range_not_satisfiable, internal.
    virtual Response refuse(int status, std::string_view code, std::string_view language,
                            std::string_view request_id) = 0;
};

}  // namespace adapters::http
