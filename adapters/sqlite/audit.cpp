// What the audit reads: each account with everything about it, and whether the guards still stand.
#include <limits>

#include <fmt/core.h>

#include "adapters/sqlite/orders.h"
#include "adapters/sqlite/read.h"
#include "adapters/sqlite/rows.h"
#include "adapters/sqlite/schema.h"
#include "adapters/sqlite/seals.h"

namespace adapters::sqlite {

namespace {

constexpr base::AccountId below_all{std::numeric_limits<std::int64_t>::min()};

std::optional<AuditPage> next_page(Query& accounts) {
    if (!accounts.step()) {
        return std::nullopt;
    }
    AuditPage page;
    page.books.account = read_account(accounts);
    return page;
}

void fill(Database& database, AuditPage& page) {
    static std::string const grants_sql =
        select(grant_columns, "grants WHERE account = ? ORDER BY number");
    static std::string const entries_sql =
        select(entry_columns, "entries WHERE account = ? ORDER BY seq");
    static std::string const jobs_sql =
        select(lean_job_columns(), "jobs INDEXED BY jobs_account WHERE account = ? ORDER BY id");
    auto const account = page.books.account.id;
    Query grants{database, grants_sql.c_str()};
    grants.bind(account);
    while (grants.step()) {
        page.books.grants.push_back(read_grant(grants));
    }
    Query entries{database, entries_sql.c_str()};
    entries.bind(account);
    while (entries.step()) {
        page.books.entries.push_back(read_entry(entries));
    }
    Query jobs{database, jobs_sql.c_str()};
    jobs.bind(account);
    while (jobs.step()) {
        page.jobs.push_back(read_job(jobs));
    }
    page.sealed = sealed_leaf(database, account);
    page.orders = orders_of(database, page.books.account);
}

struct Orphans {
    char const* sql;  // accounts that are named and are not there
    char const* what;
};

// Rows of an account that is not there belong to no page.
void find_orphans(Database& database, std::vector<ledger::Finding>& findings) {
    constexpr Orphans kinds[] = {
        {"SELECT DISTINCT account FROM entries WHERE account NOT IN (SELECT id FROM accounts) "
         "LIMIT 100",
         "entries"},
        {"SELECT DISTINCT account FROM grants WHERE account NOT IN (SELECT id FROM accounts) "
         "LIMIT 100",
         "grants"},
        {"SELECT DISTINCT account FROM jobs WHERE account NOT IN (SELECT id FROM accounts) "
         "LIMIT 100",
         "jobs"},
        {"SELECT account FROM sealed_heads WHERE account NOT IN (SELECT id FROM accounts) "
         "LIMIT 100",
         "seals"},
        {"SELECT DISTINCT account FROM orders WHERE account NOT IN (SELECT id FROM accounts) "
         "LIMIT 100",
         "orders"},
    };
    for (Orphans const& kind : kinds) {
        Query query{database, kind.sql};
        while (query.step()) {
            findings.push_back({.invariant = 1,
                                .what = fmt::format("there are {} of account {}, which is gone",
                                                    kind.what, query.integer())});
        }
    }
}

}  // namespace

std::vector<ledger::Finding> audit(Database& database, AuditScope const& scope,
                                   std::function<void(AuditPage const&)> const& visit) {
    static std::string const all_sql = select(account_columns, "accounts WHERE id > ? ORDER BY id");
    static std::string const one_sql = select(account_columns, "accounts WHERE user = ?");
    if (!scope.user && scope.sealed) {
        scope.sealed(sealed_books(database));
    }
    Query accounts{database, scope.user ? one_sql.c_str() : all_sql.c_str()};
    if (scope.user) {
        accounts.bind(*scope.user);
    } else {
        accounts.bind(scope.after.value_or(below_all));
    }
    while (auto page = next_page(accounts)) {
        fill(database, *page);
        visit(*page);
    }
    auto findings = missing_guards(database);
    if (!scope.user) {
        find_orphans(database, findings);
    }
    return findings;
}

}  // namespace adapters::sqlite
