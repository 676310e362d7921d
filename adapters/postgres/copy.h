// Reading very many rows: COPY in binary form. Nothing is allocated for a row or a column, and no
// number is written as text to be read again, which for an audit was most of the work.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/postgres/session.h"
#include "base/credits.h"
#include "base/sha256.h"
#include "base/time.h"

namespace adapters::postgres {

// One row, read column by column in their order. Like Row (text.h), for binary rows.
class Columns {
public:
    explicit Columns(char const* row) : at_{row} {}

    std::string_view view();  // of null: empty
    std::int64_t integer();   // smallint, int or bigint; null is zero

    int small() { return static_cast<int>(integer()); }

    bool flag();
    base::Hash hash();

    base::Credits credits() { return {integer()}; }

    base::Credits credits_or(base::Credits other) {  // other: of null
        bool const none = null();
        auto const value = integer();
        return none ? other : base::Credits{value};
    }

    base::Timestamp time() { return base::from_ms(integer()); }

    // Zero and null are none.
    std::optional<base::Timestamp> maybe_time();
    std::optional<base::Timestamp> nullable_time();

private:
    [[nodiscard]] bool null() const;

    char const* at_;
};

// Rows that begin with their account and a number, kept as they came, one behind the other.
class CopiedRows {
public:
    struct Place {
        std::int64_t account;
        std::int64_t number;
        char const* row;
    };

    void add(std::string_view row);
    void sort();  // by account and number

    [[nodiscard]] std::vector<Place> const& places() const { return places_; }

private:
    std::deque<std::vector<char>> blocks_;
    std::vector<Place> places_;
};

// All rows of a query, of so many columns; in a transaction of that session.
CopiedRows copy(Session& session, std::string const& query, int columns);

}  // namespace adapters::postgres
