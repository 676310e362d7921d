#include "adapters/postgres/schema.h"

#include <algorithm>
#include <chrono>
#include <set>

#include <fmt/format.h>

#include "adapters/postgres/migrations.h"
#include "adapters/postgres/text.h"
#include "adapters/store.h"

namespace adapters::postgres {

namespace {

constexpr int oldest_server = 150'000;

int wanted_version() {
    return static_cast<int>(migrations().size());
}

// The text of a step with what stands in its braces put in: see migrations.h. Only our own text
// goes through here, so every one of them is meant.
std::string filled(Session const& session, std::string text, std::string const& schema) {
    auto const put = [&](std::string_view what, std::string_view with) {
        for (auto at = text.find(what); at != std::string::npos;
             at = text.find(what, at + with.size())) {
            text.replace(at, what.size(), with);
        }
    };
    put("{app_text}", literal(schema + "_app"));
    put("{app}", "\"" + schema + "_app\"");
    put("{by_key}", by_key);
    put("{s}", session.access().schema);
    return text;
}

// The isolation can't be chosen in the middle of a round trip, so that what is usual must be right.
void refuse_wrong_server(Session& session) {
    auto const rows = session.last_of(
        "SELECT current_setting('server_version_num')::int, "
        "current_setting('server_version'), current_setting('default_transaction_isolation')");
    Row row{rows[0]};
    bool const old = row.integer() < oldest_server;
    auto const version = row.text();
    if (old) {
        throw Unusable{fmt::format("store {}: PostgreSQL {} is too old; use 15 or newer",
                                   session.access().where, version)};
    }
    if (auto const isolation = row.text(); isolation != "read committed") {
        throw Unusable{fmt::format(
            "store {}: default_transaction_isolation is '{}'; set it to 'read committed' for this "
            "role and database",
            session.access().where, isolation)};
    }
}

int version_of(Session& session) {
    auto const there = session.last_of(session.sql("SELECT to_regclass(?) IS NOT NULL",
                                                   {literal(session.sql("{s}.schema_steps"))}));
    if (!Row{there[0]}.flag()) {
        return 0;
    }
    auto const rows = session.last_of(session.sql("SELECT count(*) FROM {s}.schema_steps"));
    return Row{rows[0]}.small();
}

void fill_facts(Session& session, PostgresStatus& status) {
    auto const rows = session.last_of(
        "SELECT current_setting('server_version'), pg_is_in_recovery(), "
        "(extract(epoch FROM clock_timestamp()) * 1000)::bigint, "
        "concat_ws(', ', CASE WHEN current_setting('fsync') = 'off' THEN 'fsync is off' END, "
        "CASE WHEN current_setting('full_page_writes') = 'off' THEN 'full_page_writes is off' END, "
        "CASE WHEN current_setting('synchronous_commit') = 'off' "
        "THEN 'synchronous_commit is off' END)");
    auto const here = std::chrono::floor<base::Millis>(std::chrono::system_clock::now());
    Row row{rows[0]};
    status.server = row.text();
    status.standby = row.flag();
    status.clock_ahead = here - row.time();
    status.durability = row.text();
    status.pooled = session.pooled();
}

bool may_change_entries(Session& session) {
    auto const rows =
        session.last_of(session.sql("SELECT has_table_privilege(?, 'UPDATE, DELETE, TRUNCATE')",
                                    {literal(session.sql("{s}.entries"))}));
    return Row{rows[0]}.flag();
}

void apply(Session& session, PostgresOptions const& options, int from) {
    std::vector<std::string> all;
    for (int version = from; version < wanted_version(); ++version) {
        auto const& step = migrations()[static_cast<std::size_t>(version)];
        for (char const* const text : step.sql) {
            all.push_back(filled(session, text, options.schema));
        }
        all.push_back(
            session.sql("INSERT INTO {s}.schema_steps (what) VALUES (?)", {literal(step.what)}));
    }
    std::string joined;
    for (auto const& statement : all) {
        joined += statement + ";\n";
    }
    session.last_of(joined);
}

}  // namespace

PostgresStatus status_of(Session& session, PostgresOptions const& options) {
    refuse_wrong_server(session);
    PostgresStatus status{.version = version_of(session), .wanted = wanted_version()};
    status.exists = status.version > 0;
    if (status.version > status.wanted) {
        throw Unusable{fmt::format(
            "store {}: schema {} is version {} and this program knows {}; use a newer tallyman",
            session.access().where, options.schema, status.version, status.wanted)};
    }
    for (int version = status.version; version < status.wanted; ++version) {
        status.pending.emplace_back(migrations()[static_cast<std::size_t>(version)].what);
    }
    fill_facts(session, status);
    status.may_change_entries = status.exists && may_change_entries(session);
    return status;
}

PostgresStatus bring_up_to_date(Session& session, PostgresOptions const& options) {
    auto status = status_of(session, options);
    if (status.pending.empty()) {
        return status;
    }
    Patient const patient{session,
                          base::Millis{3'600'000}};  // steps are many, and each may be long
    try {
        session.last_of(
            "BEGIN; SET LOCAL lock_timeout = '5s'; SET LOCAL statement_timeout = '10min'; SET "
            "LOCAL "
            "client_min_messages = warning; SELECT pg_advisory_xact_lock(hashtextextended(" +
            literal("tallyman schema " + options.schema) + ", 0))");
        auto const now = version_of(session);  // another process may have been quicker
        if (now < status.wanted) {
            session.last_of(session.sql(
                "CREATE SCHEMA IF NOT EXISTS {s}; CREATE TABLE IF NOT EXISTS {s}.schema_steps ("
                "version int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what text NOT NULL, "
                "at timestamptz NOT NULL DEFAULT now())"));
            apply(session, options, now);
            session.last_of(session.sql("SELECT {s}.make_room()"));
        }
        session.last_of("COMMIT");
    } catch (...) {
        if (!session.broken()) {
            session.last_of("ROLLBACK");
        }
        throw;
    }
    return status;
}

std::vector<ledger::Finding> missing_guards(Transaction& transaction) {
    auto& session = transaction.session();
    auto const results = transaction.run({session.sql(
        "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "JOIN pg_proc p ON p.oid = t.tgfoid WHERE c.relnamespace = ?::regnamespace AND "
        "t.tgenabled IN ('O', 'A') AND p.pronamespace = c.relnamespace AND "
        "p.proname = 'refuse' AND btrim(regexp_replace(p.prosrc, '\\s+', ' ', 'g')) = "
        "'BEGIN RAISE EXCEPTION ''%'', TG_ARGV[0] USING ERRCODE = ''55000''; END' AND "
        // Its kind: 1 for each row, 2 before, 8 delete, 16 update, 32 truncate.
        "t.tgtype = CASE WHEN t.tgname LIKE '%\\_no\\_truncate' THEN 34 "
        "WHEN t.tgname LIKE '%\\_no\\_delete' THEN 11 ELSE 19 END AND t.tgqual IS NULL AND "
        "cardinality(t.tgattr::int2[]) = CASE t.tgname WHEN 'accounts_keep_user' THEN 3 "
        "WHEN 'orders_keep_facts' THEN 7 WHEN 'notices_keep_facts' THEN 17 ELSE 0 END "
        "UNION ALL "
        "SELECT i.inhrelid::regclass::text, '' FROM pg_inherits i "
        "WHERE i.inhparent = ?::regclass",
        {literal(session.access().schema), literal(session.sql("{s}.entries"))})});
    std::set<std::pair<std::string, std::string>> present;
    std::vector<std::string> parts;
    for (auto const& source : results[0]) {
        Row row{source};
        auto table = row.text();
        auto trigger = row.text();
        if (trigger.empty()) {
            parts.push_back(table.substr(table.rfind('.') + 1));
        } else {
            present.emplace(std::move(table), std::move(trigger));
        }
    }
    std::vector<ledger::Finding> findings;
    auto const expect = [&](std::string const& table, std::string_view name) {
        if (!present.contains({table, std::string{name}})) {
            findings.push_back(
                {.invariant = 10,
                 .what = fmt::format("the guard {} of {} is gone or altered; rows may have been "
                                     "changed",
                                     name, table)});
        }
    };
    for (auto const& guard : guards()) {
        expect(std::string{guard.table}, guard.name);
    }
    for (auto const& part : parts) {
        expect(part, "entries_no_update");
        expect(part, "entries_no_delete");
        expect(part, "entries_no_truncate");
    }
    return findings;
}

}  // namespace adapters::postgres
