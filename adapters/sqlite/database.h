// A connection to a SQLite file, its prepared statements, and its errors in plain words. A
// connection is used by one thread at a time; whoever owns it sees to that.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <sqlite3.h>

#include "base/credits.h"
#include "base/ids.h"
#include "base/sha256.h"
#include "base/time.h"
#include "pricing/terms.h"

namespace adapters::sqlite {

inline constexpr std::int64_t application_id = 0x54414c59;  // "TALY"

struct Access {
    std::filesystem::path path;
    bool create = false;
    bool durable = true;
    int cache_kib = 2'000;
    base::Millis busy{5'000};
};

class Database {
public:
    // Opens the file in WAL mode, unless it is somebody else's. Throws Unavailable or Unusable.
    explicit Database(Access access);
    Database(Database const&) = delete;
    Database& operator=(Database const&) = delete;
    ~Database();

    // The statement for this text, which must live as long as the program: it is known by its
    // address and prepared once.
    sqlite3_stmt* prepared(char const* sql);
    // A statement for one use, finalized by its Query.
    sqlite3_stmt* prepare(std::string const& sql);
    void execute(char const* sql);

    // How many rows the last statement changed, and all of them since the connection was opened.
    std::int64_t changes() const { return sqlite3_changes64(handle_); }

    std::int64_t total_changes() const { return sqlite3_total_changes64(handle_); }

    void count_statement() { ++statements_; }

    std::int64_t statements() const { return statements_; }

    std::filesystem::path const& path() const { return access_.path; }

    bool in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

    // Rolls back what is open. Never throws.
    void roll_back() noexcept;
    void checkpoint() noexcept;

    [[noreturn]] void fail(int code) const;

    // Few distinct terms exist, so each text is parsed once.
    pricing::Terms const& terms(std::string_view line);

private:
    bool wait_for_lock(int tries);
    void set_up();
    int claim_file();
    int number(char const* sql, std::int64_t& value);

    Access access_;
    sqlite3* handle_ = nullptr;
    std::unordered_map<char const*, sqlite3_stmt*> statements_by_text_;
    std::map<std::string, pricing::Terms, std::less<>> terms_;
    std::int64_t statements_ = 0;
    base::Timestamp waiting_until_{};  // for a lock, by a steady clock
};

// One use of a statement: values in order, rows in order, columns in order. Text and bytes are
// bound without a copy, so they must outlive the step.
class Query {
public:
    Query(Database& database, char const* sql)
        : database_{database}, statement_{database.prepared(sql)} {}

    Query(Database& database, std::string const& sql)
        : database_{database}, statement_{database.prepare(sql)}, own_{true} {}

    Query(Query const&) = delete;
    Query& operator=(Query const&) = delete;
    ~Query();

    template <typename... Values>
    Query& bind(Values const&... values) {
        (put(values), ...);
        return *this;
    }

    void put(std::int64_t value);

    void put(int value) { put(static_cast<std::int64_t>(value)); }

    void put(bool value) { put(static_cast<std::int64_t>(value)); }

    void put(std::string_view text);

    void put(std::string const& text) { put(std::string_view{text}); }

    void put(char const* text) { put(std::string_view{text}); }

    void put(base::Hash const& hash);

    void put(base::Credits credits) { put(credits.value); }

    void put(base::Timestamp at) { put(base::to_ms(at)); }

    void put(base::Millis duration) { put(static_cast<std::int64_t>(duration.count())); }

    void put_null();

    template <typename Tag>
    void put(base::Id<Tag> id) {
        put(id.value);
    }

    template <typename Value>
    void put(std::optional<Value> const& value) {
        value ? put(*value) : put_null();
    }

    // The next row, if there is one.
    bool step();
    // To the end, for statements without rows; ready to be bound again.
    void run();
    // Ready to be bound and stepped again.
    void reset();

    std::int64_t integer() { return sqlite3_column_int64(statement_, column_++); }

    int small() { return static_cast<int>(integer()); }

    bool flag() { return integer() != 0; }

    std::string_view view();  // until the next step

    std::string text() { return std::string{view()}; }

    base::Hash hash();

    base::Credits credits() { return {integer()}; }

    base::Timestamp time() { return base::from_ms(integer()); }

    std::optional<base::Timestamp> maybe_time();
    std::optional<std::int64_t> maybe_integer();
    bool skip_null();  // true, and past the column, if it is null

    Database& database() { return database_; }

private:
    void check(int code) const;

    Database& database_;
    sqlite3_stmt* statement_;
    int parameter_ = 0;
    int column_ = 0;
    bool own_ = false;
    bool started_ = false;
};

// Rolls back unless it was committed.
class Transaction {
public:
    enum class Kind : std::uint8_t { reading, writing };

    Transaction(Database& database, Kind kind);
    Transaction(Transaction const&) = delete;
    Transaction& operator=(Transaction const&) = delete;
    ~Transaction();

    void commit();

private:
    Database& database_;
};

}  // namespace adapters::sqlite
