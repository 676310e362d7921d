// The parser is fed from a small buffer, and nothing is held in proportion to what is announced.
#include "adapters/fetch/web/talk.h"

#include <algorithm>
#include <array>
#include <optional>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <fmt/format.h>

namespace adapters::fetch {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

using Parser = http::response_parser<http::buffer_body>;
using Error = boost::system::error_code;

constexpr std::uint32_t longest_head = 32'768;
constexpr int most_interim_answers = 8;

class Reader {
public:
    Reader(Link& link, Talk const& request, Told& told)
        : link_{link}, request_{request}, told_{told} {}

    asio::awaitable<void> run() {
        for (int i = 0; i < most_interim_answers; ++i) {
            renew();
            if (!co_await read_head()) {
                co_return;
            }
            if (told_.answer.status >= 200) {
                co_return co_await read_body();
            }
            if (told_.answer.status == 101) {
                break;
            }
        }
        fail("bad_answer", "it has no final answer");
    }

private:
    void renew() {
        parser_.emplace();
        parser_->header_limit(longest_head);
        parser_->body_limit(boost::none);  // counted below
        parser_->skip(request_.head_only);
        starved_ = begin_ == end_;
    }

    void fail(std::string code, std::string message) {
        told_.trouble = {std::move(code), std::move(message)};
    }

    asio::awaitable<bool> read_head() {
        while (!parser_->is_header_done()) {
            if ((starved_ && !co_await fill()) || !feed()) {
                co_return false;
            }
        }
        parser_->eager(true);
        auto const& head = parser_->get();
        told_.answer.status = head.result_int();
        told_.answer.headers.clear();
        for (auto const& field : head) {
            auto const name = field.name_string();
            auto const value = field.value();
            told_.answer.headers.emplace_back(std::string{name.data(), name.size()},
                                              std::string{value.data(), value.size()});
        }
        co_return true;
    }

    asio::awaitable<void> read_body() {
        auto const coding = told_.answer.header("content-encoding");
        if (!coding.empty() && coding != "identity") {
            fail("bad_answer", "its answer is compressed, which nobody asked for");
            co_return;
        }
        auto const length = parser_->content_length();
        if (length && *length > request_.max_size) {
            fail("too_large", "its answer is larger than max_size");
            co_return;
        }
        while (!parser_->is_done()) {
            if (starved_ && !co_await fill()) {
                co_return;
            }
            if (!take_piece()) {
                co_return;
            }
        }
        told_.reusable = parser_->keep_alive() && begin_ == end_;
    }

    // What of the body is in the buffer; false: nothing more is wanted, or can be.
    bool take_piece() {
        std::array<char, 16'384> piece;  // NOLINT: written before it is read
        auto& body = parser_->get().body();
        body.data = piece.data();
        body.size = piece.size();
        body.more = true;
        bool const good = parser_->is_done() || feed();
        std::string_view const text{piece.data(), piece.size() - body.size};
        body.data = nullptr;
        body.size = 0;
        return good && (text.empty() || deliver(text));
    }

    bool deliver(std::string_view text) {
        received_ += text.size();
        if (received_ > request_.max_size) {
            fail("too_large", "its answer is larger than max_size");
            return false;
        }
        if (request_.on_body != nullptr && *request_.on_body) {
            return (*request_.on_body)(told_.answer, text);
        }
        told_.answer.body += text;
        return true;
    }

    bool feed() {
        Error error;
        auto const used = parser_->put(asio::buffer(&buffer_[begin_], end_ - begin_), error);
        begin_ += used;
        starved_ = begin_ == end_ || error == http::error::need_more;
        if (error == http::error::header_limit) {
            fail("bad_answer", "the head of its answer is too long");
            return false;
        }
        if (error && error != http::error::need_more && error != http::error::need_buffer) {
            fail("bad_answer", fmt::format("its answer is not HTTP: {}", error.message()));
            return false;
        }
        return true;
    }

    asio::awaitable<bool> fill() {
        std::copy(&buffer_[begin_], buffer_.data() + end_, buffer_.begin());
        end_ -= begin_;
        begin_ = 0;
        if (end_ == buffer_.size()) {
            fail("bad_answer", "its answer has a line without an end");
            co_return false;
        }
        auto const until = std::min(request_.until, Clock::now() + request_.first_byte);
        auto const moved = co_await link_.read(std::span{buffer_}.subspan(end_), until);
        told_.answered = told_.answered || moved.count > 0;
        end_ += moved.count;
        starved_ = moved.count == 0;
        co_return !moved.error || ended(moved.error);
    }

    // The other side has ended, or the connection broke: only the former may end a body.
    bool ended(Error const& error) {
        if (timed_out(error)) {
            fail("timeout", "it has said nothing for too long");
            return false;
        }
        bool const begun = told_.answered || parser_->got_some();
        Error parse;
        if (error == asio::error::eof && begun) {
            parser_->put_eof(parse);
        }
        if (error != asio::error::eof || !begun || parse) {
            fail(begun ? "cut" : "lost",
                 begun ? "its answer was cut" : "it closed the connection without an answer");
            return false;
        }
        return true;
    }

    Link& link_;
    Talk const& request_;
    Told& told_;
    std::optional<Parser> parser_;
    std::array<char, 16'384> buffer_;  // NOLINT: written before it is read
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::uint64_t received_ = 0;
    bool starved_ = true;
};

}  // namespace

asio::awaitable<Told> talk(Link& link, Talk const& request) {
    Told told;
    auto const until = std::min(request.until, Clock::now() + request.first_byte);
    auto moved = co_await link.write(request.bytes, until);
    told.written = moved.count > 0;
    if (!moved.error && !request.body.empty()) {
        moved = co_await link.write(request.body, until);
    }
    if (moved.error) {
        told.trouble = timed_out(moved.error)
                           ? Trouble{"timeout", "it takes nothing for too long"}
                           : Trouble{"lost", "the connection broke: " + moved.error.message()};
        co_return told;
    }
    auto const reader = std::make_unique<Reader>(link, request, told);
    co_await reader->run();
    co_return told;
}

}  // namespace adapters::fetch
