// Values on their way into a statement, and rows on their way out.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/credits.h"
#include "base/ids.h"
#include "base/sha256.h"
#include "base/time.h"

namespace adapters::postgres {

// A literal: 'it''s', 42, '{1,2}'. Text that PostgreSQL does not take (a NUL, bytes that are not
// UTF-8) has a question mark in each such place.
std::string literal(std::string_view text);
std::string literal(std::int64_t number);
std::string literal(std::vector<std::int64_t> const& numbers);
std::string literal(std::vector<std::string> const& texts);

// {1,2} and {"a","b"}: the text of an array, as a value rather than in a statement.
std::string array(std::vector<std::int64_t> const& numbers);
std::string array(std::vector<std::string> const& texts);

inline std::string literal(base::Timestamp at) {
    return literal(base::to_ms(at));
}

inline std::string literal(std::string const& text) {
    return literal(std::string_view{text});
}

inline std::string literal(int number) {
    return literal(static_cast<std::int64_t>(number));
}

template <typename Tag>
std::string literal(base::Id<Tag> id) {
    return literal(id.value);
}

template <typename Tag>
std::string literal(std::vector<base::Id<Tag>> const& ids) {
    std::vector<std::int64_t> numbers;
    numbers.reserve(ids.size());
    for (auto const id : ids) {
        numbers.push_back(id.value);
    }
    return literal(numbers);
}

// Whether PostgreSQL takes the text as it is, and the text with a question mark in each place where
// it does not.
bool is_storable(std::string_view text);
std::string storable(std::string_view text);

// Such text as it stands in a column of a row in the text of an array.
void append_in_row(std::string& out, std::string_view text);

// A row, read column by column.
class Row {
public:
    explicit Row(pqxx::row row) : row_{std::move(row)} {}

    std::string_view view() {
        auto const field = row_[column_++];
        return {field.c_str(), field.size()};
    }

    std::string text() { return std::string{view()}; }

    std::int64_t integer() {
        auto const digits = view();
        std::int64_t value = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return value;
    }

    int small() { return static_cast<int>(integer()); }

    bool flag() { return view() == "t"; }

    base::Hash hash();

    base::Credits credits() { return {integer()}; }

    base::Timestamp time() { return base::from_ms(integer()); }

    // Zero is none.
    std::optional<base::Timestamp> maybe_time() {
        auto const ms = integer();
        return ms == 0 ? std::nullopt : std::optional{base::from_ms(ms)};
    }

    bool null() { return row_[column_].is_null(); }

    void skip() { ++column_; }

    Row& skip_to(pqxx::row::size_type column) {
        column_ = column;
        return *this;
    }

    // Null is none.
    std::optional<std::int64_t> nullable_integer() {
        if (null()) {
            skip();
            return std::nullopt;
        }
        return integer();
    }

    std::optional<base::Timestamp> nullable_time() {
        if (null()) {
            skip();
            return std::nullopt;
        }
        return time();
    }

private:
    pqxx::row row_;
    pqxx::row::size_type column_ = 0;
};

}  // namespace adapters::postgres
