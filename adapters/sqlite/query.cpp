// One use of a statement.
#include <cstring>

#include <fmt/core.h>

#include "adapters/sqlite/database.h"
#include "adapters/store.h"

namespace adapters::sqlite {

Query::~Query() {
    if (own_) {
        sqlite3_finalize(statement_);
    } else {
        sqlite3_reset(statement_);
    }
}

void Query::check(int code) const {
    if (code != SQLITE_OK) {
        database_.fail(code);
    }
}

void Query::put(std::int64_t value) {
    check(sqlite3_bind_int64(statement_, ++parameter_, value));
}

void Query::put(std::string_view text) {
    char const* const data = text.data() == nullptr ? "" : text.data();
    check(sqlite3_bind_text64(statement_, ++parameter_, data, text.size(), SQLITE_STATIC,
                              SQLITE_UTF8));
}

void Query::put(base::Hash const& hash) {
    check(sqlite3_bind_blob64(statement_, ++parameter_, hash.data(), hash.size(), SQLITE_STATIC));
}

void Query::put_null() {
    check(sqlite3_bind_null(statement_, ++parameter_));
}

bool Query::step() {
    column_ = 0;
    if (!started_) {
        started_ = true;
        database_.count_statement();
    }
    int const code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) {
        return true;
    }
    if (code != SQLITE_DONE) {
        database_.fail(code);
    }
    return false;
}

void Query::run() {
    while (step()) {
    }
    reset();
}

void Query::reset() {
    sqlite3_reset(statement_);
    parameter_ = 0;
    started_ = false;
}

std::string_view Query::view() {
    auto const* const text = sqlite3_column_text(statement_, column_);
    auto const size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column_));
    ++column_;
    return text == nullptr ? std::string_view{}
                           : std::string_view{reinterpret_cast<char const*>(text), size};
}

base::Hash Query::hash() {
    base::Hash hash{};
    auto const* const bytes = sqlite3_column_blob(statement_, column_);
    auto const size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column_));
    ++column_;
    // A hash of another length was tampered with; zeros are found by the audit.
    if (bytes != nullptr && size == hash.size()) {
        std::memcpy(hash.data(), bytes, size);
    }
    return hash;
}

bool Query::skip_null() {
    if (sqlite3_column_type(statement_, column_) != SQLITE_NULL) {
        return false;
    }
    ++column_;
    return true;
}

std::optional<base::Timestamp> Query::maybe_time() {
    return skip_null() ? std::nullopt : std::optional{time()};
}

std::optional<std::int64_t> Query::maybe_integer() {
    return skip_null() ? std::nullopt : std::optional{integer()};
}

}  // namespace adapters::sqlite
