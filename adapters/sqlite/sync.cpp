#include "adapters/sqlite/sync.h"

#include "jobs/sync.h"

namespace adapters::sqlite {

namespace {

jobs::SyncSource read_source(Query& row) {
    jobs::SyncSource source;
    source.name = row.text();
    source.secret = row.text();
    source.previous_secret = row.text();
    source.may_add = row.integer() != 0;
    source.may_deduct = row.integer() != 0;
    if (auto const cap = row.maybe_integer()) {
        source.daily_cap = base::Credits{*cap};
    }
    source.created_at = row.time();
    source.changed_at = row.time();
    return source;
}

void load_link(Loading& loading, jobs::SyncedUser const& who) {
    Query query{loading.database,
                "SELECT source, account FROM sync_links WHERE telegram_id = ?1 AND "
                "source IN ('', ?2)"};
    query.bind(who.telegram_id, who.source);
    while (query.step()) {
        auto source = query.text();
        loading.batch.links[{std::move(source), who.telegram_id}] = query.text();
    }
}

void load_source(Loading& loading, std::string const& name) {
    Query query{loading.database,
                "SELECT source, secret, previous_secret, may_add, may_deduct, daily_cap, "
                "created_at, changed_at FROM sync_sources WHERE source = ?"};
    query.bind(name);
    if (query.step()) {
        loading.batch.sources.emplace(name, read_source(query));
    }
}

// What the index of synced entries can answer alone.
base::Credits added_since(Database& database, std::string const& source, base::Timestamp since) {
    Query query{database,
                "SELECT coalesce(sum(amount), 0) FROM entries INDEXED BY entries_synced WHERE "
                "kind = 7 AND amount > 0 AND action = ? AND recorded_at >= ?"};
    query.bind(source, since).step();
    return query.credits();
}

}  // namespace

std::vector<jobs::SyncSource> Sync::sources() {
    std::vector<jobs::SyncSource> all;
    read_([&](Database& database) {
        Query query{database,
                    "SELECT source, secret, previous_secret, may_add, may_deduct, daily_cap, "
                    "created_at, changed_at FROM sync_sources ORDER BY source"};
        while (query.step()) {
            all.push_back(read_source(query));
        }
    });
    return all;
}

void Sync::put(jobs::SyncSource const& source) {
    write_([&](Database& database) {
        Query query{database,
                    "INSERT INTO sync_sources (source, secret, previous_secret, may_add, "
                    "may_deduct, daily_cap, created_at, changed_at) "
                    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7) ON CONFLICT (source) DO UPDATE SET "
                    "secret = ?2, previous_secret = ?3, may_add = ?4, may_deduct = ?5, "
                    "daily_cap = ?6, changed_at = ?7"};
        auto const cap = source.daily_cap ? std::optional{source.daily_cap->value} : std::nullopt;
        query
            .bind(source.name, source.secret, source.previous_secret, source.may_add ? 1 : 0,
                  source.may_deduct ? 1 : 0, cap, clock_())
            .run();
    });
}

bool Sync::remove(std::string const& source) {
    bool known = false;
    write_([&](Database& database) {
        Query query{database, "DELETE FROM sync_sources WHERE source = ?"};
        query.bind(source).run();
        known = database.changes() > 0;
    });
    return known;
}

void Sync::link(jobs::SyncedUser const& who, std::string const& account) {
    write_([&](Database& database) {
        Query query{database, "DELETE FROM sync_links WHERE telegram_id = ? AND source = ?"};
        query.bind(who.telegram_id, who.source).run();
        if (!account.empty()) {
            Query insert{database,
                         "INSERT INTO sync_links (telegram_id, source, account) VALUES (?, ?, ?)"};
            insert.bind(who.telegram_id, who.source, account).run();
        }
    });
}

std::map<jobs::SyncedUser, std::string> Sync::links(std::string const& telegram_id) {
    std::map<jobs::SyncedUser, std::string> found;
    read_([&](Database& database) {
        Query query{database, "SELECT source, account FROM sync_links WHERE telegram_id = ?"};
        query.bind(telegram_id);
        while (query.step()) {
            auto source = query.text();
            found[{std::move(source), telegram_id}] = query.text();
        }
    });
    return found;
}

void load_synced(Loading& loading) {
    for (auto const& who : loading.load.synced) {
        load_link(loading, who);
        if (!loading.batch.sources.contains(who.source)) {
            load_source(loading, who.source);
        }
    }
    auto const since = jobs::utc_day(loading.batch.now);
    for (auto const& [name, source] : loading.batch.sources) {
        if (source.daily_cap) {
            loading.batch.added_today[name] = added_since(loading.database, name, since);
        }
    }
}

}  // namespace adapters::sqlite
