// Bodies that go on: each piece is written as soon as it is there, and a client that goes is
// noticed at once, because its silence is read all the time.
#include <array>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "adapters/http/connection.h"
#include "adapters/http/core.h"
#include "adapters/http/head.h"

namespace adapters::http {

namespace asio = boost::asio;

namespace {

constexpr std::size_t unread_limit = 64 << 10;  // bytes that a client may send into a stream

// Counts a stream as long as it is there.
class Counted {
public:
    explicit Counted(std::size_t& count) : count_{count} { ++count_; }

    Counted(Counted const&) = delete;
    Counted& operator=(Counted const&) = delete;

    ~Counted() { --count_; }

private:
    std::size_t& count_;
};

}  // namespace

// Always the last answer of its connection.
asio::awaitable<bool> Connection::send_stream(Response& response, Facts const& facts) {
    using namespace asio::experimental::awaitable_operators;
    auto const body = std::move(std::get<std::unique_ptr<StreamBody>>(response.body));
    auto const size = body ? body->size() : std::nullopt;
    bool const chunked = !facts.http_1_0 && !size;
    out_.clear();
    write_head({.status = response.status,
                .type = response.type,
                .length = size,
                .chunked = chunked && has_body(response.status),
                .headers = &response.headers,
                .date = core_.date()},
               facts, out_);
    bool const begun = co_await write(out_);
    if (!begun || facts.head || !has_body(response.status) || !body) {
        co_return false;
    }
    std::string{}.swap(out_);
    inbox_ = {};
    Counted const counted{core_.figures.streams};
    disarm(Doing::streaming);
    all_said_ = false;
    if (!core_.stopping) {
        auto gone = watch_client();
        auto done = write_pieces(*body, chunked);
        co_await (std::move(gone) || std::move(done));
    }
    if (!lost_ && !mid_piece_ && chunked) {
        co_await write("0\r\n\r\n");
    }
    co_return false;
}

// Ends when the client has gone, when the server stops, or when all is written.
asio::awaitable<void> Connection::watch_client() {
    error_code error;
    std::array<char, 256> ignored{};
    std::size_t count = 0;
    while (!error && !core_.stopping && count < unread_limit) {
        count += co_await transport_.read(ignored, error);
    }
    lost_ = lost_ || !(core_.stopping || all_said_);
}

// Ends without an exception whatever happens: the other side of it would go on for ever.
asio::awaitable<void> Connection::write_pieces(StreamBody& body, bool chunked) {
    try {
        for (;;) {
            auto const piece = co_await body.next();
            if (!piece) {
                all_said_ = true;
                co_return;
            }
            if (piece->empty()) {
                co_await asio::post(core_.executor, asio::use_awaitable);
                continue;
            }
            mid_piece_ = true;
            auto const framed =
                chunked ? fmt::format("{:x}\r\n{}\r\n", piece->size(), *piece) : *piece;
            bool const written = co_await write(framed);
            disarm(Doing::streaming);
            if (!written) {
                co_return;
            }
            mid_piece_ = false;
        }
    } catch (boost::system::system_error const& error) {
        if (error.code() != asio::error::operation_aborted) {
            lost_ = true;
            core_.tell(fmt::format("a stream of {} broke: {}", peer_, error.what()));
        }
    } catch (std::exception const& error) {
        lost_ = true;
        core_.tell(fmt::format("a stream of {} broke: {}", peer_, error.what()));
    } catch (...) {
        lost_ = true;
        core_.tell(fmt::format("a stream of {} broke", peer_));
    }
}

}  // namespace adapters::http
