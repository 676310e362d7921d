// Migrations are applied in one transaction under the write lock, so that several processes that
// start at once do it once.
#include "adapters/sqlite/schema.h"

#include <map>

#include <fmt/core.h>

#include "adapters/sqlite/migrations.h"
#include "adapters/store.h"

namespace adapters::sqlite {

namespace {

int wanted_version() {
    return static_cast<int>(migrations().size());
}

void refuse_newer(SchemaStatus const& status, Database const& database) {
    if (status.version > status.wanted) {
        throw Unusable{fmt::format(
            "store {}: its schema is version {} and this program knows {}; use a newer tallyman",
            database.path().string(), status.version, status.wanted)};
    }
}

void set_guards(Database& database) {
    for (Guard const& guard : guards()) {
        database.execute(fmt::format("DROP TRIGGER IF EXISTS {}", guard.name).c_str());
        database.execute(guard.sql);
    }
}

}  // namespace

SchemaStatus status_of(Database& database) {
    Query query{database, "PRAGMA user_version"};
    query.step();
    SchemaStatus status{.exists = true, .version = query.small(), .wanted = wanted_version()};
    refuse_newer(status, database);
    for (int version = status.version; version < status.wanted; ++version) {
        status.pending.emplace_back(migrations()[static_cast<std::size_t>(version)].what);
    }
    return status;
}

SchemaStatus bring_up_to_date(Database& database) {
    if (auto status = status_of(database); status.pending.empty()) {
        return status;
    }
    Transaction transaction{database, Transaction::Kind::writing};
    auto status = status_of(database);  // another process may have been quicker
    for (int version = status.version; version < status.wanted; ++version) {
        database.execute(migrations()[static_cast<std::size_t>(version)].sql);
    }
    if (!status.pending.empty()) {
        set_guards(database);
        database.execute(fmt::format("PRAGMA user_version = {}", status.wanted).c_str());
        database.execute(fmt::format("PRAGMA application_id = {}", application_id).c_str());
    }
    transaction.commit();
    return status;
}

std::vector<ledger::Finding> missing_guards(Database& database) {
    std::map<std::string, std::string, std::less<>> present;
    Query query{database, "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"};
    while (query.step()) {
        auto name = query.text();
        present[std::move(name)] = query.text();
    }
    std::vector<ledger::Finding> findings;
    for (Guard const& guard : guards()) {
        auto const found = present.find(guard.name);
        if (found == present.end() || found->second != guard.sql) {
            findings.push_back(
                {.invariant = 10,
                 .what = fmt::format("the guard {} is {}; entries may have been changed",
                                     guard.name, found == present.end() ? "gone" : "altered")});
        }
    }
    return findings;
}

}  // namespace adapters::sqlite
