// A lane is claimed by its row, passed over where somebody else has it; its messages are read after
// that, so that nobody reads them twice.
#include "adapters/postgres/outbox.h"

#include <fmt/format.h>

#include "adapters/postgres/rows.h"

namespace adapters::postgres {

namespace {

constexpr std::string_view message_columns =
    "o.id, o.target, o.url, o.user_id, o.account, o.job, o.kind, o.body, o.state, o.attempts, "
    "o.status, o.error, o.created_at, o.tried_at";

OutboxMessage read_message(Row& row) {
    OutboxMessage message;
    message.id = row.integer();
    message.target = row.text();
    message.url = row.text();
    message.user = row.text();
    message.account = {row.integer()};
    message.job = {row.integer()};
    message.kind = row.text();
    message.body = row.text();
    message.state = static_cast<MessageState>(row.small());
    message.attempts = row.small();
    message.status = row.small();
    message.error = row.text();
    message.created_at = row.time();
    if (auto const tried = row.integer(); tried != 0) {
        message.tried_at = base::from_ms(tried);
    }
    return message;
}

// Of each target at most so many, without reading past those of a target that has more.
std::string claim_sql(Session const& session, LanesWanted const& wanted, std::string const& now) {
    auto const only =
        wanted.only ? session.sql("AND t.target = ANY(?)", {literal(*wanted.only)}) : std::string{};
    return session.sql(
        fmt::format(
            "WITH RECURSIVE t AS ((SELECT target FROM {{s}}.outbox_lanes WHERE target > ? "
            "ORDER BY target LIMIT 1) UNION ALL SELECT (SELECT l.target FROM {{s}}.outbox_lanes l "
            "WHERE l.target > t.target ORDER BY l.target LIMIT 1) FROM t "
            "WHERE t.target IS NOT NULL), due AS (SELECT t.target FROM t WHERE t.target IS NOT "
            "NULL AND t.target <> ALL(?) ? AND EXISTS (SELECT FROM {{s}}.outbox_lanes l WHERE "
            "l.target = t.target AND l.due_at <= {}) ORDER BY t.target LIMIT ?), chosen AS (SELECT "
            "c.target, c.account FROM due CROSS JOIN LATERAL (SELECT l.target, l.account FROM "
            "{{s}}.outbox_lanes l WHERE l.target = due.target AND l.due_at <= {} "
            "ORDER BY l.due_at, l.account LIMIT ? FOR UPDATE SKIP LOCKED) c) "
            "UPDATE {{s}}.outbox_lanes l SET due_at = {} + ?, claim = l.claim + 1 FROM chosen "
            "WHERE l.target = chosen.target AND l.account = chosen.account "
            "RETURNING l.target, l.account, l.claim, l.failing_since",
            now, now, now),
        {literal(wanted.after), literal(wanted.skip), only, literal(wanted.targets),
         literal(wanted.lanes), literal(static_cast<std::int64_t>(wanted.lease.count()))});
}

std::vector<Lane> read_lanes(pqxx::result const& rows) {
    std::map<std::pair<std::string, base::AccountId>, Lane> lanes;
    for (auto const& fields : rows) {
        Row row{fields};
        Lane lane{.target = row.text()};
        lane.account = {row.integer()};
        lane.claim = row.integer();
        if (auto const since = row.nullable_integer()) {
            lane.failing_since = base::from_ms(*since);
        }
        lanes.emplace(std::pair{lane.target, lane.account}, std::move(lane));
    }
    std::vector<Lane> sorted;
    for (auto& [key, lane] : lanes) {
        sorted.push_back(std::move(lane));
    }
    return sorted;
}

void read_messages(Transaction& transaction, int limit, std::vector<Lane>& lanes) {
    std::vector<std::string> targets;
    std::vector<std::int64_t> accounts;
    std::map<std::pair<std::string, base::AccountId>, Lane*> places;
    for (auto& lane : lanes) {
        targets.push_back(lane.target);
        accounts.push_back(lane.account.value);
        places[{lane.target, lane.account}] = &lane;
    }
    auto const results = transaction.run({transaction.session().sql(
        fmt::format("SELECT {} FROM unnest(?::text[], ?::bigint[]) AS u (target, account) CROSS "
                    "JOIN LATERAL (SELECT * FROM {{s}}.outbox m WHERE m.state = 0 AND "
                    "m.target = u.target COLLATE \"C\" AND m.account = u.account ORDER BY m.id "
                    "LIMIT ?) o ORDER BY o.id",
                    message_columns),
        {literal(targets), literal(accounts), literal(limit)})});
    for (auto const& fields : results[0]) {
        Row row{fields};
        auto message = read_message(row);
        auto* const lane = places.at({message.target, message.account});
        lane->messages.push_back(std::move(message));
    }
}

void add_report(Session const& session, LaneReport const& report, std::string const& now,
                std::vector<std::string>& statements) {
    std::vector<std::int64_t> ids;
    std::vector<std::int64_t> states;
    std::vector<std::int64_t> statuses;
    std::vector<std::string> errors;
    for (auto const& tried : report.tried) {
        ids.push_back(tried.id);
        states.push_back(static_cast<std::int64_t>(tried.state));
        statuses.push_back(tried.status);
        errors.push_back(tried.error);
    }
    auto const lane =
        session.sql("target = ? AND account = ? AND claim = ?",
                    {literal(report.target), literal(report.account), literal(report.claim)});
    statements.push_back(session.sql(
        "WITH l AS (SELECT 1 FROM {s}.outbox_lanes WHERE ? FOR UPDATE) UPDATE {s}.outbox o SET "
        "state = u.state, attempts = o.attempts + 1, status = u.status, error = u.error, "
        "tried_at = ? FROM l, unnest(?::bigint[], ?::bigint[], ?::bigint[], ?::text[]) AS "
        "u (id, state, status, error) WHERE o.id = u.id AND o.state = 0",
        {lane, now, literal(ids), literal(states), literal(statuses), literal(errors)}));
    statements.push_back(session.sql(
        "DELETE FROM {s}.outbox_lanes l WHERE ? AND NOT EXISTS (SELECT FROM {s}.outbox o WHERE "
        "o.state = 0 AND o.target = l.target AND o.account = l.account)",
        {lane}));
    statements.push_back(session.sql(
        "UPDATE {s}.outbox_lanes SET due_at = ? + ?, failing_since = CASE WHEN ?::boolean THEN "
        "coalesce(failing_since, ?) END WHERE ?",
        {now, literal(static_cast<std::int64_t>(report.due_in.count())),
         report.failing ? "true" : "false", now, lane}));
}

std::string list_sql(Session const& session, MessageFilter const& filter) {
    auto text = fmt::format("SELECT {} FROM {{s}}.outbox o WHERE true", message_columns);
    std::string sql = session.sql(text);
    if (filter.state) {
        sql += session.sql(" AND o.state = ?", {literal(static_cast<int>(*filter.state))});
    }
    if (!filter.target.empty()) {
        sql += session.sql(" AND o.target = ?", {literal(filter.target)});
    }
    if (!filter.user.empty()) {
        sql += session.sql(" AND o.user_id = ?", {literal(filter.user)});
    }
    if (filter.before) {
        sql += session.sql(" AND o.id < ?", {literal(*filter.before)});
    }
    return sql + session.sql(" ORDER BY o.id DESC LIMIT ?", {literal(filter.limit)});
}

}  // namespace

// Once for a statement, so that an index can be asked for what is due.
std::string Outbox::now_in(Session const& session) const {
    return "(SELECT " + now_(session) + ")";
}

LanesClaimed Outbox::claim(LanesWanted const& wanted) {
    LanesClaimed claimed;
    run_([&](Session& session) {
        claimed = {};
        auto const now = now_in(session);
        auto const seen = session.look(session.sql(fmt::format(
            "SELECT {}, coalesce((SELECT min(due_at) FROM {{s}}.outbox_lanes) <= {}, false)", now,
            now)));
        Row row{seen[0]};
        claimed.now = row.time();
        if (!row.flag()) {
            return;  // as most looks end
        }
        Transaction transaction{session, Kind::writing};
        auto const results = transaction.run({claim_sql(session, wanted, now)});
        claimed.lanes = read_lanes(results[0]);
        if (!claimed.lanes.empty()) {
            read_messages(transaction, wanted.messages, claimed.lanes);
        }
        transaction.commit();
    });
    return claimed;
}

void Outbox::report(std::vector<LaneReport> const& reports) {
    if (reports.empty()) {
        return;
    }
    run_([&](Session& session) {
        std::vector<std::string> statements;
        for (auto const& report : reports) {
            add_report(session, report, now_in(session), statements);
        }
        session.write(statements);
    });
}

std::vector<OutboxMessage> Outbox::list(MessageFilter const& filter) {
    std::vector<OutboxMessage> found;
    run_([&](Session& session) {
        found.clear();
        for (auto const& fields : session.look(list_sql(session, filter))) {
            Row row{fields};
            found.push_back(read_message(row));
        }
    });
    return found;
}

std::optional<OutboxMessage> Outbox::find(std::int64_t id) {
    std::optional<OutboxMessage> found;
    run_([&](Session& session) {
        auto const rows = session.look(session.sql(
            fmt::format("SELECT {} FROM {{s}}.outbox o WHERE o.id = ?", message_columns),
            {literal(id)}));
        if (!rows.empty()) {
            Row row{rows[0]};
            found = read_message(row);
        }
    });
    return found;
}

// The lanes first, as everywhere.
int Outbox::replay(std::vector<std::int64_t> const& ids) {
    int count = 0;
    run_([&](Session& session) {
        auto const now = now_in(session);
        auto const results = session.write(
            {session.sql(
                 fmt::format("INSERT INTO {{s}}.outbox_lanes (target, account, due_at) SELECT "
                             "DISTINCT target, account, {} FROM {{s}}.outbox WHERE id = ANY(?) "
                             "ORDER BY target, account ON CONFLICT (target, account) DO UPDATE "
                             "SET due_at = excluded.due_at, failing_since = NULL",
                             now),
                 {literal(ids)}),
             session.sql("UPDATE {s}.outbox SET state = 0 WHERE id = ANY(?) RETURNING id",
                         {literal(ids)})});
        count = static_cast<int>(results[1].size());
    });
    return count;
}

OutboxFigures Outbox::figures() {
    OutboxFigures figures;
    run_([&](Session& session) {
        auto const count = literal(most_counted);
        auto const rows = session.look(session.sql(
            "SELECT (SELECT count(*) FROM (SELECT FROM {s}.outbox WHERE state = 0 LIMIT ?) p), "
            "(SELECT count(*) FROM (SELECT FROM {s}.outbox WHERE state = 2 LIMIT ?) d), "
            "(SELECT created_at FROM {s}.outbox WHERE state = 0 ORDER BY id LIMIT 1), "
            "(SELECT tried_at FROM {s}.outbox WHERE state = 2 ORDER BY id DESC LIMIT 1)",
            {count, count}));
        Row row{rows[0]};
        figures = {.pending = row.integer()};
        figures.dead = row.integer();
        auto const time = [](std::optional<std::int64_t> ms) {
            return ms ? std::optional{base::from_ms(*ms)} : std::nullopt;
        };
        figures.oldest_pending = time(row.nullable_integer());
        figures.newest_dead = time(row.nullable_integer());
    });
    return figures;
}

int Outbox::prune(base::Timestamp delivered_before, int limit) {
    int count = 0;
    run_([&](Session& session) {
        auto const results = session.write({session.sql(
            "DELETE FROM {s}.outbox WHERE id IN (SELECT id FROM {s}.outbox WHERE state = 1 AND "
            "tried_at < ? ORDER BY tried_at LIMIT ? FOR UPDATE SKIP LOCKED) RETURNING id",
            {literal(delivered_before), literal(limit)})});
        count = static_cast<int>(results[0].size());
    });
    return count;
}

void write_messages(Session const& session, jobs::Batch const& batch, Writes& out) {
    if (batch.warned) {
        auto const& mark = *batch.warned;
        out.statements.push_back(
            session.sql("UPDATE {s}.warnings SET at = ?, account = ? WHERE name = ?",
                        {literal(mark.at), literal(mark.account), literal(mark.name)}));
    }
    if (batch.messages.empty()) {
        return;
    }
    Rows rows;
    for (auto const& message : batch.messages) {
        rows.put(message.target, message.account, message.job, message.url, message.user,
                 message.kind, message.body, message.once);
        rows.end_row();
    }
    auto const all = literal(rows.text());
    auto const now = literal(batch.now);
    out.statements.push_back(session.sql(
        "INSERT INTO {s}.outbox_lanes AS l (target, account, due_at) SELECT DISTINCT m.target, "
        "m.account, ?::bigint FROM unnest(?::{s}.new_message[]) m ORDER BY 1, 2 ON CONFLICT "
        "(target, account) DO UPDATE SET due_at = l.due_at",
        {now, all}));
    out.statements.push_back(session.sql(
        "INSERT INTO {s}.outbox (target, account, job, url, user_id, kind, body, once, created_at) "
        "SELECT m.target, m.account, m.job, m.url, m.user_id, m.kind, m.body, m.once, ?::bigint "
        "FROM unnest(?::{s}.new_message[]) WITH ORDINALITY AS m (target, account, job, url, "
        "user_id, kind, body, once, place) ORDER BY m.place ON CONFLICT (target, once) WHERE "
        "once <> '' DO NOTHING",
        {now, all}));
}

void load_ending(Loading& loading) {
    auto const& ending = *loading.load.ending;
    auto const now = now_expression(loading);
    jobs::Ended ended;
    Trip marks{loading.transaction};
    marks.ask(fmt::format("INSERT INTO {{s}}.warnings (name, at, account) VALUES (?, {}, 0) "
                          "ON CONFLICT (name) DO NOTHING",
                          now),
              {literal(ending.mark)}, [](pqxx::result const& /*none*/) {});
    marks.ask(
        fmt::format("SELECT {}, at, account FROM {{s}}.warnings WHERE name = ? FOR UPDATE", now),
        {literal(ending.mark)}, [&](pqxx::result const& rows) {
            Row row{rows[0]};
            loading.batch.now = row.time();
            ended.before = {.name = ending.mark, .at = loading.batch.now + ending.from};
            auto const at = row.time();
            auto const account = base::AccountId{row.integer()};
            if (at >= ended.before.at) {
                ended.before.at = at;
                ended.before.account = account;
            }
            ended.after = ended.before;
        });
    marks.go();
    auto const until = loading.batch.now + ending.until;
    std::vector<base::AccountId> accounts;
    Trip grants{loading.transaction};
    grants.ask(
        "SELECT DISTINCT expires_at, account FROM {s}.grants WHERE expires_at <= ? AND "
        "(expires_at, account) > (?, ?) ORDER BY expires_at, account LIMIT ?",
        {literal(until), literal(ended.before.at), literal(ended.before.account),
         literal(ending.limit)},
        [&](pqxx::result const& rows) {
            for (auto const& fields : rows) {
                Row row{fields};
                ended.found += 1;
                ended.after.at = row.time();
                ended.after.account = {row.integer()};
                accounts.push_back(ended.after.account);
            }
        });
    grants.go();
    if (ended.found < ending.limit) {
        ended.after = jobs::end_of(ending, loading.batch.now);
    }
    loading.batch.ended = ended;
    Trip wallets{loading.transaction};
    wallets.ask(fmt::format("SELECT {} FROM {{s}}.accounts WHERE id = ANY(?)", account_columns),
                {literal(accounts)}, adding_wallets(loading));
    wallets.go();
}

}  // namespace adapters::postgres
