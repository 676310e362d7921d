// What the audit reads: each account with everything about it, some hundred thousand entries at a
// time, and whether the guards still stand. Two connections that see the same read at once, one the
// entries and the other all else; while one part is being looked at the next is read.
#include <algorithm>
#include <chrono>
#include <future>
#include <iterator>
#include <memory>

#include <fmt/format.h>

#include "adapters/postgres/audit_chunk.h"
#include "adapters/postgres/read.h"
#include "adapters/postgres/schema.h"
#include "adapters/postgres/seals.h"

namespace adapters::postgres {

namespace {

constexpr int accounts_at_once = 50'000;
constexpr std::int64_t entries_at_once = 750'000;
constexpr std::int64_t worth_a_second = 20'000;  // connection: so many entries at a time
constexpr int leaves_at_once = 500'000;
// What is dead to everybody else can't be swept away while a view that sees it is open.
constexpr std::chrono::seconds longest_view{60};
constexpr base::Millis patience{610'000};
constexpr base::Millis patience_for_second{5'000};

// A plan for many rows need not be compiled, nor take more cores than the two that it is read on.
std::vector<std::string> limits() {
    return {"SET LOCAL work_mem = '64MB'", "SET LOCAL statement_timeout = '10min'",
            "SET LOCAL idle_in_transaction_session_timeout = '1h'", "SET LOCAL jit = off",
            "SET LOCAL max_parallel_workers_per_gather = 0"};
}

using Findings = std::vector<ledger::Finding>;
using Visit = std::function<void(AuditPage const&)>;

// A connection beside the pool's that sees what another one sees. There may be none to be had: then
// one reads alone.
class Second {
public:
    Second(Access const& access, std::string const& view) {
        try {
            session_ = std::make_unique<Session>(access);
            session_->wait_up_to(patience_for_second);
            session_->last_of(
                fmt::format("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "
                            "SET TRANSACTION SNAPSHOT '{}'; {}",
                            view, fmt::join(limits(), "; ")));
            session_->wait_up_to(patience);
        } catch (std::exception const&) {
            session_.reset();
        }
    }

    Session* get() { return session_.get(); }

private:
    std::unique_ptr<Session> session_;
};

// One view of the store, read from one account on.
class View {
public:
    View(Session& session, std::int64_t above)
        : session_{session}, transaction_{session, Kind::reading}, above_{above} {
        transaction_.run(limits());
    }

    SealedBooks sealed() {
        SealedBooks books;
        for (auto const& row : session_.last_of(session_.sql(all_seals))) {
            books.seals.push_back(read_seal(row));
        }
        Range range;
        for (bool more = true; more;) {
            auto const leaves = rows_of(session_, audited_leaves, range,
                                        fmt::format("ORDER BY account LIMIT {}", leaves_at_once));
            for (auto const& place : leaves.places()) {
                if (place.account > range.above) {
                    books.kept.add(leaf_in(Columns{place.row}));
                }
                range.above = place.account;
            }
            more = std::ssize(leaves.places()) == leaves_at_once;
        }
        return books;
    }

    // False: the view has become old, and accounts are left.
    bool read(Visit const& visit, Findings& findings) {
        auto const until = std::chrono::steady_clock::now() + longest_view;
        auto const begin = [this] {
            return std::async(std::launch::async, [this] { return read_chunk(); });
        };
        auto next = begin();
        for (bool more = true; more;) {
            auto chunk = next.get();
            bool const last = chunk.range.most == Range{}.most;
            more = !last && std::chrono::steady_clock::now() < until;
            if (more) {
                next = begin();
            }
            visit_chunk(chunk, visit, findings);
        }
        return above_ == Range{}.most;
    }

    [[nodiscard]] std::int64_t above() const { return above_; }  // what was read up to

    void end(Findings& findings) {
        auto guards = missing_guards(transaction_);
        std::ranges::move(guards, std::back_inserter(findings));
        transaction_.commit();
    }

private:
    Chunk read_chunk() {
        Chunk chunk;
        auto const entries = take_accounts(chunk);
        if (!second_ && entries >= worth_a_second) {
            auto const name = session_.last_of("SELECT pg_export_snapshot()");
            second_.emplace(session_.access(), name[0][0].c_str());
        }
        auto* const other = second_ ? second_->get() : nullptr;
        if (other == nullptr) {
            read_entries(session_, chunk);
            read_all_else(session_, chunk);
            return chunk;
        }
        auto rest = std::async(std::launch::async, [&] { read_all_else(*other, chunk); });
        read_entries(session_, chunk);
        rest.get();
        return chunk;
    }

    // As many accounts as have about so many entries together, which is returned; those that were
    // read and are left over are the next ones.
    std::int64_t take_accounts(Chunk& chunk) {
        std::int64_t entries = 0;
        chunk.range = {.above = above_, .most = above_};
        while (entries < entries_at_once && std::ssize(chunk.wallets) < accounts_at_once) {
            if (at_ == accounts_.places().size() && !more_accounts(chunk.range.most)) {
                chunk.range.most = Range{}.most;
                break;
            }
            Columns const row{accounts_.places()[at_++].row};
            auto const& account = chunk.wallets.emplace_back(wallet_in(row)).account;
            chunk.range.most = account.id.value;
            // Somebody may have changed even this number.
            entries += std::clamp<std::int64_t>(account.entries, 0, entries_at_once);
        }
        above_ = chunk.range.most;
        return entries;
    }

    bool more_accounts(std::int64_t above) {
        accounts_ = rows_of(session_, audited_accounts, {.above = above},
                            fmt::format("ORDER BY id LIMIT {}", accounts_at_once));
        at_ = 0;
        return !accounts_.places().empty();
    }

    Session& session_;
    Transaction transaction_;
    std::optional<Second> second_;
    std::int64_t above_;
    CopiedRows accounts_;
    std::size_t at_ = 0;
};

void audit_all(Session& session, AuditScope const& scope, Visit const& visit, Findings& findings) {
    auto above = scope.after ? scope.after->value : Range{}.above;
    for (bool done = false; !done;) {
        View view{session, above};
        if (scope.sealed) {
            scope.sealed(view.sealed());
        }
        done = view.read(visit, findings);
        above = view.above();
        if (done) {
            view.end(findings);
        }
    }
}

void audit_one(Session& session, std::string const& user, Visit const& visit, Findings& findings) {
    Transaction transaction{session, Kind::reading};
    transaction.run(limits());
    auto const found = session.last_of(
        session.sql("SELECT id FROM {s}.accounts WHERE user_id = ?", {literal(user)}));
    if (!found.empty()) {
        auto const id = Row{found[0]}.integer();
        Chunk chunk{.range = {.above = id - 1, .most = id}};
        auto const accounts = rows_of(session, audited_accounts, chunk.range);
        chunk.wallets.push_back(wallet_in(Columns{accounts.places().front().row}));
        read_entries(session, chunk);
        read_all_else(session, chunk);
        visit_chunk(chunk, visit, findings);
    }
    auto guards = missing_guards(transaction);
    std::ranges::move(guards, std::back_inserter(findings));
    transaction.commit();
}

}  // namespace

Findings audit(Session& session, AuditScope const& scope, Visit const& visit) {
    Findings findings;
    Patient const patient{session, patience};
    if (scope.user) {
        audit_one(session, *scope.user, visit, findings);
    } else {
        audit_all(session, scope, visit, findings);
    }
    return findings;
}

}  // namespace adapters::postgres
