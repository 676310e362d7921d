// Beast's parser is fed from a buffer of fixed size, and writes bodies where the caller wants them.
#include "adapters/fetch/connection.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <fmt/format.h>

#include "adapters/fetch/failed.h"

namespace adapters::fetch {

namespace http = boost::beast::http;

namespace {

using Parser = http::response_parser<http::buffer_body>;
using Error = boost::beast::error_code;

constexpr std::uint32_t longest_head = 16'384;
constexpr int most_interim_answers = 8;

std::string field(Parser const& parser, http::field name) {
    auto const found = parser.get()[name];
    return {found.data(), found.size()};
}

[[noreturn]] void fail_answer(Error const& error) {
    if (error == http::error::header_limit) {
        fail("bad_answer", "the head of its answer has more than 16 KiB");
    }
    fail("bad_answer", fmt::format("its answer is not HTTP as it should be: {}", error.message()));
}

}  // namespace

struct Connection::Parts {
    std::optional<Parser> parser;
    std::array<char, 65'536> buffer{};
    std::size_t begin = 0;
    std::size_t end = 0;
    bool starved = true;  // the parser can do nothing with what is in the buffer

    // For the next answer, which may be in the buffer already.
    void renew() {
        parser.emplace();
        parser->header_limit(longest_head);
        parser->body_limit(boost::none);  // whoever reads the body counts it
        starved = begin == end;
    }

    // Gives the parser what is there; false where it wants more.
    bool feed() {
        Error error;
        auto const used = parser->put(boost::asio::buffer(&buffer[begin], end - begin), error);
        begin += used;
        starved = begin == end || error == http::error::need_more;
        if (error && error != http::error::need_more && error != http::error::need_buffer) {
            fail_answer(error);
        }
        return !starved;
    }
};

Connection::Connection(std::unique_ptr<Wire> wire)
    : wire_{std::move(wire)}, parts_{std::make_unique<Parts>()} {}

Connection::~Connection() = default;

Head Connection::get(std::string_view request, Clock::time_point until) {
    parts_->begin = 0;  // what an earlier answer left behind belongs to nothing
    parts_->end = 0;
    wire_->write(request, until);
    for (int i = 0; i < most_interim_answers; ++i) {
        parts_->renew();
        auto head = read_head(until);
        if (head.status >= 200) {
            return head;
        }
        if (head.status == 101) {
            break;
        }
    }
    fail("bad_answer", "it has no final answer");
}

Head Connection::read_head(Clock::time_point until) {
    auto& parser = *parts_->parser;
    while (!parser.is_header_done()) {
        if (parts_->starved) {
            fill(until);
        }
        parts_->feed();
    }
    parser.eager(true);
    auto const length = parser.content_length();
    Head head{.status = parser.get().result_int(),
              .length = length ? std::optional<std::uint64_t>{*length} : std::nullopt,
              .type = field(parser, http::field::content_type),
              .encoding = field(parser, http::field::content_encoding),
              .range = field(parser, http::field::content_range),
              .etag = field(parser, http::field::etag),
              .modified = field(parser, http::field::last_modified),
              .location = field(parser, http::field::location),
              .retry_after = field(parser, http::field::retry_after)};
    return head;
}

Fields Connection::fields() const {
    Fields fields;
    for (auto const& field : parts_->parser->get()) {
        auto const name = field.name_string();
        fields.emplace_back(std::string{name.data(), name.size()}, std::string{field.value()});
    }
    return fields;
}

std::size_t Connection::body(std::span<std::byte> into, Clock::time_point until) {
    auto& parser = *parts_->parser;
    auto& body = parser.get().body();
    body.data = into.data();
    body.size = into.size();
    while (body.size == into.size() && !parser.is_done() && !into.empty()) {
        if (parts_->starved) {
            fill(until);
        }
        if (!parser.is_done()) {
            parts_->feed();
        }
    }
    auto const got = into.size() - body.size;
    body.data = nullptr;
    body.size = 0;
    return got;
}

bool Connection::free() const {
    return parts_->parser && parts_->parser->is_done() && parts_->parser->keep_alive() &&
           parts_->begin == parts_->end;
}

std::optional<std::uint64_t> Connection::left() const {
    if (!parts_->parser || !parts_->parser->is_header_done()) {
        return std::nullopt;
    }
    auto const left = parts_->parser->content_length_remaining();
    return left ? std::optional<std::uint64_t>{*left} : std::nullopt;
}

void Connection::fill(Clock::time_point until) {
    auto& parts = *parts_;
    std::copy(&parts.buffer[parts.begin], &parts.buffer[0] + parts.end, parts.buffer.begin());
    parts.end -= parts.begin;
    parts.begin = 0;
    if (parts.end == parts.buffer.size()) {
        fail("bad_answer", "its answer has a line without an end");
    }
    bool const begun = parts.parser->got_some();
    std::size_t count = 0;
    try {
        count = wire_->read_some(std::span{parts.buffer}.subspan(parts.end), until);
    } catch (Failed const& failed) {
        if (begun && failed.error.code == "lost") {
            fail("cut", failed.error.message);
        }
        throw;
    }
    received_ += count;
    parts.end += count;
    parts.starved = false;
    if (count > 0) {
        return;
    }
    if (!begun) {
        fail("lost", "it closed the connection without an answer");
    }
    Error error;
    parts.parser->put_eof(error);
    if (error) {
        fail("cut", "it closed the connection before its answer was complete");
    }
}

}  // namespace adapters::fetch
