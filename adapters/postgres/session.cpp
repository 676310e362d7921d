#include "adapters/postgres/session.h"

#include <libpq-fe.h>

#include <fmt/core.h>

#include "adapters/postgres/errors.h"
#include "adapters/postgres/open.h"
#include "adapters/postgres/text.h"
#include "adapters/store.h"
#include "base/check.h"

namespace adapters::postgres {

namespace {

struct FreeResult {
    void operator()(PGresult* result) const { PQclear(result); }
};

struct FreeBytes {
    void operator()(char* bytes) const { PQfreemem(bytes); }
};

using Result = std::unique_ptr<PGresult, FreeResult>;

// Connects as pqxx::connection does, and knows what libpq calls the connection: libpqxx reads
// neither a query by COPY nor anything in binary form.
class Connection final : public pqxx::connection_base {
    class Policy final : public pqxx::connect_direct {
    public:
        using pqxx::connect_direct::connect_direct;

        handle do_startconnect(handle before) override {
            raw = pqxx::connect_direct::do_startconnect(before);
            return raw;
        }

        handle raw = nullptr;
    };

public:
    explicit Connection(std::string const& url) : pqxx::connection_base{policy_}, policy_{url} {
        init();
    }

    Connection(Connection const&) = delete;
    Connection& operator=(Connection const&) = delete;

    ~Connection() { close(); }

    [[nodiscard]] PGconn* raw() const { return policy_.raw; }

private:
    Policy policy_;
};

// The server stops a statement that takes too long, and says so; this is for when it can't.
base::Millis usual_patience(Access const& access) {
    return access.statement_timeout + base::Millis{2'000};
}

}  // namespace

struct Session::Link {
    explicit Link(std::string const& url) : connection{url} {}

