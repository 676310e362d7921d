// Rows on their way into a function that writes many at once: an array of a composite type. An
// array for each column would be simpler, and several times as slow: the server keeps each of them
// apart until it has put the rows together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/credits.h"
#include "base/ids.h"
#include "base/sha256.h"
#include "base/time.h"

namespace adapters::postgres {

// The server's numbers (OIDs) of a composite type and of the types of its columns.
struct Shape {
    std::uint32_t type = 0;
    std::vector<std::uint32_t> columns;
};

class Rows {
public:
    template <typename... Values>
    void put(Values const&... values) {
        (add(values), ...);
    }

    void end_row();

    [[nodiscard]] bool empty() const { return count_ == 0; }

    // How many columns each of them has.
    [[nodiscard]] std::ptrdiff_t width() const { return width_; }

    // About how much it is to send.
    [[nodiscard]] std::size_t size() const { return cells_.size(); }

    // {"(1,a)","(2,b)"}, for a statement.
    [[nodiscard]] std::string text() const;

    // As the server has it in memory, nearly: it takes half the time to read. `shape` must be that
    // of the rows.
    [[nodiscard]] std::string binary(Shape const& shape) const;

private:
    void add(std::int64_t value);
    void add(bool value);
    // Text that PostgreSQL does not take (a NUL, bytes that are not UTF-8) has a question mark in
    // each such place.
    void add(std::string_view text);
    void add(base::Hash const& hash);
    void add_null();

    void add(int value) { add(static_cast<std::int64_t>(value)); }

    void add(std::string const& text) { add(std::string_view{text}); }

    void add(base::Credits credits) { add(credits.value); }

    void add(base::Timestamp at) { add(base::to_ms(at)); }

    template <typename Tag>
    void add(base::Id<Tag> id) {
        add(id.value);
    }

    template <typename Value>
    void add(std::optional<Value> const& value) {
        value ? add(*value) : add_null();
    }

    void begin_cell(char mark);

    std::string cells_;  // each a mark that says what follows, and that
    std::int32_t count_ = 0;
    std::ptrdiff_t width_ = 0;
    std::ptrdiff_t in_row_ = 0;
};

}  // namespace adapters::postgres
