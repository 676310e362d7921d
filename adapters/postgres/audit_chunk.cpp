// The rows come as they lie in the tables, which is several times cheaper than in order, and are
// put in order here.
#include "adapters/postgres/audit_chunk.h"

#include <algorithm>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "adapters/postgres/rows.h"

namespace adapters::postgres {

namespace {

using Findings = std::vector<ledger::Finding>;

// Walks rows in the order of their accounts and, within those, of their numbers.
class Cursor {
public:
    using Place = CopiedRows::Place;

    Cursor(CopiedRows const& rows, std::string_view what) : places_{rows.places()}, what_{what} {}

    // The rows of that account. Rows before it belong to no account that there is.
    std::span<Place const> of(base::AccountId account, Findings& findings) {
        for (; at_ < places_.size() && places_[at_].account < account.value; ++at_) {
            orphan({places_[at_].account}, findings);
        }
        auto const from = at_;
        while (at_ < places_.size() && places_[at_].account == account.value) {
            fetch_ahead();
            ++at_;
        }
        return std::span{places_}.subspan(from, at_ - from);
    }

    void rest(Findings& findings) {
        for (; at_ < places_.size(); ++at_) {
            orphan({places_[at_].account}, findings);
        }
    }

private:
    // Rows that follow each other here lie anywhere in memory, and waiting for that would be most
    // of the work.
    void fetch_ahead() {
        constexpr std::size_t ahead = 24;
        constexpr std::size_t line = 64;
        if (at_ + ahead < places_.size()) {
            auto const* const row = places_[at_ + ahead].row;
            __builtin_prefetch(row);
            __builtin_prefetch(row + line);
            __builtin_prefetch(row + 2 * line);
        }
    }

    void orphan(base::AccountId owner, Findings& findings) {
        if (owner != last_orphan_) {
            findings.push_back({.invariant = 1,
                                .what = fmt::format("there are {} of account {}, which is gone",
                                                    what_, owner.value)});
        }
        last_orphan_ = owner;
    }

    std::vector<Place> const& places_;
    std::string_view what_;
    std::size_t at_ = 0;
    base::AccountId last_orphan_;
};

// What is left stands in the account's row, the facts in `grants`: they must speak of the same.
void join(ledger::Wallet const& wallet, std::vector<ledger::Grant>& facts, Findings& findings) {
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
}

// One page for all accounts, so that what it holds need not be made anew for each.
class Pages {
public:
    Pages(Chunk& chunk, Findings& findings)
        : findings_{findings},
          grants_{chunk.grants, "grants"},
          entries_{chunk.entries, "entries"},
          jobs_{chunk.jobs, "jobs"},
          sealed_{chunk.sealed, "seals"},
          orders_{chunk.orders, "orders"},
          terms_{chunk.terms.places()} {}

    AuditPage const& of(ledger::Wallet& wallet) {
        auto const id = wallet.account.id;
        auto& books = page_.books;
        read(entries_.of(id, findings_), books.entries);
        auto const facts = grants_.of(id, findings_);
        books.grants.clear();
        for (auto const& place : facts) {
            books.grants.push_back(grant_in(Columns{place.row}));
        }
        join(wallet, books.grants, findings_);
        page_.sealed.reset();
        for (auto const& place : sealed_.of(id, findings_)) {
            page_.sealed = leaf_in(Columns{place.row});
        }
        page_.orders.clear();
        for (auto const& place : orders_.of(id, findings_)) {
            page_.orders.push_back(order_in(Columns{place.row}));
        }
        books.account = std::move(wallet.account);
        read_jobs(id);
        page_.findings.clear();
        page_.findings.swap(findings_);
        return page_;
    }

    void rest() {
        for (auto* const cursor : {&grants_, &entries_, &jobs_, &sealed_, &orders_}) {
            cursor->rest(findings_);
        }
    }

private:
    template <typename Value>
    static void read(std::span<CopiedRows::Place const> places, std::vector<Value>& values) {
        values.resize(places.size());
        for (std::size_t i = 0; i < places.size(); ++i) {
            read_into(Columns{places[i].row}, values[i]);
        }
    }

    void read_jobs(base::AccountId account) {
        read(jobs_.of(account, findings_), page_.jobs);
        for (auto& job : page_.jobs) {
            job.user = page_.books.account.user;
            if (needs_terms(job)) {
                find_terms(job);
            }
        }
    }

    void find_terms(jobs::Job& job) {
        auto const before = [&](CopiedRows::Place const& place) {
            return std::pair{place.account, place.number} <
                   std::pair{job.account.value, job.id.value};
        };
        while (at_terms_ < terms_.size() && before(terms_[at_terms_])) {
            ++at_terms_;
        }
        if (at_terms_ < terms_.size() && terms_[at_terms_].number == job.id.value) {
            Columns columns{terms_[at_terms_].row};
            columns.integer();
            columns.integer();
            job.terms = known_.of(columns.view());
        }
    }

    Findings& findings_;
    Cursor grants_;
    Cursor entries_;
    Cursor jobs_;
    Cursor sealed_;
    Cursor orders_;
    std::vector<CopiedRows::Place> const& terms_;
    std::size_t at_terms_ = 0;
    TermsCache known_;
    AuditPage page_;
};

CopiedRows terms_of(Session& session, CopiedRows const& rows) {
    std::vector<std::int64_t> ids;
    jobs::Job job;
    for (auto const& place : rows.places()) {
        read_into(Columns{place.row}, job);
        if (needs_terms(job)) {
            ids.push_back(job.id.value);
        }
    }
    if (ids.empty()) {
        return {};
    }
    auto terms =
        copy(session,
             session.sql("SELECT account, id, terms FROM {s}.jobs WHERE id = ANY (?::bigint[])",
                         {literal(ids)}),
             3);
    terms.sort();
    return terms;
}

}  // namespace

CopiedRows rows_of(Session& session, AuditTable const& table, Range range, std::string_view order) {
    auto const query = fmt::format("SELECT {} FROM {{s}}.{} WHERE {} > ? AND {} <= ? {}",
                                   table.columns, table.from, table.account, table.account, order);
    auto rows =
        copy(session, session.sql(query, {literal(range.above), literal(range.most)}), table.count);
    rows.sort();
    return rows;
}

void read_entries(Session& session, Chunk& chunk) {
    chunk.entries = rows_of(session, audited_entries, chunk.range);
}

void read_all_else(Session& session, Chunk& chunk) {
    chunk.jobs = rows_of(session, audited_jobs, chunk.range);
    chunk.terms = terms_of(session, chunk.jobs);
    chunk.grants = rows_of(session, audited_grants, chunk.range);
    chunk.sealed = rows_of(session, audited_leaves, chunk.range);
    chunk.orders = rows_of(session, audited_orders, chunk.range);
}

void visit_chunk(Chunk& chunk, std::function<void(AuditPage const&)> const& visit,
                 Findings& findings) {
    Pages pages{chunk, findings};
    for (auto& wallet : chunk.wallets) {
        visit(pages.of(wallet));
    }
    pages.rest();
}

}  // namespace adapters::postgres
