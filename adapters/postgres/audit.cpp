// What the audit reads: each account with everything about it, some hundred thousand entries at a
// time, all from one snapshot; and whether the guards still stand. The rows come as they lie in the
// tables, which is several times cheaper than in order, and are put in order here; while one part
// is being looked at the next is read.
#include <algorithm>
#include <future>
#include <limits>

#include <fmt/format.h>

#include "adapters/postgres/orders.h"
#include "adapters/postgres/read.h"
#include "adapters/postgres/rows.h"
#include "adapters/postgres/schema.h"
#include "adapters/postgres/seals.h"

namespace adapters::postgres {

namespace {

constexpr int audited_at_once = 50'000;
constexpr std::int64_t entries_at_once = 200'000;

using Findings = std::vector<ledger::Finding>;

// Accounts above one and up to another, with the rows that are theirs.
struct Chunk {
    std::vector<ledger::Wallet> wallets;
    pqxx::result grants;
    pqxx::result entries;
    pqxx::result jobs;
    pqxx::result sealed;
    pqxx::result orders;
    std::int64_t most = 0;  // the last account of it
    bool more = false;      // there are accounts beyond
};

// Walks rows in the order of their accounts and, within those, of their numbers: the two columns
// that each kind of them begins with.
class Cursor {
public:
    Cursor(pqxx::result const& rows, std::string_view what) : rows_{rows}, what_{what} {
        places_.reserve(rows.size());
        for (pqxx::result::size_type i = 0; i < rows.size(); ++i) {
            Row row{rows[i]};
            auto const account = row.integer();
            places_.push_back({.account = {account}, .number = row.integer(), .row = i});
        }
        std::ranges::sort(places_, [](Place const& a, Place const& b) {
            return std::pair{a.account, a.number} < std::pair{b.account, b.number};
        });
    }

    // Calls `use` for each row of that account. Rows before it belong to no account that there is.
    template <typename Use>
    void of(base::AccountId account, Findings& findings, Use const& use) {
        for (; at_ < places_.size() && places_[at_].account <= account; ++at_) {
            auto const& place = places_[at_];
            if (place.account == account) {
                use(rows_[place.row]);
            } else {
                orphan(place.account, findings);
            }
        }
    }

    void rest(Findings& findings) {
        of({std::numeric_limits<std::int64_t>::max()}, findings, [](pqxx::row const&) {});
    }

private:
    struct Place {
        base::AccountId account;
        std::int64_t number = 0;
        pqxx::result::size_type row = 0;
    };

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
    std::vector<Place> places_;
    std::size_t at_ = 0;
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
    Cursor sealed{chunk.sealed, "seals"};
    Cursor orders{chunk.orders, "orders"};
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
        sealed.of(id, findings, [&](pqxx::row const& row) { page.sealed = read_leaf(row); });
        orders.of(id, findings,
                  [&](pqxx::row const& row) { page.orders.push_back(read_audit_order(row)); });
        page.books.grants = join(wallet, std::move(facts), findings);
        page.books.account = std::move(wallet.account);
        visit(page);
    }
    grants.rest(findings);
    entries.rest(findings);
    jobs.rest(findings);
    sealed.rest(findings);
    orders.rest(findings);
}

void read_rows(Transaction& transaction, std::int64_t above, Chunk& chunk) {
    auto& session = transaction.session();
    auto const of_range = [&](std::string_view columns, std::string_view table) {
        return session.sql(fmt::format("SELECT {} FROM {{s}}.{} WHERE account > ? AND account <= ?",
                                       columns, table),
                           {literal(above), literal(chunk.most)});
    };
    auto results = transaction.run(
        {of_range(fmt::format("account, {}", grant_columns), "grants"),
         of_range(entry_columns, "entries"), of_range(audit_job_columns, "job_now"),
         of_range(audit_order_columns, "orders"), of_range("account, seq, head", "sealed_heads")});
    chunk.grants = std::move(results[0]);
    chunk.entries = std::move(results[1]);
    chunk.jobs = std::move(results[2]);
    chunk.orders = std::move(results[3]);
    chunk.sealed = std::move(results[4]);
}

// As many accounts as have about so many entries together.
Chunk read_chunk(Transaction& transaction, std::int64_t above) {
    auto& session = transaction.session();
    auto const accounts = transaction.run(
        {session.sql(fmt::format("SELECT {} FROM {{s}}.accounts WHERE id > ? ORDER BY id LIMIT ?",
                                 account_columns),
                     {literal(above), literal(audited_at_once)})});
    Chunk chunk;
    std::int64_t entries = 0;
    for (auto const& row : accounts[0]) {
        if (entries >= entries_at_once) {
            chunk.more = true;
            break;
        }
        chunk.wallets.push_back(read_wallet(row));
        entries += chunk.wallets.back().account.entries;
    }
    chunk.more = chunk.more || std::ssize(chunk.wallets) == audited_at_once;
    chunk.most = chunk.more ? chunk.wallets.back().account.id.value
                            : std::numeric_limits<std::int64_t>::max();
    read_rows(transaction, above, chunk);
    return chunk;
}

void audit_all(Transaction& transaction, std::function<void(AuditPage const&)> const& visit,
               Findings& findings) {
    auto const read = [&](std::int64_t above) {
        return std::async(std::launch::async,
                          [&transaction, above] { return read_chunk(transaction, above); });
    };
    auto next = read(std::numeric_limits<std::int64_t>::min() + 1);
    for (bool more = true; more;) {
        auto chunk = next.get();
        more = chunk.more;
        if (more) {
            next = read(chunk.most);
        }
        visit_chunk(chunk, visit, findings);
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
    chunk.most = chunk.wallets[0].account.id.value;
    read_rows(transaction, chunk.most - 1, chunk);
    visit_chunk(chunk, visit, findings);
}

}  // namespace

Findings audit(Session& session, std::optional<std::string> const& user,
               std::function<void(AuditPage const&)> const& visit) {
    Findings findings;
    Patient const patient{session, base::Millis{610'000}};
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
