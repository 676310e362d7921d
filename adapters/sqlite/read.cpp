// Looking at jobs and money without locking anything.
#include "adapters/sqlite/read.h"

#include <limits>
#include <set>

#include "adapters/sqlite/calls.h"
#include "adapters/sqlite/queues.h"
#include "adapters/sqlite/rows.h"

namespace adapters::sqlite {

namespace {

std::vector<jobs::Event> events_of(Database& database, base::JobId id) {
    std::vector<jobs::Event> events;
    Query query{database,
                "SELECT at, kind, attempt, detail FROM job_events WHERE job = ? ORDER BY id"};
    query.bind(id);
    while (query.step()) {
        jobs::Event event{.job = id};
        event.at = query.time();
        event.kind = query.text();
        event.attempt = query.small();
        event.detail = query.text();
        events.push_back(std::move(event));
    }
    return events;
}

std::vector<ledger::Entry> entries_of_job(Database& database, base::JobId id) {
    static std::string const sql =
        select(entry_columns,
               "entries INDEXED BY entries_job WHERE job <> 0 AND job = ? ORDER BY account, seq");
    std::vector<ledger::Entry> entries;
    Query query{database, sql.c_str()};
    query.bind(id);
    while (query.step()) {
        entries.push_back(read_entry(query));
    }
    return entries;
}

std::vector<ledger::Grant> grants_drawn(Database& database,
                                        std::vector<ledger::Entry> const& entries) {
    std::set<std::pair<base::AccountId, std::int64_t>> numbers;
    for (ledger::Entry const& entry : entries) {
        for (ledger::Draw const& draw : entry.draws) {
            numbers.emplace(entry.account, draw.grant);
        }
    }
    std::vector<ledger::Grant> grants;
    for (auto const& [account, number] : numbers) {
        if (auto grant = find_grant(database, account, number)) {
            grants.push_back(std::move(*grant));
        }
    }
    return grants;
}

std::int64_t count(Database& database, char const* sql) {
    Query query{database, sql};
    query.step();
    return query.integer();
}

}  // namespace

std::optional<base::AccountId> account_of(Database& database, std::string_view user) {
    Query query{database, "SELECT id FROM accounts WHERE user = ?"};
    if (!query.bind(user).step()) {
        return std::nullopt;
    }
    return base::AccountId{query.integer()};
}

std::optional<ledger::Grant> find_grant(Database& database, base::AccountId account,
                                        std::int64_t number) {
    static std::string const sql = select(grant_columns, "grants WHERE account = ? AND number = ?");
    Query query{database, sql.c_str()};
    if (!query.bind(account, number).step()) {
        return std::nullopt;
    }
    return read_grant(query);
}

std::optional<jobs::Job> find_job(Database& database, base::JobId id) {
    static std::string const sql = select(job_columns(), "jobs WHERE id = ?");
    Query query{database, sql.c_str()};
    if (!query.bind(id).step()) {
        return std::nullopt;
    }
    return read_job(query);
}

std::vector<jobs::Job> find_jobs(Database& database, std::vector<base::JobId> const& ids) {
    static std::string const sql =
        select(job_columns(), "jobs WHERE id IN (SELECT value FROM json_each(?))");
    Query query{database, sql.c_str()};
    auto const list = "[" + jobs::to_line(ids) + "]";
    query.bind(list);
    std::vector<jobs::Job> found;
    while (query.step()) {
        found.push_back(read_job(query));
    }
    return found;
}

std::optional<JobStory> story_of(Database& database, base::JobId id) {
    auto job = find_job(database, id);
    if (!job) {
        return std::nullopt;
    }
    JobStory story{.job = std::move(*job), .entries = entries_of_job(database, id)};
    story.grants = grants_drawn(database, story.entries);
    story.events = events_of(database, id);
    story.calls = calls_of(database, id);
    return story;
}

namespace {

std::optional<ledger::Wallet> wallet_with(Database& database, std::string_view user,
                                          std::string const& grants_sql) {
    static std::string const account_sql = select(account_columns, "accounts WHERE user = ?");
    Query account{database, account_sql.c_str()};
    if (!account.bind(user).step()) {
        return std::nullopt;
    }
    ledger::Wallet wallet{.account = read_account(account)};
    Query grants{database, grants_sql.c_str()};
    grants.bind(wallet.account.id);
    while (grants.step()) {
        wallet.grants.push_back(read_grant(grants));
    }
    return wallet;
}

}  // namespace

std::optional<ledger::Wallet> find_wallet(Database& database, std::string_view user) {
    static std::string const grants_sql =
        select(grant_columns, "grants WHERE account = ? ORDER BY number");
    return wallet_with(database, user, grants_sql);
}

std::optional<ledger::Wallet> glance(Database& database, std::string_view user) {
    static std::string const grants_sql =
        select(grant_columns, "grants WHERE account = ? AND open ORDER BY number");
    return wallet_with(database, user, grants_sql);
}

std::vector<ledger::Entry> entries_of(Database& database, base::AccountId account,
                                      EntryFilter const& filter) {
    static std::string const sql =
        select(entry_columns,
               "entries WHERE account = ? AND seq < ? AND effective_at >= ? AND effective_at < ? "
               "ORDER BY seq DESC LIMIT ?");
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    Query query{database, sql.c_str()};
    query.bind(account, filter.before > 0 ? filter.before : most,
               filter.from ? base::to_ms(*filter.from) : -most,
               filter.to ? base::to_ms(*filter.to) : most, filter.limit);
    std::vector<ledger::Entry> entries;
    while (query.step()) {
        entries.push_back(read_entry(query));
    }
    return entries;
}

Counts counts(Database& database) {
    Counts counts;
    Query ready{database,
                "SELECT count(*), min(id) FROM jobs INDEXED BY jobs_ready WHERE state = 0 AND "
                "wait = 0"};
    ready.step();
    counts.ready = ready.integer();
    // Ids count up as jobs are created, so the lowest one is the oldest.
    base::JobId const oldest{ready.integer()};
    if (oldest) {
        Query created{database, "SELECT created_at FROM jobs WHERE id = ?"};
        created.bind(oldest).step();
        counts.oldest_ready = created.time();
    }
    counts.waiting =
        count(database,
              "SELECT count(*) FROM jobs INDEXED BY jobs_timed WHERE state = 0 AND wait = 1") +
        count(database,
              "SELECT count(*) FROM jobs INDEXED BY jobs_dependent WHERE state = 0 AND wait = 2") +
        count(database,
              "SELECT count(*) FROM jobs INDEXED BY jobs_roomless WHERE state = 0 AND wait = 3");
    counts.processing =
        count(database, "SELECT count(*) FROM jobs INDEXED BY jobs_processing WHERE state = 1");
    return counts;
}

bool anything_ready(Database& database, std::vector<std::string> const& services) {
    for (std::string const& service : services) {
        Query query{database,
                    "SELECT 1 FROM jobs INDEXED BY jobs_ready WHERE state = 0 AND wait = 0 AND "
                    "service = ?1 AND NOT EXISTS (SELECT 1 FROM queues q WHERE q.service = ?1 AND "
                    "q.mode = 1) LIMIT 1"};
        if (query.bind(service).step()) {
            return true;
        }
    }
    return false;
}

// Hops from service to service in the index instead of reading all of it.
std::vector<std::string> services_ready(Database& database) {
    Query query{database,
                "SELECT service FROM jobs INDEXED BY jobs_ready WHERE state = 0 AND wait = 0 AND "
                "service > ? ORDER BY service LIMIT 1"};
    std::vector<std::string> services;
    std::string last;
    while (query.bind(last).step()) {
        last = query.text();
        services.push_back(last);
        query.reset();
    }
    auto const modes = queue_modes(database);
    std::erase_if(services, [&](std::string const& service) {
        auto const found = modes.find(service);
        return found != modes.end() && found->second == QueueMode::paused;
    });
    return services;
}

std::vector<base::JobId> stale(Database& database,
                               std::vector<std::pair<base::JobId, int>> const& attempts) {
    std::vector<base::JobId> ids;
    Query query{database, "SELECT 1 FROM jobs WHERE id = ? AND state = 1 AND attempt = ?"};
    for (auto const& [id, attempt] : attempts) {
        if (!query.bind(id, attempt).step()) {
            ids.push_back(id);
        }
        query.reset();
    }
    return ids;
}

std::vector<Sum> sums_of(Database& database, base::AccountId account, base::Timestamp from,
                         base::Timestamp to) {
    Query query{database,
                "SELECT kind, action, count(*), coalesce(sum(amount) FILTER (WHERE amount > 0), "
                "0), coalesce(-sum(amount) FILTER (WHERE amount < 0), 0) FROM entries WHERE "
                "account = ? AND effective_at >= ? AND effective_at < ? GROUP BY kind, action "
                "ORDER BY kind, action"};
    query.bind(account, from, to);
    std::vector<Sum> sums;
    while (query.step()) {
        Sum sum;
        sum.kind = static_cast<ledger::Kind>(query.integer());
        sum.action = query.text();
        sum.entries = query.integer();
        sum.in = query.credits();
        sum.out = query.credits();
        sums.push_back(std::move(sum));
    }
    return sums;
}

base::Credits balance_at(Database& database, base::AccountId account, base::Timestamp at) {
    Query query{database,
                "SELECT coalesce(sum(amount), 0) FROM entries WHERE account = ? AND "
                "effective_at <= ?"};
    query.bind(account, at).step();
    return query.credits();
}

}  // namespace adapters::sqlite
