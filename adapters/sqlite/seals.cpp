#include "adapters/sqlite/seals.h"

namespace adapters::sqlite {

namespace {

constexpr char const* seal_columns =
    "SELECT number, at, accounts, entries, root, previous, key, signature FROM seals ";

ledger::Seal read_seal(Query& row) {
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

ledger::Leaf read_leaf(Query& row) {
    ledger::Leaf leaf;
    leaf.account = {row.integer()};
    leaf.seq = row.integer();
    leaf.head = row.hash();
    return leaf;
}

std::vector<ledger::Seal> all_in(Database& database) {
    std::vector<ledger::Seal> seals;
    Query query{database, std::string{seal_columns} + "ORDER BY number"};
    while (query.step()) {
        seals.push_back(read_seal(query));
    }
    return seals;
}

}  // namespace

std::vector<ledger::Seal> Seals::all() {
    std::vector<ledger::Seal> seals;
    read_([&](Database& database) { seals = all_in(database); });
    return seals;
}

std::optional<ledger::Seal> Seals::last() {
    std::optional<ledger::Seal> seal;
    read_([&](Database& database) {
        Query query{database, std::string{seal_columns} + "ORDER BY number DESC LIMIT 1"};
        seal = query.step() ? std::optional{read_seal(query)} : std::nullopt;
    });
    return seal;
}

void Seals::leaves(Visit const& visit) {
    read_([&](Database& database) {
        Query query{database,
                    "SELECT a.id AS account, a.entries, a.head, 1 FROM accounts a "
                    "LEFT JOIN sealed_heads h ON h.account = a.id "
                    "WHERE a.entries > coalesce(h.seq, 0) "
                    "UNION ALL SELECT h.account, h.seq, h.head, 0 FROM sealed_heads h "
                    "LEFT JOIN accounts a ON a.id = h.account "
                    "WHERE h.seq >= coalesce(a.entries, 0) ORDER BY account"};
        while (query.step()) {
            auto const leaf = read_leaf(query);
            visit(leaf, query.integer() == 1);
        }
    });
}

bool Seals::add(ledger::Seal const& seal, std::vector<ledger::Leaf> const& changed) {
    bool added = false;
    write_([&](Database& database) {
        Query insert{database,
                     "INSERT INTO seals (number, at, accounts, entries, root, previous, key, "
                     "signature) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE "
                     "?1 = 1 + (SELECT coalesce(max(number), 0) FROM seals)"};
        insert
            .bind(seal.number, seal.at, seal.accounts, seal.entries, seal.root, seal.previous,
                  seal.key, seal.signature)
            .run();
        added = database.changes() > 0;
        for (auto const& leaf : changed) {
            if (added) {
                Query put{database,
                          "INSERT INTO sealed_heads (account, seq, head) VALUES (?1, ?2, ?3) "
                          "ON CONFLICT (account) DO UPDATE SET seq = ?2, head = ?3"};
                put.bind(leaf.account, leaf.seq, leaf.head).run();
            }
        }
    });
    return added;
}

std::optional<ledger::Leaf> sealed_leaf(Database& database, base::AccountId account) {
    Query query{database, "SELECT account, seq, head FROM sealed_heads WHERE account = ?"};
    return query.bind(account).step() ? std::optional{read_leaf(query)} : std::nullopt;
}

SealedBooks sealed_books(Database& database) {
    SealedBooks books{.seals = all_in(database), .kept = {}};
    Query query{database, "SELECT account, seq, head FROM sealed_heads ORDER BY account"};
    while (query.step()) {
        books.kept.add(read_leaf(query));
    }
    return books;
}

}  // namespace adapters::sqlite