    Connection connection;
};

Session::Session(Access access) : access_{std::move(access)}, patience_{usual_patience(access_)} {
    try {
        link_ = std::make_unique<Link>(access_.url);
    } catch (std::exception const& error) {
        std::string const why = without_secrets(first_line(error.what()), access_.url);
        if (why.find("authentication failed") != std::string::npos ||
            why.find("no password supplied") != std::string::npos) {
            refuse("28P01", why, access_.where);
        }
        if (why.find("does not exist") != std::string::npos) {
            refuse("3D000", why, access_.where);
        }
        throw Unavailable{fmt::format("store {}: can't be reached ({}); is the server running?",
                                      access_.where, why)};
    }
}

Session::~Session() = default;

std::string Session::sql(std::string_view text, std::initializer_list<std::string> values) const {
    std::string out;
    out.reserve(text.size() + 64);
    auto const* value = values.begin();
    while (!text.empty()) {
        auto const at = text.find_first_of("{?");
        out += text.substr(0, at);
        if (at == std::string_view::npos) {
            break;
        }
        text.remove_prefix(at);
        if (text.starts_with("{s}")) {
            out += access_.schema;
            text.remove_prefix(3);
            continue;
        }
        CHECK(text.front() == '?' && value != values.end());
        out += *value++;
        text.remove_prefix(1);
    }
    CHECK(value == values.end());
    return out;
}

template <typename Use>
auto Session::guarded(Use const& use) {
    ++round_trips_;
    // libpqxx would connect again by itself, in the middle of a transaction that has just died.
    if (broken_ || !link_->connection.is_open()) {
        broken_ = true;
        throw Broken{"the connection is gone"};
    }
    Watchdog::Watch const watch{*access_.watchdog, link_->connection.sock(), patience_};
    auto const lost = [&](std::exception const& error) {
        broken_ = true;
        return Broken{watch.over() ? "no answer within " + base::to_text(patience_)
                                   : first_line(error.what())};
    };
    try {
        return use();
    } catch (pqxx::statement_completion_unknown const& error) {
        throw lost(error);
    } catch (pqxx::transaction_rollback const& error) {  // deadlocks too; not a pqxx::sql_error
        throw Repeat{first_line(error.what())};
    } catch (pqxx::insufficient_privilege const& error) {  // comes without its SQLSTATE
        refused("42501", error.what());
    } catch (pqxx::sql_error const& error) {
        refused(error.sqlstate(), error.what());
    } catch (pqxx::failure const& error) {
        throw lost(error);
    } catch (pqxx::argument_error const& error) {
        throw Unusable{fmt::format("store {}: {}", access_.where, error.what())};
    }
    std::unreachable();
}

void Session::refused(std::string const& sqlstate, std::string const& message) {
    if (!link_->connection.is_open()) {
        broken_ = true;
        throw Broken{first_line(message)};
    }
    if (sqlstate == "25006") {  // it was the primary once; the next connection may find who is now
        broken_ = true;
    }
    try {
        refuse(sqlstate, message, access_.where);
    } catch (Broken const&) {
        broken_ = true;
        throw;
    }
}

std::vector<pqxx::result> Session::run(std::vector<std::string> const& statements) {
    return guarded([&] {
        pqxx::nontransaction direct{link_->connection};
        pqxx::pipeline pipeline{direct};
        pipeline.retain(static_cast<int>(statements.size()) + 1);
        std::vector<pqxx::pipeline::query_id> ids;
        ids.reserve(statements.size());
        for (auto const& statement : statements) {
            ids.push_back(pipeline.insert(statement));
        }
        pipeline.resume();
        std::vector<pqxx::result> results;
        results.reserve(ids.size());
        for (auto const id : ids) {
            results.push_back(pipeline.retrieve(id));
        }
        return results;
    });
}

std::vector<pqxx::result> Session::read(std::vector<std::string> const& statements) {
    Transaction transaction{*this, Kind::reading};
    auto results = transaction.run(statements);
    transaction.commit();
    return results;
}

std::vector<pqxx::result> Session::write(std::vector<std::string> const& statements) {
    Transaction transaction{*this, Kind::writing};
    auto all = statements;
    all.emplace_back("COMMIT");
    auto results = transaction.run(all);
    transaction.was_committed();
    results.pop_back();
    return results;
}

// A pooler gives its clients numbers of its own for the process that serves them.
bool Session::pooled() {
    auto const told = std::to_string(link_->connection.backendpid());
    return last_of("SELECT pg_backend_pid()")[0][0].c_str() != told;
}

void Session::learn_timeline() {
    try {
        timeline_ = last_of(
                        "SELECT CASE WHEN pg_is_in_recovery() THEN '' ELSE "
                        "left(pg_walfile_name(pg_current_wal_lsn()), 8) END")[0][0]
                        .c_str();
    } catch (std::exception const&) {
        timeline_.clear();  // not every service that speaks PostgreSQL has a log to tell of
    }
}

Shape const& Session::shape_for(std::string const& function) {
    if (!shapes_.contains(function)) {
        shapes_.clear();
        auto const columns =
            last_of(sql("SELECT p.proname, e.oid, a.atttypid FROM pg_proc p "
                        "JOIN pg_type t ON t.oid = p.proargtypes[0] "
                        "JOIN pg_type e ON e.oid = t.typelem AND e.typtype = 'c' "
                        "JOIN pg_attribute a ON a.attrelid = e.typrelid AND a.attnum > 0 "
                        "AND NOT a.attisdropped WHERE p.pronamespace = ?::regnamespace "
                        "ORDER BY p.oid, a.attnum",
                        {literal(access_.schema)}));
        for (auto const& each : columns) {
            Row row{each};
            auto& shape = shapes_[row.text()];
            shape.type = static_cast<std::uint32_t>(row.integer());
            shape.columns.push_back(static_cast<std::uint32_t>(row.integer()));
        }
    }
    auto const found = shapes_.find(function);
    if (found == shapes_.end()) {
        throw Unusable{fmt::format("store {}: its schema has no function {} for rows",
                                   access_.where, function)};
    }
    return found->second;
}

// What is in binary form comes first among the values, which libpqxx takes in two lists.
void Session::call(std::vector<Writes::Call> const& calls) {
    std::vector<pqxx::binarystring> rows;
    std::vector<char const*> texts;
    for (auto const& call : calls) {
        if (!call.rows.empty()) {
            auto const& shape = shape_for(call.function);
            if (std::ssize(shape.columns) != call.rows.width()) {
                throw Unusable{fmt::format("store {}: the rows of {} have {} columns, not {}",
                                           access_.where, call.function, shape.columns.size(),
                                           call.rows.width())};
            }
            auto const bytes = call.rows.binary(shape);
            rows.emplace_back(bytes.data(), bytes.size());
        }
    }
    std::string text = "SELECT ";
    std::size_t next_rows = 0;
    for (auto const& call : calls) {
        text +=
            fmt::format("{}{}.{}(", text.back() == ')' ? ", " : "", access_.schema, call.function);
        if (!call.rows.empty()) {
            text += fmt::format("${}", ++next_rows);
        }
        for (auto const& argument : call.arguments) {
            texts.push_back(argument.c_str());
            text +=
                fmt::format("{}${}", text.back() == '(' ? "" : ", ", rows.size() + texts.size());
        }
        text += ")";
    }
    try {
        guarded([&] {
            pqxx::nontransaction direct{link_->connection};
            return direct.exec_params(text, pqxx::prepare::make_dynamic_params(rows),
                                      pqxx::prepare::make_dynamic_params(texts));
        });
    } catch (...) {
        shapes_.clear();  // in case that is what was wrong
        throw;
    }
}

pqxx::result Session::look(std::string const& statement) {
    return last_of(fmt::format("SET LOCAL statement_timeout = {}; {}",
                               access_.statement_timeout.count(), statement));
}

pqxx::result Session::last_of(std::string const& statements) {
    return guarded([&] {
        pqxx::nontransaction direct{link_->connection};
        return direct.exec(statements);
    });
}

void Session::copy(std::string const& query, std::function<void(std::string_view)> const& take) {
    auto const text = fmt::format("COPY ({}) TO STDOUT (FORMAT binary)", query);
    std::string sqlstate;
    std::string why;
    guarded([&] {
        auto* const raw = link_->connection.raw();
        Result result{PQexec(raw, text.c_str())};
        bool good = PQresultStatus(result.get()) == PGRES_COPY_OUT;
        char* bytes = nullptr;
        for (int length = 0; good && (length = PQgetCopyData(raw, &bytes, 0)) > 0;) {
            std::unique_ptr<char, FreeBytes> const owned{bytes};
            take({bytes, static_cast<std::size_t>(length)});
        }
        while (good && PQstatus(raw) == CONNECTION_OK) {
            Result next{PQgetResult(raw)};
            if (!next) {
                return;
            }
            good = PQresultStatus(next.get()) == PGRES_COMMAND_OK;
            result = std::move(next);
        }
        auto const* const state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
        sqlstate = state == nullptr ? "" : state;
        why = PQerrorMessage(raw);
        if (PQstatus(raw) != CONNECTION_OK) {
            throw pqxx::broken_connection{why};
        }
    });
    if (!why.empty()) {
        refused(sqlstate, why);
    }
}

Patient::Patient(Session& session, base::Millis patience) : session_{session} {
    session_.wait_up_to(patience);
}

Patient::~Patient() {
    session_.wait_up_to(usual_patience(session_.access()));
}

}  // namespace adapters::postgres
