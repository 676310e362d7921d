// What the audit reads: each account with everything about it, a few thousand accounts at a time,
// all from one snapshot; and whether the guards still stand.
#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "adapters/postgres/read.h"
#include "adapters/postgres/rows.h"
#include "adapters/postgres/schema.h"

namespace adapters::postgres {

namespace {

constexpr int accounts_at_once = 1'000;

using Findings = std::vector<ledger::Finding>;

// The rows of one chunk, in the order of accounts, each with its account first.
struct Chunk {
    std::vector<ledger::Wallet> wallets;
    pqxx::result grants;
    pqxx::result entries;
    pqxx::result jobs;
};

// Walks rows that are sorted by account, beside the accounts themselves.
class Cursor {
public:
    Cursor(pqxx::result const& rows, std::string_view what) : rows_{rows}, what_{what} {}

    // Calls `use` for each row of that account. Rows before it belong to no account that there is.
    template <typename Use>
    void of(base::AccountId account, Findings& findings, Use const& use) {
        for (; at_ < rows_.size(); ++at_) {
            auto const row = rows_[at_];
            base::AccountId const owner{Row{row}.integer()};
            if (owner > account) {
                return;
            }
            if (owner == account) {
                use(row);
            } else {
                orphan(owner, findings);
            }
        }
    }

    void rest(Findings& findings) {
        of({std::numeric_limits<std::int64_t>::max()}, findings, [](pqxx::row const&) {});
    }

private:
    void orphan(base::AccountId owner, Findings& findings) {
        if (owner != last_orphan_) {
            findings.push_back({.invariant = 1,
                                .what = fmt::format("there are {} of account {}, which is gone",
                                                    what_, owner.value)});
        }
        last_orphan_ = owner;
    }

    pqxx::result const& rows_;
    std::string_view what_;
    pqxx::result::size_type at_ = 0;
    base::AccountId last_orphan_;
};

// What is left stands in the account's row, the facts in `grants`: they must speak of the same.
std::vector<ledger::Grant> join(ledger::Wallet const& wallet, std::vector<ledger::Grant> facts,
                                Findings& findings) {
    for (auto const& open : wallet.grants) {
        auto const fact = std::ranges::find(facts, open.number, &ledger::Grant::number);
        bool const same = fact != facts.end() && fact->kind == open.kind &&
                          fact->amount == open.amount && fact->effective_at == open.effective_at &&
                          fact->expires_at == open.expires_at && fact->service == open.service;
        if (!same) {
            findings.push_back({.invariant = 2,
                                .account = wallet.account.user,
                                .what = fmt::format("grant {} of {} is not the one that came in",
                                                    open.number, wallet.account.user)});
            continue;
        }
        fact->remaining = open.remaining;
    }
    return facts;
}

void visit_chunk(Chunk& chunk, std::function<void(AuditPage const&)> const& visit,
                 Findings& findings) {
    TermsCache terms;
    Cursor grants{chunk.grants, "grants"};
    Cursor entries{chunk.entries, "entries"};
    Cursor jobs{chunk.jobs, "jobs"};
    for (auto& wallet : chunk.wallets) {
        auto const id = wallet.account.id;
        AuditPage page;
        std::vector<ledger::Grant> facts;
        grants.of(id, findings,
                  [&](pqxx::row const& row) { facts.push_back(read_grant_after(row)); });
        entries.of(id, findings,
                   [&](pqxx::row const& row) { page.books.entries.push_back(read_entry(row)); });
        jobs.of(id, findings,
                [&](pqxx::row const& row) { page.jobs.push_back(read_audit_job(row, terms)); });
        page.books.grants = join(wallet, std::move(facts), findings);
        page.books.account = std::move(wallet.account);
        visit(page);
    }
    grants.rest(findings);
    entries.rest(findings);
    jobs.rest(findings);
}

std::vector<std::string> chunk_statements(Session const& session, std::string const& above,
                                          std::string const& most) {
    auto const of_range = [&](std::string_view columns, std::string_view table,
                              std::string_view order) {
        return session.sql(fmt::format("SELECT {} FROM {{s}}.{} WHERE account > ? AND "
                                       "account <= ? ORDER BY {}",
                                       columns, table, order),
                           {above, most});
    };
    return {of_range(fmt::format("account, {}", grant_columns), "grants", "account, number"),
            of_range(entry_columns, "entries", "account, seq"),
            of_range(audit_job_columns, "job_now", "account, id")};
}

void audit_all(Transaction& transaction, std::function<void(AuditPage const&)> const& visit,
               Findings& findings) {
    auto& session = transaction.session();
    std::int64_t above = std::numeric_limits<std::int64_t>::min() + 1;
    bool more = true;
    while (more) {
        Chunk chunk;
        auto const accounts = transaction.run(
            {session.sql(fmt::format("SELECT {} FROM {{s}}.accounts WHERE id > ? ORDER BY id "
                                     "LIMIT ?",
                                     account_columns),
                         {literal(above), literal(accounts_at_once)})});
        for (auto const& row : accounts[0]) {
            chunk.wallets.push_back(read_wallet(row));
        }
        more = std::ssize(chunk.wallets) == accounts_at_once;
        auto const most =
            more ? chunk.wallets.back().account.id.value : std::numeric_limits<std::int64_t>::max();
        auto results = transaction.run(chunk_statements(session, literal(above), literal(most)));
        chunk.grants = std::move(results[0]);
        chunk.entries = std::move(results[1]);
        chunk.jobs = std::move(results[2]);
        visit_chunk(chunk, visit, findings);
        above = most;
    }
}

void audit_one(Transaction& transaction, std::string const& user,
               std::function<void(AuditPage const&)> const& visit, Findings& findings) {
    auto& session = transaction.session();
    auto const accounts = transaction.run({session.sql(
        fmt::format("SELECT {} FROM {{s}}.accounts WHERE user_id = ?", account_columns),
        {literal(user)})});
    if (accounts[0].empty()) {
        return;
    }
    Chunk chunk;
    chunk.wallets.push_back(read_wallet(accounts[0][0]));
    auto const id = chunk.wallets[0].account.id.value;
    auto results = transaction.run(chunk_statements(session, literal(id - 1), literal(id)));
    chunk.grants = std::move(results[0]);
    chunk.entries = std::move(results[1]);
    chunk.jobs = std::move(results[2]);
    visit_chunk(chunk, visit, findings);
}

}  // namespace

Findings audit(Session& session, std::optional<std::string> const& user,
               std::function<void(AuditPage const&)> const& visit) {
    Findings findings;
    Transaction transaction{session, Kind::reading};
    transaction.run({"SET LOCAL work_mem = '64MB'", "SET LOCAL statement_timeout = '10min'",
                     "SET LOCAL idle_in_transaction_session_timeout = '1h'"});
    if (user) {
        audit_one(transaction, *user, visit, findings);
    } else {
        audit_all(transaction, visit, findings);
    }
    auto guards = missing_guards(transaction);
    findings.insert(findings.end(), std::make_move_iterator(guards.begin()),
                    std::make_move_iterator(guards.end()));
    transaction.commit();
    return findings;
}

}  // namespace adapters::postgres
