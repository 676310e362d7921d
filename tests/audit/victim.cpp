#include "tests/audit/victim.h"

#include <utility>

#include <fmt/format.h>

#include "adapters/postgres/rows.h"
#include "adapters/sqlite/database.h"
#include "adapters/sqlite/open.h"
#include "tests/postgres/support.h"
#include "tests/support/temp_dir.h"

namespace audit_tests {

namespace {

class File final : public Victim {
public:
    tests::Desk& desk() override { return desk_; }

    void behind_the_guards(std::vector<std::string> const& statements) override {
        adapters::sqlite::Database tool{{.path = path_}};
        std::vector<std::pair<std::string, std::string>> guards;
        {
            adapters::sqlite::Query query{
                tool, "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"};
            while (query.step()) {
                auto name = query.text();
                guards.emplace_back(std::move(name), query.text());
            }
        }
        tool.execute("BEGIN IMMEDIATE");
        for (auto const& [name, sql] : guards) {
            tool.execute(("DROP TRIGGER " + name).c_str());
        }
        for (auto const& statement : statements) {
            tool.execute(filled(statement).c_str());
        }
        for (auto const& [name, sql] : guards) {
            tool.execute(sql.c_str());
        }
        tool.execute("COMMIT");
    }

    void execute(std::string const& statement) override {
        adapters::sqlite::Database{{.path = path_}}.execute(filled(statement).c_str());
    }

    std::string switch_off_a_guard() override {
        execute("DROP TRIGGER entries_no_update");
        return "entries_no_update";
    }

    std::vector<std::string> what_is_left(ledger::Account const& account,
                                          std::vector<ledger::Grant> const& grants) override {
        std::vector<std::string> statements;
        for (auto const& grant : grants) {
            auto const left = std::to_string(grant.remaining.value);
            statements.push_back("UPDATE grants SET remaining = " + left + ", open = (" + left +
                                 " > 0) WHERE account = " + base::to_text(account.id) +
                                 " AND number = " + std::to_string(grant.number));
        }
        return statements;
    }

    void add(base::AccountId account, ledger::Grant const& grant) override {
        execute(fmt::format("INSERT INTO grants VALUES ({}, {}, {}, {}, 0, 0, {}, NULL, '')",
                            account.value, grant.number, static_cast<int>(grant.kind),
                            grant.amount.value, base::to_ms(grant.effective_at)));
    }

    [[nodiscard]] std::string bytes(base::Hash const& hash) const override {
        return "X'" + base::hex(hash) + "'";
    }

private:
    static std::string filled(std::string const& statement) {
        return postgres_tests::replaced(postgres_tests::replaced(statement, "{s}.", ""), "{user}",
                                        "user");
    }

    support::TempDir folder_;
    std::filesystem::path path_ = folder_ / "store.db";
    tests::Desk desk_{[this](tests::Desk::Clock clock) {
        return adapters::open_sqlite({.path = path_, .clock = std::move(clock)});
    }};
};

class Server final : public Victim {
public:
    Server() { tool_.in(place_.schema); }

    tests::Desk& desk() override { return *desk_; }

    void behind_the_guards(std::vector<std::string> const& statements) override {
        std::string all = "BEGIN; SET LOCAL session_replication_role = replica";
        for (auto const& statement : statements) {
            all += "; " + postgres_tests::replaced(statement, "{user}", "user_id");
        }
        tool_(all + "; COMMIT");
    }

    void execute(std::string const& statement) override {
        tool_(postgres_tests::replaced(statement, "{user}", "user_id"));
    }

    std::string switch_off_a_guard() override {
        execute("ALTER TABLE {s}.entries DISABLE TRIGGER entries_no_update");
        return "entries_no_update";
    }

    std::vector<std::string> what_is_left(ledger::Account const& account,
                                          std::vector<ledger::Grant> const& grants) override {
        return {"UPDATE {s}.accounts SET open = '" + adapters::postgres::to_line(grants) +
                "' WHERE id = " + base::to_text(account.id)};
    }

    void add(base::AccountId account, ledger::Grant const& grant) override {
        execute(fmt::format("INSERT INTO {{s}}.grants VALUES ({}, {}, {}, {}, {}, NULL, '')",
                            account.value, grant.number, static_cast<int>(grant.kind),
                            grant.amount.value, base::to_ms(grant.effective_at)));
    }

    [[nodiscard]] std::string bytes(base::Hash const& hash) const override {
        return "'\\x" + base::hex(hash) + "'::bytea";
    }

private:
    postgres_tests::Place place_ = postgres_tests::fresh_place();
    std::unique_ptr<tests::Desk> desk_ = postgres_tests::desk_over(place_.options());
    postgres_tests::Raw tool_{place_.url};
};

}  // namespace

std::vector<Kind> const& victims() {
    static std::vector<Kind> const kinds{
        {"Sqlite", [] { return std::make_unique<File>(); }},
        {"Postgres", [] { return std::make_unique<Server>(); }},
    };
    return kinds;
}

}  // namespace audit_tests
