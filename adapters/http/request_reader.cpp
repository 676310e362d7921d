// Beast's parser knows the grammar. Where it is kinder than is safe behind another server, the head
// is checked before it sees it, and the fields that say where a body ends are checked after.
#include "adapters/http/request_reader.h"

#include <algorithm>
#include <utility>

#include <boost/beast/http/basic_parser.hpp>

#include "adapters/http/facts.h"
#include "adapters/http/target.h"

namespace adapters::http {

namespace {

namespace beast = boost::beast;
using beast::error_code;

constexpr std::size_t first_reserve = 64 << 10;

std::string_view view(beast::string_view text) {
    return {text.data(), text.size()};
}

bool all_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

char lower_byte(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

}  // namespace

class RequestReader::Parser final : public beast::http::basic_parser<true> {
public:
    explicit Parser(ReaderLimits const& limits) : limits_{limits} {
        header_limit(static_cast<std::uint32_t>(limits.header + 1));
        body_limit(boost::none);
        eager(true);
    }

    Request request;
    Refusal refusal;
    bool http_1_0 = false;
    bool expects_continue = false;

private:
    void refuse(int status, std::string_view code, error_code& error) {
        refusal = {status, code};
        error = beast::http::error::bad_value;
    }

    void on_request_impl(beast::http::verb /*verb*/, beast::string_view method,
                         beast::string_view target, int version, error_code& error) override {
        http_1_0 = version == 10;
        request.method = view(method);
        request.headers.reserve(8);
        if (target.size() > max_target) {
            return refuse(414, "uri_too_long", error);
        }
        auto parsed = http::parse_target(view(target));
        if (!parsed) {
            return refuse(400, "bad_request", error);
        }
        request.path = std::move(parsed->path);
        request.query = std::move(parsed->query);
    }

    void on_field_impl(beast::http::field field, beast::string_view name, beast::string_view value,
                       error_code& error) override {
        if (is_header_done()) {
            return trailer(error);
        }
        if (request.headers.size() == limits_.headers) {
            return refuse(431, "headers_too_large", error);
        }
        check(field, view(value), error);
        Header& header =
            request.headers.emplace_back(std::string{view(name)}, std::string{view(value)});
        std::ranges::transform(header.name, header.name.begin(), lower_byte);
    }

    // They say nothing that is used here; but there may not be any number of them.
    void trailer(error_code& error) {
        if (++trailers_ > limits_.headers) {
            refuse(431, "headers_too_large", error);
        }
    }

    void check(beast::http::field field, std::string_view value, error_code& error) {
        if (field == beast::http::field::host && ++hosts_ > 1) {
            refuse(400, "bad_request", error);
        } else if (field == beast::http::field::content_length) {
            if (++lengths_ > 1 || !all_digits(value)) {
                refuse(400, "bad_request", error);
            }
        } else if (field == beast::http::field::transfer_encoding) {
            if (++encodings_ > 1 || http_1_0) {
                refuse(400, "bad_request", error);
            }
            other_encoding_ = !same_word(value, "chunked");
        } else if (field == beast::http::field::expect) {
            if (!same_word(value, "100-continue")) {
                refuse(417, "bad_request", error);
            }
            expects_continue = !http_1_0;
        }
    }

    void on_header_impl(error_code& error) override {
        if ((hosts_ == 0 && !http_1_0) || (encodings_ > 0 && lengths_ > 0)) {
            return refuse(400, "bad_request", error);
        }
        if (other_encoding_) {
            return refuse(501, "not_implemented", error);
        }
        auto const length = content_length();
        if (length && *length > limits_.body) {
            return refuse(413, "body_too_large", error);
        }
        if (length) {
            request.body.reserve(
                std::min(static_cast<std::size_t>(*length), std::size_t{first_reserve}));
        }
    }

    void on_body_init_impl(boost::optional<std::uint64_t> const& /*length*/,
                           error_code& /*error*/) override {}

    std::size_t on_body_impl(beast::string_view body, error_code& error) override {
        if (body.size() > limits_.body - request.body.size()) {
            refuse(413, "body_too_large", error);
            return 0;
        }
        request.body.append(body.data(), body.size());
        return body.size();
    }

    void on_chunk_header_impl(std::uint64_t size, beast::string_view /*extensions*/,
                              error_code& error) override {
        if (size > limits_.body - request.body.size()) {
            refuse(413, "body_too_large", error);
        }
    }

    std::size_t on_chunk_body_impl(std::uint64_t /*remain*/, beast::string_view body,
                                   error_code& error) override {
        return on_body_impl(body, error);
    }

    void on_finish_impl(error_code& /*error*/) override {}

    void on_response_impl(int /*code*/, beast::string_view /*reason*/, int /*version*/,
                          error_code& /*error*/) override {}

