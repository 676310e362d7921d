// A connection to PostgreSQL, used by one thread at a time. Statements are sent many in one round
// trip; transactions have deadlines of their own, so that nothing depends on the state of a session
// and a pooler may stand between.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <pqxx/pqxx>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/postgres/outgoing.h"
#include "adapters/postgres/watchdog.h"
#include "base/time.h"

namespace adapters::postgres {

struct Access {
    std::string url;
    std::string where;   // the url without its password, for messages
    std::string schema;  // quoted, as it stands in statements
    base::Millis statement_timeout{15'000};
    std::shared_ptr<Watchdog> watchdog;  // of all its sessions
};

Access access_of(std::string const& url, std::string const& schema, base::Millis timeout);

// What libpq says of a url that it can't read quotes it, or parts of it.
std::string without_secrets(std::string why, std::string const& url);

// What a transaction writes: functions that take arrays, of rows or of single values, in order, and
// plain statements after them.
struct Writes {
    struct Call {
        std::string function;
        Rows rows;                           // its only argument, or else
        std::vector<std::string> arguments;  // as text, not quoted
    };

    std::vector<Call> calls;
    std::vector<std::string> statements;

    [[nodiscard]] bool empty() const { return calls.empty() && statements.empty(); }
};

class Session {
public:
    // Connects. Throws Unavailable or Unusable.
    explicit Session(Access access);
    Session(Session const&) = delete;
    Session& operator=(Session const&) = delete;
    ~Session();

    // The text with the schema's name for each `{s}` and the values, literals already, for each
    // `?`.
    [[nodiscard]] std::string sql(std::string_view text,
                                  std::initializer_list<std::string> values = {}) const;

    // All of them in one round trip. Results in order.
    // Throws Repeat, Broken, NoRoom, Unavailable or Unusable.
    std::vector<pqxx::result> run(std::vector<std::string> const& statements);

    // The same as a transaction of its own that only reads one consistent view.
    std::vector<pqxx::result> read(std::vector<std::string> const& statements);
    // As a transaction of its own that writes.
    std::vector<pqxx::result> write(std::vector<std::string> const& statements);

    // One round trip: the functions in their order.
    void call(std::vector<Writes::Call> const& calls);

    // One round trip, outside of a transaction: one statement that only reads, with a deadline.
    pqxx::result look(std::string const& statement);

    // One round trip; the result of the last statement. Has no deadline but a transaction's.
    pqxx::result last_of(std::string const& statements);

    // All rows of a query in binary form, a piece at a time as libpq hands it out (copy.h), in one
    // round trip and without memory for a row or a column.
    void copy(std::string const& query, std::function<void(std::string_view)> const& take);

    // A pooler stands between: what is set or locked for a session may reach somebody else's.
    [[nodiscard]] bool pooled();

    // Notes which course of the server's history this is: each promotion of a replica begins a new
    // one, and gives away again the transaction ids that had not reached the replica. Empty: not
    // told, or a replica. One round trip.
    void learn_timeline();

    [[nodiscard]] std::string const& timeline() const { return timeline_; }

    // How long an answer is waited for; what takes its time says so first.
    void wait_up_to(base::Millis patience) { patience_ = patience; }

    [[nodiscard]] bool broken() const { return broken_; }

    [[nodiscard]] std::int64_t round_trips() const { return round_trips_; }

    [[nodiscard]] Access const& access() const { return access_; }

private:
    struct Link;  // libpqxx's connection

    template <typename Use>
    auto guarded(Use const& use);
    // Of the rows that a function takes.
    Shape const& shape_for(std::string const& function);
    // Throws what that means.
    void refused(std::string const& sqlstate, std::string const& message);

    Access access_;
    std::unique_ptr<Link> link_;
    base::Millis patience_;
    std::map<std::string, Shape> shapes_;  // by function; read when they are first needed
    std::string timeline_;
    std::int64_t round_trips_ = 0;
    bool broken_ = false;
};

// For as long as it exists, answers of the session may take so long.
class Patient {
public:
    Patient(Session& session, base::Millis patience);
    Patient(Patient const&) = delete;
    Patient& operator=(Patient const&) = delete;
    ~Patient();

private:
    Session& session_;
};

enum class Kind : std::uint8_t { writing, reading };

// A transaction; rolls back unless it was committed. The first `run` begins it, in the same trip.
class Transaction {
public:
    Transaction(Session& session, Kind kind) : session_{session}, kind_{kind} {}

    Transaction(Transaction const&) = delete;
    Transaction& operator=(Transaction const&) = delete;
    ~Transaction();

    // One trip. Results in order.
    std::vector<pqxx::result> run(std::vector<std::string> const& statements);
    // The last trip, with the commit in it; much data goes ahead in a trip of its own, as values
    // that the server need not read as SQL. `sent` is set when the commit may have reached the
    // server: Broken after that means in doubt.
    void commit(Writes const& writes, bool& sent);
    void commit();

    // The commit was among the statements of `run`.
    void was_committed() { done_ = true; }

    Session& session() { return session_; }

private:
    Session& session_;
    Kind kind_;
    bool begun_ = false;
    bool done_ = false;
};

}  // namespace adapters::postgres
