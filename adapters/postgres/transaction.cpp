// How a transaction begins and ends.
#include <fmt/core.h>

#include "adapters/postgres/session.h"
#include "adapters/postgres/text.h"

namespace adapters::postgres {

namespace {

constexpr std::string_view begin_writing = "BEGIN ISOLATION LEVEL READ COMMITTED";
constexpr std::string_view begin_reading = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

std::string_view begin_of(Kind kind) {
    return kind == Kind::writing ? begin_writing : begin_reading;
}

// The deadlines are the transaction's own, not the session's, which a pooler gives to others.
std::vector<std::string> opening(std::string_view begin, Access const& access) {
    auto const timeout = access.statement_timeout.count();
    return {std::string{begin}, fmt::format("SET LOCAL statement_timeout = {}", timeout),
            fmt::format("SET LOCAL idle_in_transaction_session_timeout = {}", 2 * timeout)};
}

std::size_t size_of(std::vector<Writes::Call> const& calls) {
    std::size_t size = 0;
    for (auto const& call : calls) {
        size += call.rows.size();
        for (auto const& argument : call.arguments) {
            size += argument.size();
        }
    }
    return size;
}

std::string as_text(Access const& access, Writes::Call const& call) {
    auto text = fmt::format("SELECT {}.{}(", access.schema, call.function);
    if (!call.rows.empty()) {
        text += literal(call.rows.text());
    }
    for (auto const& argument : call.arguments) {
        text += text.back() == '(' ? "" : ", ";
        text += literal(argument);
    }
    return text + ")";
}

std::string joined(std::vector<std::string> const& statements) {
    std::size_t size = 0;
    for (auto const& statement : statements) {
        size += statement.size() + 2;
    }
    std::string all;
    all.reserve(size);
    for (auto const& statement : statements) {
        all += all.empty() ? "" : "; ";
        all += statement;
    }
    return all;
}

}  // namespace

std::vector<pqxx::result> Transaction::run(std::vector<std::string> const& statements) {
    if (begun_) {
        return session_.run(statements);
    }
    begun_ = true;
    auto all = opening(begin_of(kind_), session_.access());
    if (kind_ == Kind::reading) {
        // libpqxx sends a statement of its own before several, and the isolation of a transaction
        // can't be chosen after that.
        session_.last_of(joined(all));
        return session_.run(statements);
    }
    auto const before = static_cast<std::ptrdiff_t>(all.size());
    all.insert(all.end(), statements.begin(), statements.end());
    auto results = session_.run(all);
    results.erase(results.begin(), results.begin() + before);
    return results;
}

void Transaction::commit() {
    bool sent = false;
    commit({}, sent);
}

void Transaction::commit(Writes const& writes, bool& sent) {
    constexpr std::size_t much = 16'384;
    auto all = begun_ ? std::vector<std::string>{} : opening(begin_of(kind_), session_.access());
    if (begun_ && size_of(writes.calls) > much) {
        session_.call(writes.calls);
    } else {
        for (auto const& call : writes.calls) {
            all.push_back(as_text(session_.access(), call));
        }
    }
    all.insert(all.end(), writes.statements.begin(), writes.statements.end());
    all.emplace_back("COMMIT");
    begun_ = true;
    sent = true;
    session_.last_of(joined(all));
    done_ = true;
}

Transaction::~Transaction() {
    if (!begun_ || done_ || session_.broken()) {
        return;
    }
    try {
        session_.last_of("ROLLBACK");
    } catch (...) {
        // The session knows that it is broken, and ends with its transaction.
    }
}

}  // namespace adapters::postgres
