#include "tests/postgres/support.h"

#include <chrono>
#include <thread>

namespace postgres_tests {

std::string replaced(std::string text, std::string_view what, std::string_view with) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
        text.replace(at, what.size(), with);
        at += with.size();
    }
    return text;
}

namespace {

std::string text_of(pqxx::result const& rows) {
    return rows.empty() || rows.columns() == 0 ? "" : rows[0][0].c_str();
}

}  // namespace

PostgresOptions Place::options() const {
    return {.url = url, .schema = schema, .connections = 4};
}

Place fresh_place() {
    static std::string const url = support::fresh_database();
    static int made = 0;
    made += 1;
    return {.url = url, .schema = "place_" + std::to_string(made)};
}

std::string as_role(std::string const& url, std::string_view role) {
    auto const begin = url.find("://") + 3;
    return std::string{url}.replace(begin, url.find('@') - begin, role);
}

std::string Raw::filled(std::string sql) const {
    return schema_.empty() ? sql : replaced(std::move(sql), "{s}", "\"" + schema_ + "\"");
}

std::string Raw::operator()(std::string sql) {
    pqxx::nontransaction direct{connection_};
    return text_of(direct.exec(filled(std::move(sql))));
}

std::string Raw::refusal(std::string sql) {
    pqxx::work work{connection_};
    try {
        work.exec(filled(std::move(sql)));
    } catch (pqxx::insufficient_privilege const&) {
        return "42501";  // which libpqxx 6.4 forgets
    } catch (pqxx::sql_error const& error) {
        return error.sqlstate();
    }
    return "";
}

std::unique_ptr<tests::Desk> desk_over(PostgresOptions options) {
    return std::make_unique<tests::Desk>([&](tests::Desk::Clock clock) {
        options.clock = std::move(clock);
        return adapters::open_postgres(options);
    });
}

std::string left_in_transaction(Raw& raw) {
    return raw(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
        "pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'");
}

testing::AssertionResult holds(std::string const& text, std::string_view part) {
    return text.find(part) != std::string::npos
               ? testing::AssertionSuccess()
               : testing::AssertionFailure() << "no `" << part << "` in `" << text << "`";
}

bool until(std::function<bool()> const& condition, Millis most) {
    auto const end = std::chrono::steady_clock::now() + most;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) {
            return false;
        }
        std::this_thread::sleep_for(Millis{10});
    }
    return true;
}

}  // namespace postgres_tests
