#include "adapters/postgres/seals.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "adapters/store.h"

namespace adapters::postgres {

namespace {

constexpr std::int64_t accounts_at_once = 50'000;
constexpr std::size_t leaves_at_once = 10'000;
constexpr base::Millis patience{610'000};

std::string bytes(base::Hash const& hash) {
    return fmt::format("'\\x{}'::bytea", base::hex(hash));
}

// Up to the account that has so many before it; beyond the last one to the end, so that what was
// sealed of accounts that are gone is seen.
std::int64_t end_of_chunk(Transaction& transaction, std::int64_t above) {
    auto const results = transaction.run({transaction.session().sql(
        "SELECT id FROM {s}.accounts WHERE id > ? ORDER BY id OFFSET ? LIMIT 1",
        {literal(above), literal(accounts_at_once - 1)})});
    return results[0].empty() ? std::numeric_limits<std::int64_t>::max()
                              : Row{results[0][0]}.integer();
}

void visit_chunk(Transaction& transaction, std::int64_t above, std::int64_t most,
                 Seals::Visit const& visit) {
    auto const results = transaction.run({transaction.session().sql(
        "SELECT coalesce(a.id, h.account) AS account, "
        "greatest(coalesce(a.entries, 0), coalesce(h.seq, 0)), "
        "CASE WHEN a.entries > coalesce(h.seq, 0) THEN a.head ELSE h.head END, "
        "coalesce(a.entries > coalesce(h.seq, 0), false) FROM "
        "(SELECT id, entries, head FROM {s}.accounts WHERE id > ? AND id <= ? AND entries > 0) a "
        "FULL JOIN (SELECT * FROM {s}.sealed_heads WHERE account > ? AND account <= ?) h "
        "ON h.account = a.id ORDER BY 1",
        {literal(above), literal(most), literal(above), literal(most)})});
    for (auto const& row : results[0]) {
        visit(read_leaf(row), Row{row}.skip_to(3).flag());
    }
}

std::string put_leaves(Session& session, std::vector<ledger::Leaf> const& leaves, std::size_t from,
                       std::size_t to) {
    std::string rows;
    for (auto at = from; at < to; ++at) {
        auto const& leaf = leaves[at];
        rows += fmt::format("{}({}, {}, {})", rows.empty() ? "" : ", ", leaf.account.value,
                            leaf.seq, bytes(leaf.head));
    }
    return session.sql("INSERT INTO {s}.sealed_heads (account, seq, head) VALUES ") + rows +
           " ON CONFLICT (account) DO UPDATE SET seq = excluded.seq, head = excluded.head";
}

}  // namespace

std::string_view const all_seals =
    "SELECT number, at, accounts, entries, root, previous, key, signature FROM {s}.seals "
    "ORDER BY number";

ledger::Seal read_seal(pqxx::row const& from) {
    Row row{from};
    ledger::Seal seal;
    seal.number = row.integer();
    seal.at = row.time();
    seal.accounts = row.integer();
    seal.entries = row.integer();
    seal.root = row.hash();
    seal.previous = row.hash();
    seal.key = row.text();
    seal.signature = row.text();
    return seal;
}

ledger::Leaf read_leaf(pqxx::row const& from) {
    Row row{from};
    ledger::Leaf leaf;
    leaf.account = {row.integer()};
    leaf.seq = row.integer();
    leaf.head = row.hash();
    return leaf;
}

std::vector<ledger::Seal> Seals::all() {
    std::vector<ledger::Seal> seals;
    run_([&](Session& session) {
        seals.clear();
        for (auto const& row : session.look(session.sql(all_seals))) {
            seals.push_back(read_seal(row));
        }
    });
    return seals;
}

std::optional<ledger::Seal> Seals::last() {
    std::optional<ledger::Seal> seal;
    run_([&](Session& session) {
        auto const rows = session.look(session.sql(fmt::format("{} DESC LIMIT 1", all_seals)));
        seal = rows.empty() ? std::nullopt : std::optional{read_seal(rows[0])};
    });
    return seal;
}

// Not run again where it fails on the way: the visitor has seen a part of it.
void Seals::leaves(Visit const& visit) {
    bool begun = false;
    run_([&](Session& session) {
        if (begun) {
            throw Unavailable{"the store was lost while the ledger was read; try again"};
        }
        Patient const patient{session, patience};
        Transaction transaction{session, Kind::reading};
        transaction.run({"SET LOCAL statement_timeout = '10min'"});
        begun = true;
        constexpr auto end = std::numeric_limits<std::int64_t>::max();
        for (auto above = std::numeric_limits<std::int64_t>::min(); above < end;) {
            auto const most = end_of_chunk(transaction, above);
            visit_chunk(transaction, above, most, visit);
            above = most;
        }
        transaction.commit();
    });
}

bool Seals::add(ledger::Seal const& seal, std::vector<ledger::Leaf> const& changed) {
    bool added = false;
    run_([&](Session& session) {
        Patient const patient{session, patience};
        Transaction transaction{session, Kind::writing};
        auto const results = transaction.run(
            {"SET LOCAL statement_timeout = '10min'",
             session.sql("INSERT INTO {s}.seals (number, at, accounts, entries, root, previous, "
                         "key, signature) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
                         "ON CONFLICT (number) DO NOTHING RETURNING number",
                         {literal(seal.number), literal(seal.at), literal(seal.accounts),
                          literal(seal.entries), bytes(seal.root), bytes(seal.previous),
                          literal(seal.key), literal(seal.signature)})});
        added = !results[1].empty();
        for (std::size_t at = 0; added && at < changed.size(); at += leaves_at_once) {
            auto const end = std::min(changed.size(), at + leaves_at_once);
            transaction.run({put_leaves(session, changed, at, end)});
        }
        transaction.commit();
    });
    return added;
}

}  // namespace adapters::postgres
