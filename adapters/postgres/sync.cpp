// A source with a cap is locked until the commit, so that what it has added today is counted by one
// transaction at a time; whoever waits for it has locked nothing yet.
#include "adapters/postgres/sync.h"

#include <fmt/format.h>

#include "adapters/postgres/rows.h"
#include "jobs/sync.h"

namespace adapters::postgres {

namespace {

constexpr std::string_view source_columns =
    "source, secret, previous_secret, may_add, may_deduct, daily_cap, created_at, changed_at";

jobs::SyncSource read_source(pqxx::row const& fields) {
    Row row{fields};
    jobs::SyncSource source;
    source.name = row.text();
    source.secret = row.text();
    source.previous_secret = row.text();
    source.may_add = row.flag();
    source.may_deduct = row.flag();
    if (auto const cap = row.nullable_integer()) {
        source.daily_cap = base::Credits{*cap};
    }
    source.created_at = row.time();
    source.changed_at = row.time();
    return source;
}

void read_links(pqxx::result const& rows, std::map<jobs::SyncedUser, std::string>& links) {
    for (auto const& fields : rows) {
        Row row{fields};
        auto source = row.text();
        auto telegram_id = row.text();
        links[{std::move(source), std::move(telegram_id)}] = row.text();
    }
}

void ask_for_sources(Loading& loading, Trip& trip, std::string const& names) {
    trip.ask(
        "SELECT source FROM {s}.sync_sources WHERE source = ANY(?) AND daily_cap IS NOT NULL "
        "ORDER BY source FOR UPDATE",
        {names}, [](pqxx::result const& /*locked*/) {});
    trip.ask(fmt::format("SELECT {} FROM {{s}}.sync_sources WHERE source = ANY(?)", source_columns),
             {names}, [&loading](pqxx::result const& rows) {
                 for (auto const& row : rows) {
                     auto source = read_source(row);
                     auto name = source.name;
                     if (source.daily_cap) {
                         loading.batch.added_today.try_emplace(name);
                     }
                     loading.batch.sources.emplace(std::move(name), std::move(source));
                 }
             });
}

// More than a credit can count is as good as the most.
void ask_for_added(Loading& loading, Trip& trip, std::string const& names) {
    auto const day = fmt::format("({0} - {0} % 86400000)", now_expression(loading));
    trip.ask(
        fmt::format("SELECT s.source, (SELECT least(coalesce(sum(e.amount), 0), {})::bigint FROM "
                    "{{s}}.entries e WHERE e.kind = 7 AND e.amount > 0 AND e.action = s.source AND "
                    "e.recorded_at >= {}) FROM {{s}}.sync_sources s WHERE s.source = ANY(?) AND "
                    "s.daily_cap IS NOT NULL",
                    std::numeric_limits<std::int64_t>::max(), day),
        {names}, [&loading](pqxx::result const& rows) {
            for (auto const& fields : rows) {
                Row row{fields};
                auto name = row.text();
                loading.batch.added_today[std::move(name)] = row.credits();
            }
        });
}

}  // namespace

std::vector<jobs::SyncSource> Sync::sources() {
    std::vector<jobs::SyncSource> all;
    run_([&](Session& session) {
        auto const rows = session.look(session.sql(fmt::format(
            "SELECT {} FROM {{s}}.sync_sources ORDER BY source COLLATE \"C\"", source_columns)));
        all.clear();
        for (auto const& row : rows) {
            all.push_back(read_source(row));
        }
    });
    return all;
}

void Sync::put(jobs::SyncSource const& source) {
    run_([&](Session& session) {
        session.write({session.sql(
            "INSERT INTO {s}.sync_sources AS s (source, secret, previous_secret, may_add, "
            "may_deduct, daily_cap, created_at, changed_at) SELECT ?, ?, ?, ?::boolean, "
            "?::boolean, ?::bigint, t.now, t.now FROM (SELECT ?::bigint AS now) t "
            "ON CONFLICT (source) DO UPDATE SET secret = excluded.secret, "
            "previous_secret = excluded.previous_secret, may_add = excluded.may_add, "
            "may_deduct = excluded.may_deduct, daily_cap = excluded.daily_cap, "
            "changed_at = excluded.changed_at",
            {literal(source.name), literal(source.secret), literal(source.previous_secret),
             source.may_add ? "true" : "false", source.may_deduct ? "true" : "false",
             source.daily_cap ? literal(source.daily_cap->value) : "NULL", now_(session)})});
    });
}

bool Sync::remove(std::string const& source) {
    bool known = false;
    run_([&](Session& session) {
        auto const results = session.write({session.sql(
            "DELETE FROM {s}.sync_sources WHERE source = ? RETURNING source", {literal(source)})});
        known = known || !results[0].empty();
    });
    return known;
}

void Sync::link(jobs::SyncedUser const& who, std::string const& account) {
    auto const text = account.empty()
                          ? "DELETE FROM {s}.sync_links WHERE telegram_id = ? AND source = ?"
                          : "INSERT INTO {s}.sync_links (telegram_id, source, account) VALUES "
                            "(?, ?, ?) ON CONFLICT (telegram_id, source) DO UPDATE SET "
                            "account = excluded.account";
    run_([&](Session& session) {
        auto const id = literal(who.telegram_id);
        auto const source = literal(who.source);
        session.write({account.empty() ? session.sql(text, {id, source})
                                       : session.sql(text, {id, source, literal(account)})});
    });
}

std::map<jobs::SyncedUser, std::string> Sync::links(std::string const& telegram_id) {
    std::map<jobs::SyncedUser, std::string> found;
    run_([&](Session& session) {
        found.clear();
        read_links(session.look(session.sql("SELECT source, telegram_id, account FROM "
                                            "{s}.sync_links WHERE telegram_id = ?",
                                            {literal(telegram_id)})),
                   found);
    });
    return found;
}

void load_synced(Loading& loading) {
    std::vector<std::string> names;
    std::vector<std::string> ids;
    for (auto const& who : loading.load.synced) {
        names.push_back(who.source);
        ids.push_back(who.telegram_id);
    }
    auto const sources = literal(names);
    Trip trip{loading.transaction};
    ask_for_sources(loading, trip, sources);
    ask_for_added(loading, trip, sources);
    trip.ask(
        "SELECT source, telegram_id, account FROM {s}.sync_links WHERE telegram_id = ANY(?) "
        "AND (source = '' OR source = ANY(?))",
        {literal(ids), sources},
        [&loading](pqxx::result const& rows) { read_links(rows, loading.batch.links); });
    trip.go();
}

}  // namespace adapters::postgres
