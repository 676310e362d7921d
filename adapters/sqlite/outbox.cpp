// A writer is alone here, so that a lane is leased by nobody else once it is found.
#include "adapters/sqlite/outbox.h"

#include <algorithm>

namespace adapters::sqlite {

namespace {

constexpr std::string_view columns =
    "id, target, url, user, account, job, kind, body, state, attempts, status, error, created_at, "
    "tried_at";

OutboxMessage read_message(Query& row) {
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
    message.tried_at = row.maybe_time();
    return message;
}

std::vector<std::string> due_targets(Database& database, LanesWanted const& wanted,
                                     base::Timestamp now) {
    std::vector<std::string> found;
    auto const has = [](std::vector<std::string> const& list, std::string const& target) {
        return std::ranges::find(list, target) != list.end();
    };
    std::string last = wanted.after;
    while (std::ssize(found) < wanted.targets) {
        Query next{database,
                   "SELECT target FROM outbox_lanes WHERE target > ? ORDER BY target LIMIT 1"};
        next.bind(last);
        if (!next.step()) {
            break;
        }
        last = next.text();
        Query due{database, "SELECT 1 FROM outbox_lanes WHERE target = ? AND due_at <= ? LIMIT 1"};
        due.bind(last, now);
        bool const asked = !has(wanted.skip, last) && (!wanted.only || has(*wanted.only, last));
        if (asked && due.step()) {
            found.push_back(last);
        }
    }
    return found;
}

void read_lanes(Database& database, std::string const& target, int limit, LanesClaimed& claimed) {
    Query query{database,
                "SELECT account, claim + 1, failing_since FROM outbox_lanes WHERE target = ? AND "
                "due_at <= ? ORDER BY due_at, account LIMIT ?"};
    query.bind(target, claimed.now, limit);
    while (query.step()) {
        Lane lane{.target = target, .account = {query.integer()}};
        lane.claim = query.integer();
        lane.failing_since = query.maybe_time();
        claimed.lanes.push_back(std::move(lane));
    }
}

void lease(Database& database, Lane& lane, base::Timestamp until, int messages) {
    Query{database,
          "UPDATE outbox_lanes SET due_at = ?, claim = ? WHERE target = ? AND account = ?"}
        .bind(until, lane.claim, lane.target, lane.account)
        .run();
    static std::string const sql =
        "SELECT " + std::string{columns} +
        " FROM outbox WHERE state = 0 AND target = ? AND account = ? ORDER BY id LIMIT ?";
    Query query{database, sql.c_str()};
    query.bind(lane.target, lane.account, messages);
    while (query.step()) {
        lane.messages.push_back(read_message(query));
    }
}

bool is_current(Database& database, LaneReport const& report) {
    Query query{database,
                "SELECT 1 FROM outbox_lanes WHERE target = ? AND account = ? AND claim = ?"};
    query.bind(report.target, report.account, report.claim);
    return query.step();
}

void apply(Database& database, LaneReport const& report, base::Timestamp now) {
    if (!is_current(database, report)) {
        return;
    }
    for (auto const& tried : report.tried) {
        Query{database,
              "UPDATE outbox SET state = ?, attempts = attempts + 1, status = ?, error = ?, "
              "tried_at = ? WHERE id = ? AND state = 0"}
            .bind(static_cast<int>(tried.state), tried.status, tried.error, now, tried.id)
            .run();
    }
    Query gone{database,
               "DELETE FROM outbox_lanes WHERE target = ?1 AND account = ?2 AND NOT EXISTS "
               "(SELECT 1 FROM outbox WHERE state = 0 AND target = ?1 AND account = ?2)"};
    gone.bind(report.target, report.account).run();
    Query{database,
          "UPDATE outbox_lanes SET due_at = ?1, failing_since = CASE WHEN ?2 THEN "
          "coalesce(failing_since, ?3) END WHERE target = ?4 AND account = ?5"}
        .bind(now + report.due_in, report.failing, now, report.target, report.account)
        .run();
}

bool make_pending(Database& database, std::int64_t id, base::Timestamp now) {
    Query{database, "UPDATE outbox SET state = 0 WHERE id = ?"}.bind(id).run();
    if (database.changes() == 0) {
        return false;
    }
    Query{database,
          "INSERT INTO outbox_lanes (target, account, due_at) SELECT target, account, ?1 FROM "
          "outbox WHERE id = ?2 ON CONFLICT (target, account) DO UPDATE SET due_at = ?1, "
          "failing_since = NULL"}
        .bind(now, id)
        .run();
    return true;
}

jobs::WarningMark mark_of(Database& database, jobs::Ending const& ending, base::Timestamp now) {
    jobs::WarningMark mark{.name = ending.mark, .at = now + ending.from};
    Query query{database, "SELECT at, account FROM warnings WHERE name = ? AND at >= ?"};
    query.bind(ending.mark, mark.at);
    if (query.step()) {
        mark.at = query.time();
        mark.account = {query.integer()};
    }
    return mark;
}

}  // namespace

LanesClaimed Outbox::claim(LanesWanted const& wanted) {
    LanesClaimed claimed{.now = clock_()};
    bool found = false;
    read_([&](Database& database) {  // most looks find nothing, and need not lock
        Query query{database, "SELECT 1 FROM outbox_lanes WHERE due_at <= ? LIMIT 1"};
        query.bind(claimed.now);
        found = query.step();
    });
    if (!found) {
        return claimed;
    }
    write_([&](Database& database) {
        claimed = {.now = clock_()};
        for (auto const& target : due_targets(database, wanted, claimed.now)) {
            read_lanes(database, target, wanted.lanes, claimed);
        }
        for (auto& lane : claimed.lanes) {
            lease(database, lane, claimed.now + wanted.lease, wanted.messages);
        }
    });
    return claimed;
}

void Outbox::report(std::vector<LaneReport> const& reports) {
    write_([&](Database& database) {
        auto const now = clock_();
        for (auto const& report : reports) {
            apply(database, report, now);
        }
    });
}

std::vector<OutboxMessage> Outbox::list(MessageFilter const& filter) {
    std::vector<OutboxMessage> found;
    read_([&](Database& database) {
        static std::string const sql =
            "SELECT " + std::string{columns} +
            " FROM outbox WHERE (?1 < 0 OR state = ?1) AND (?2 = '' OR target = ?2) AND "
            "(?3 = '' OR user = ?3) AND (?4 IS NULL OR id < ?4) ORDER BY id DESC LIMIT ?5";
        Query query{database, sql.c_str()};
        query.bind(filter.state ? static_cast<int>(*filter.state) : -1, filter.target, filter.user,
                   filter.before, filter.limit);
        while (query.step()) {
            found.push_back(read_message(query));
        }
    });
    return found;
}

std::optional<OutboxMessage> Outbox::find(std::int64_t id) {
    std::optional<OutboxMessage> found;
    read_([&](Database& database) {
        static std::string const sql =
            "SELECT " + std::string{columns} + " FROM outbox WHERE id = ?";
        Query query{database, sql.c_str()};
        query.bind(id);
        if (query.step()) {
            found = read_message(query);
        }
    });
    return found;
}

int Outbox::replay(std::vector<std::int64_t> const& ids) {
    int count = 0;
    write_([&](Database& database) {
        auto const now = clock_();
        for (auto const id : ids) {
            count += make_pending(database, id, now) ? 1 : 0;
        }
    });
    return count;
}

OutboxFigures Outbox::figures() {
    OutboxFigures figures;
    read_([&](Database& database) {
        Query query{database,
                    "SELECT (SELECT count(*) FROM (SELECT 1 FROM outbox WHERE state = 0 LIMIT ?1)),"
                    " (SELECT count(*) FROM (SELECT 1 FROM outbox WHERE state = 2 LIMIT ?1)),"
                    " (SELECT created_at FROM outbox WHERE state = 0 ORDER BY id LIMIT 1),"
                    " (SELECT max(tried_at) FROM outbox WHERE state = 2)"};
        query.bind(most_counted).step();
        figures.pending = query.integer();
        figures.dead = query.integer();
        figures.oldest_pending = query.maybe_time();
        figures.newest_dead = query.maybe_time();
    });
    return figures;
}

int Outbox::prune(base::Timestamp delivered_before, int limit) {
    int count = 0;
    write_([&](Database& database) {
        Query query{database,
                    "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox INDEXED BY outbox_done "
                    "WHERE state = 1 AND tried_at < ? LIMIT ?)"};
        query.bind(delivered_before, limit).run();
        count = static_cast<int>(database.changes());
    });
    return count;
}

void write_messages(Database& database, jobs::Batch const& batch) {
    for (auto const& message : batch.messages) {
        Query insert{database,
                     "INSERT OR IGNORE INTO outbox (target, url, user, account, job, kind, body, "
                     "once, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"};
        auto const once = message.once.empty() ? std::nullopt : std::optional{message.once};
        insert
            .bind(message.target, message.url, message.user, message.account, message.job,
                  message.kind, message.body, once, batch.now)
            .run();
        Query lane{database,
                   "INSERT OR IGNORE INTO outbox_lanes (target, account, due_at) VALUES "
                   "(?, ?, ?)"};
        lane.bind(message.target, message.account, batch.now).run();
    }
    if (batch.warned) {
        Query{database,
              "INSERT INTO warnings (name, at, account) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO "
              "UPDATE SET at = ?2, account = ?3"}
            .bind(batch.warned->name, batch.warned->at, batch.warned->account)
            .run();
    }
}

void load_ending(Loading& loading, std::function<void(base::AccountId)> const& add_wallet) {
    if (!loading.load.ending) {
        return;
    }
    auto const& ending = *loading.load.ending;
    auto const now = loading.batch.now;
    auto const mark = mark_of(loading.database, ending, now);
    jobs::Ended ended{.before = mark, .after = mark};
    std::vector<base::AccountId> accounts;
    Query query{loading.database,
                "SELECT DISTINCT expires_at, account FROM grants INDEXED BY grants_expiring WHERE "
                "open = 1 AND expires_at IS NOT NULL AND expires_at >= ?1 AND expires_at <= ?2 AND "
                "(expires_at > ?1 OR account > ?3) ORDER BY expires_at, account LIMIT ?4"};
    query.bind(mark.at, now + ending.until, mark.account, ending.limit);
    while (query.step()) {
        ended.found += 1;
        ended.after.at = query.time();
        ended.after.account = {query.integer()};
        accounts.push_back(ended.after.account);
    }
    if (ended.found < ending.limit) {
        ended.after = jobs::end_of(ending, now);
    }
    for (auto const account : accounts) {
        add_wallet(account);
    }
    loading.batch.ended = ended;
}

}  // namespace adapters::sqlite
