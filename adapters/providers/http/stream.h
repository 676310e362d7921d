// Answers that come as server-sent events, put together again: bytes arrive in any pieces, even in
// the middle of a character.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "adapters/providers/http/json.h"
#include "dialect/dialect.h"

namespace adapters::providers::http {

// Splits a body into the data of its events.
class Events {
public:
    // A line longer than this ends it all.
    explicit Events(std::size_t longest_line) : longest_{longest_line} {}

    // False: an event was too long, or `each` wants no more.
    bool feed(std::string_view bytes, std::function<bool(std::string_view data)> const& each);

    // At the end of the body: what lacks its blank line.
    bool finish(std::function<bool(std::string_view data)> const& each);

private:
    bool line(std::string_view text, std::function<bool(std::string_view)> const& each);

    std::size_t longest_;
    std::string rest_;  // of a line
    std::string data_;  // of an event
    bool has_data_ = false;
};

// Puts the events of one answer together: one JSON, as if it had come whole, and the bytes made.
class Joiner {
public:
    // `most`: bytes held at the most.
    Joiner(dialect::Stream const& stream, std::size_t most);

    // False: no more is wanted, since it is over, an error, or too large.
    bool feed(std::string_view bytes);

    // At the end of the body. Whether the answer is whole: it ended as it should, or with an error
    // that it tells itself.
    bool finish();

    [[nodiscard]] Json const& whole() const { return whole_; }

    [[nodiscard]] std::string const& bytes() const { return bytes_; }

    [[nodiscard]] bool too_large() const { return too_large_; }

    // An event told of an error; it is in whole().
    [[nodiscard]] bool failed() const { return failed_; }

private:
    bool event(std::string_view data);
    bool take_delta(Json const& json);

    dialect::Stream const& stream_;
    std::size_t most_;
    Events events_;
    Json whole_;
    std::string text_;
    std::string bytes_;
    bool done_ = false;
    bool failed_ = false;
    bool broken_ = false;
    bool too_large_ = false;
    bool any_ = false;
};

}  // namespace adapters::providers::http
