// What these tests share: a schema of their own in a real server, a connection past the store, and
// the desk that plays the program around the store.
#pragma once

#include <memory>
#include <pqxx/pqxx>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "adapters/postgres/open.h"
#include "tests/jobs/desk.h"
#include "tests/support/servers.h"

namespace postgres_tests {

using adapters::PostgresOpening;
using adapters::PostgresOptions;
using adapters::Unavailable;
using adapters::Unusable;
using base::Millis;

// A schema that nobody else uses, in a database that these tests share. Sixty schemas in one
// database cost a third of what sixty databases cost.
struct Place {
    std::string url;
    std::string schema;

    [[nodiscard]] PostgresOptions options() const;
};

Place fresh_place();

// Each `what` in the text.
std::string replaced(std::string text, std::string_view what, std::string_view with);

// The same database for another role, without a password.
std::string as_role(std::string const& url, std::string_view role);

// A session beside the store's. What fails throws pqxx::sql_error.
class Raw {
public:
    explicit Raw(std::string const& url) : connection_{url} {}

    // `{s}` is the schema, if one was named; the first column of the first row, as text.
    std::string operator()(std::string sql);
    // The SQLSTATE that the server refuses it with; empty if it does not. Changes nothing.
    std::string refusal(std::string sql);

    Raw& in(std::string schema) {
        schema_ = std::move(schema);
        return *this;
    }

    pqxx::connection& connection() { return connection_; }

private:
    std::string filled(std::string sql) const;

    pqxx::connection connection_;
    std::string schema_;
};

// The desk over a store that is opened so, with the desk's clock.
std::unique_ptr<tests::Desk> desk_over(PostgresOptions options);

// How many sessions of that database are idle in a transaction.
std::string left_in_transaction(Raw& raw);

// The line that the call failed with, or that it did not.
template <typename Error, typename Call>
std::string failure_of(Call const& call) {
    try {
        call();
    } catch (Error const& error) {
        return error.what();
    }
    return "it did not fail";
}

testing::AssertionResult holds(std::string const& text, std::string_view part);

// Asks until it is true; false if it was not in time.
bool until(std::function<bool()> const& condition, Millis most);

}  // namespace postgres_tests