    ReaderLimits const& limits_;
    std::size_t hosts_ = 0;
    std::size_t lengths_ = 0;
    std::size_t encodings_ = 0;
    std::size_t trailers_ = 0;
    bool other_encoding_ = false;
};

RequestReader::RequestReader(ReaderLimits const& limits) : limits_{limits} {
    reset();
}

RequestReader::~RequestReader() = default;

void RequestReader::reset() {
    state_ = State::head;
    scanned_ = 0;
    line_start_ = 0;
    stuck_ = 0;
    parser_ = std::make_unique<Parser>(limits_);
}

Request& RequestReader::request() {
    return parser_->request;
}

bool RequestReader::wants_continue() {
    return state_ == State::body && std::exchange(parser_->expects_continue, false);
}

bool RequestReader::keeps_alive() const {
    return state_ == State::complete && parser_->keep_alive();
}

bool RequestReader::is_http_1_0() const {
    return parser_->http_1_0;
}

void RequestReader::refuse(int status, std::string_view code) {
    state_ = State::refused;
    refusal_ = {status, code};
}

std::size_t RequestReader::feed(std::string_view bytes) {
    std::size_t used = 0;
    if (state_ == State::head) {
        used = feed_head(bytes);
    }
    if (state_ == State::body) {
        used += feed_body(bytes.substr(used));
    }
    return used;
}

// Lines end with CR LF and nothing else, none is folded, and the first is not empty.
std::size_t RequestReader::find_end_of_head(std::string_view bytes) {
    while (scanned_ < bytes.size()) {
        auto const feed_at = bytes.find('\n', scanned_);
        auto const line_ends = std::min(feed_at, bytes.size());
        if (line_start_ < line_ends && (bytes[line_start_] == ' ' || bytes[line_start_] == '\t')) {
            refuse(400, "bad_request");
            return 0;
        }
        scanned_ = line_ends;
        if (feed_at == std::string_view::npos) {
            return 0;
        }
        if (feed_at == line_start_ || bytes[feed_at - 1] != '\r') {
            refuse(400, "bad_request");
            return 0;
        }
        scanned_ = feed_at + 1;
        if (feed_at == line_start_ + 1) {
            return scanned_;
        }
        line_start_ = scanned_;
    }
    return 0;
}

std::size_t RequestReader::feed_head(std::string_view bytes) {
    // An empty line before a request is what some clients leave after a body.
    std::size_t const skipped = bytes.starts_with("\r\n") && scanned_ == 0 ? 2 : 0;
    if (bytes == "\r" || bytes.size() == skipped) {
        return 0;
    }
    bytes.remove_prefix(skipped);
    if (scanned_ == 0 && (bytes.front() < 'A' || bytes.front() > 'Z')) {
        refuse(400, "bad_request");  // such as the beginning of TLS: it would wait for an answer
        return skipped;
    }
    auto const size = find_end_of_head(bytes.substr(0, limits_.header));
    if (state_ == State::refused) {
        return skipped;
    }
    if (size == 0) {
        if (bytes.size() >= limits_.header) {
            // A line that did not end is the request line as long as it is the first.
            line_start_ == 0 ? refuse(414, "uri_too_long") : refuse(431, "headers_too_large");
        }
        return skipped;
    }
    error_code error;
    parser_->put(boost::asio::buffer(bytes.substr(0, size)), error);
    if (error == beast::http::error::need_more && parser_->is_header_done()) {
        error = {};
    }
    if (error) {
        auto const line = bytes.substr(0, bytes.find('\r'));
        bool const version = error == beast::http::error::bad_version && line.contains(" HTTP/");
        version ? refuse(505, "not_implemented")
                : refuse(parser_->refusal.status, parser_->refusal.code);
        return skipped;
    }
    state_ = parser_->is_done() ? State::complete : State::body;
    return skipped + size;
}

std::size_t RequestReader::feed_body(std::string_view bytes) {
    // However a chunked body goes on, there is at least "0", CR LF, CR LF to come, and Beast's
    // parser relies on so much being there.
    constexpr std::size_t least = 5;
    if (bytes.size() <= stuck_ || (parser_->chunked() && bytes.size() < least)) {
        return 0;
    }
    error_code error;
    auto const used = parser_->put(boost::asio::buffer(bytes), error);
    stuck_ = bytes.size() - used;
    if (error && error != beast::http::error::need_more) {
        refuse(parser_->refusal.status, parser_->refusal.code);
    } else if (parser_->is_done()) {
        state_ = State::complete;
    } else if (stuck_ >= limits_.header) {
        refuse(431, "headers_too_large");  // an endless line between chunks, or after them
    }
    return used;
}

}  // namespace adapters::http
