// Bytes to a request: strict, within limits, and without a socket.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "adapters/http/message.h"

namespace adapters::http {

struct ReaderLimits {
    std::size_t header = 16'384;
    std::size_t body = 8 << 20;
    std::size_t headers = 100;
};

// Why there will be no request.
struct Refusal {
    int status = 400;
    std::string_view code = "bad_request";
};

// One request after the other. What two readers might understand in two ways (two lengths, a length
// and chunks, folded lines, bare line feeds, …) is refused; after a refusal the connection is of no
// more use.
class RequestReader {
public:
    enum class State : std::uint8_t { head, body, complete, refused };

    explicit RequestReader(ReaderLimits const& limits);
    RequestReader(RequestReader const&) = delete;
    RequestReader& operator=(RequestReader const&) = delete;
    ~RequestReader();

    // Takes all bytes that are there and were not used yet; returns how many of them are used now.
    // Call it again when there are more, until it is complete or refused.
    std::size_t feed(std::string_view bytes);

    [[nodiscard]] State state() const { return state_; }

    [[nodiscard]] Refusal refusal() const { return refusal_; }

    // What is known of the request: all of it when complete, else perhaps headers.
    [[nodiscard]] Request& request();

    // The client waits to be told before it sends the body. True once.
    bool wants_continue();

    [[nodiscard]] bool keeps_alive() const;
    [[nodiscard]] bool is_http_1_0() const;

    // Ready for the next.
    void reset();

private:
    class Parser;

    std::size_t feed_head(std::string_view bytes);
    std::size_t feed_body(std::string_view bytes);
    std::size_t find_end_of_head(std::string_view bytes);
    void refuse(int status, std::string_view code);

    ReaderLimits limits_;
    State state_ = State::head;
    Refusal refusal_;
    std::size_t scanned_ = 0;     // of the head: no end before this
    std::size_t line_start_ = 0;  // of the line that is being scanned
    std::size_t stuck_ = 0;       // bytes of a body that did not suffice the last time
    std::unique_ptr<Parser> parser_;
};

}  // namespace adapters::http
