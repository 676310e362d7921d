#include "adapters/postgres/read.h"

#include <limits>
#include <set>

#include <fmt/format.h>

#include "adapters/postgres/calls.h"
#include "adapters/postgres/rows.h"

namespace adapters::postgres {

namespace {

std::string select_job(Session const& session, base::JobId id) {
    return session.sql(fmt::format("SELECT {} FROM {{s}}.job_now WHERE id = ?", job_columns),
                       {literal(id)});
}

std::string select_inbox(Session const& session, std::string_view rest,
                         std::initializer_list<std::string> values) {
    return session.sql(
        "SELECT id, user_id, service, input, key, coalesce(run_at, 0), created_at "
        "FROM {s}.inbox " +
            std::string{rest},
        values);
}

InboxRequest read_request(Row& row) {
    InboxRequest request;
    request.id = {row.integer()};
    request.user = row.text();
    request.service = row.text();
    request.input = row.text();
    request.key = row.text();
    request.run_at = row.maybe_time();
    return request;
}

// A request that is not taken up yet is a job all the same: it has been committed.
jobs::Job from_inbox(pqxx::row const& source) {
    Row row{source};
    auto request = read_request(row);
    auto const created = row.time();
    return jobs::Job{.id = request.id,
                     .user = std::move(request.user),
                     .service = std::move(request.service),
                     .created_at = created,
                     .run_at = request.run_at.value_or(created),
                     .input = std::move(request.input),
                     .key = std::move(request.key)};
}

std::optional<jobs::Job> from_inbox(pqxx::result const& rows) {
    return rows.empty() ? std::nullopt : std::optional{from_inbox(rows[0])};
}

std::optional<jobs::Job> job_from(pqxx::result const& jobs, pqxx::result const& inbox) {
    if (jobs.empty()) {
        return from_inbox(inbox);
    }
    TermsCache terms;
    return read_job(jobs[0], terms);
}

// What a worker renews is its own lease, which holds for all its jobs.
void renew(jobs::Job& job, std::optional<base::Timestamp> workers, base::Millis lease_max) {
    bool const absurd = workers && job.lease_until && *job.lease_until > *workers + lease_max;
    if (workers && (absurd || !job.lease_until || *workers > *job.lease_until)) {
        job.lease_until = workers;
    }
}

std::vector<jobs::Event> read_events(pqxx::result const& rows, base::JobId id) {
    std::vector<jobs::Event> events;
    for (auto const& source : rows) {
        Row row{source};
        jobs::Event event{.job = id};
        event.at = row.time();
        event.kind = row.text();
        event.attempt = row.small();
        event.detail = row.text();
        events.push_back(std::move(event));
    }
    return events;
}

std::vector<ledger::Entry> read_entries(pqxx::result const& rows) {
    std::vector<ledger::Entry> entries;
    entries.reserve(rows.size());
    for (auto const& row : rows) {
        entries.push_back(read_entry(row));
    }
    return entries;
}

// The facts of each grant, with what the account's row says is left of it.
std::vector<ledger::Grant> with_remaining(pqxx::result const& facts,
                                          std::vector<ledger::Grant> const& open) {
    std::map<std::int64_t, base::Credits> left;
    for (auto const& grant : open) {
        left[grant.number] = grant.remaining;
    }
    std::vector<ledger::Grant> grants;
    for (auto const& row : facts) {
        auto grant = read_grant(row);
        grant.remaining = left[grant.number];
        grants.push_back(std::move(grant));
    }
    return grants;
}

std::string grants_of(Session const& session, std::string_view which, std::string const& value) {
    return session.sql(fmt::format("SELECT {} FROM {{s}}.grants WHERE account = {} ORDER BY number",
                                   grant_columns, which),
                       {value});
}

}  // namespace

std::optional<jobs::Job> find_job(Session& session, base::JobId id, base::Millis lease_max) {
    auto const select = session.sql(
        fmt::format("SELECT {}, coalesce((SELECT w.lease_until FROM {{s}}.workers w WHERE "
                    "w.name = j.worker AND j.state = 1), 0) FROM {{s}}.job_now j WHERE id = ?",
                    job_columns),
        {literal(id)});
    // Between two looks a request may move from the inbox to the jobs, never back.
    for (int look = 0; look < 2; ++look) {
        if (auto const rows = session.look(select); !rows.empty()) {
            TermsCache terms;
            auto job = read_job(rows[0], terms);
            renew(job, Row{rows[0]}.skip_to(rows[0].size() - 1).maybe_time(), lease_max);
            return job;
        }
        auto waiting =
            from_inbox(session.look(select_inbox(session, "WHERE id = ?", {literal(id)})));
        if (waiting) {
            return waiting;
        }
    }
    return std::nullopt;
}

// The jobs are looked at first and the inbox afterwards; one that moves between the two looks is
// missing, and found the next time.
std::vector<jobs::Job> find_jobs(Session& session, std::vector<base::JobId> const& ids,
                                 base::Millis lease_max) {
    auto const rows = session.look(session.sql(
        fmt::format("SELECT {}, coalesce((SELECT w.lease_until FROM {{s}}.workers w WHERE "
                    "w.name = j.worker AND j.state = 1), 0) FROM (SELECT DISTINCT "
                    "unnest(?::bigint[]) AS wanted) AS asked CROSS JOIN LATERAL (SELECT * FROM "
                    "{{s}}.job_now WHERE id = wanted) AS j",
                    job_columns),
        {literal(ids)}));
    std::vector<jobs::Job> found;
    std::set<base::JobId> missing(ids.begin(), ids.end());
    TermsCache terms;
    for (auto const& row : rows) {
        auto& job = found.emplace_back(read_job(row, terms));
        renew(job, Row{row}.skip_to(row.size() - 1).maybe_time(), lease_max);
        missing.erase(job.id);
    }
    if (missing.empty()) {
        return found;
    }
    std::vector<base::JobId> const left(missing.begin(), missing.end());
    auto const waiting =
        session.look(select_inbox(session, "WHERE id = ANY(?::bigint[])", {literal(left)}));
    for (auto const& row : waiting) {
        found.push_back(from_inbox(row));
    }
    return found;
}

std::optional<JobStory> story_of(Session& session, base::JobId id) {
    constexpr std::string_view account = "(SELECT account FROM {{s}}.jobs WHERE id = ?)";
    auto const results = session.read({
        select_job(session, id),
        select_inbox(session, "WHERE id = ?", {literal(id)}),
        session.sql(fmt::format("SELECT {} FROM {{s}}.entries WHERE job = ? AND job <> 0 "
                                "ORDER BY account, seq",
                                entry_columns),
                    {literal(id)}),
        session.sql("SELECT at, kind, attempt, detail FROM {s}.job_events WHERE job = ? ORDER BY n",
                    {literal(id)}),
        session.sql(fmt::format("SELECT {} FROM {{s}}.accounts WHERE id = {}", account_columns,
                                fmt::format(account)),
                    {literal(id)}),
        grants_of(session, fmt::format(account), literal(id)),
        calls_of(session, id),
    });
    auto job = job_from(results[0], results[1]);
    if (!job) {
        return std::nullopt;
    }
    JobStory story{.job = std::move(*job),
                   .entries = read_entries(results[2]),
                   .events = read_events(results[3], id),
                   .calls = read_calls(results[6], id)};
    std::set<std::int64_t> drawn;
    for (auto const& entry : story.entries) {
        for (auto const& draw : entry.draws) {
            drawn.insert(draw.grant);
        }
    }
    if (!results[4].empty()) {
        story.grants = with_remaining(results[5], read_wallet(results[4][0]).grants);
        std::erase_if(story.grants,
                      [&](ledger::Grant const& grant) { return !drawn.contains(grant.number); });
    }
    return story;
}

std::optional<ledger::Wallet> find_wallet(Session& session, std::string_view user) {
    auto const results = session.read({
        session.sql(fmt::format("SELECT {} FROM {{s}}.accounts WHERE user_id = ?", account_columns),
                    {literal(user)}),
        grants_of(session, "(SELECT id FROM {s}.accounts WHERE user_id = ?)", literal(user)),
    });
    if (results[0].empty()) {
        return std::nullopt;
    }
    auto wallet = read_wallet(results[0][0]);
    wallet.grants = with_remaining(results[1], wallet.grants);
    return wallet;
}

// What is left of grants stands in the account's own row.
std::optional<ledger::Wallet> glance(Session& session, std::string_view user) {
    auto const results = session.read({session.sql(
        fmt::format("SELECT {} FROM {{s}}.accounts WHERE user_id = ?", account_columns),
        {literal(user)})});
    return results[0].empty() ? std::nullopt : std::optional{read_wallet(results[0][0])};
}

std::vector<ledger::Entry> entries_of(Session& session, base::AccountId account,
                                      EntryFilter const& filter) {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    auto const results = session.read({session.sql(
        fmt::format("SELECT {} FROM {{s}}.entries WHERE account = ? AND seq < ? AND "
                    "effective_at >= ? AND effective_at < ? ORDER BY seq DESC LIMIT ?",
                    entry_columns),
        {literal(account), literal(filter.before > 0 ? filter.before : most),
         literal(filter.from ? base::to_ms(*filter.from) : 0),
         literal(filter.to ? base::to_ms(*filter.to) : most), literal(filter.limit)})});
    return read_entries(results[0]);
}

Counts counts(Session& session) {
    auto const results = session.read({session.sql(
        "SELECT (SELECT count(*) FROM {s}.ready), "
        "(SELECT count(*) FROM {s}.waiting) + (SELECT count(*) FROM {s}.inbox), "
        "(SELECT count(*) FROM {s}.running), "
        "coalesce((SELECT j.created_at FROM {s}.jobs j WHERE j.id = (SELECT min(r.job) FROM "
        "{s}.ready r)), 0)")});
    Row row{results[0][0]};
    Counts counts;
    counts.ready = row.integer();
    counts.waiting = row.integer();
    counts.processing = row.integer();
    counts.oldest_ready = row.maybe_time();
    return counts;
}

bool anything_ready(Session& session, std::vector<std::string> const& services) {
    auto const rows =
        session.look(session.sql("SELECT {s}.anything_ready(?)", {literal(services)}));
    return Row{rows[0]}.flag();
}

// Hops from service to service in the index instead of reading all of it.
std::vector<std::string> services_ready(Session& session) {
    auto const rows = session.look(session.sql(
        "WITH RECURSIVE hop AS ((SELECT r.service FROM {s}.ready r ORDER BY r.service LIMIT 1) "
        "UNION ALL SELECT x.service FROM hop h CROSS JOIN LATERAL (SELECT r.service FROM "
        "{s}.ready r WHERE r.service > h.service ORDER BY r.service LIMIT 1) AS x) "
        "SELECT h.service FROM hop h WHERE NOT EXISTS (SELECT FROM {s}.queues q WHERE "
        "q.service = h.service AND q.mode = 1)"));
    std::vector<std::string> services;
    for (auto const& row : rows) {
        services.push_back(Row{row}.text());
    }
    return services;
}

std::vector<base::JobId> stale(Session& session,
                               std::vector<std::pair<base::JobId, int>> const& attempts) {
    std::vector<std::int64_t> ids;
    std::vector<std::int64_t> numbers;
    for (auto const& [id, attempt] : attempts) {
        ids.push_back(id.value);
        numbers.push_back(attempt);
    }
    auto const rows = session.look(session.sql(
        "SELECT u.id FROM unnest(?::bigint[], ?::int[]) AS u (id, attempt) WHERE NOT EXISTS ("
        "SELECT FROM {s}.running r WHERE r.job = u.id AND r.attempt = u.attempt)",
        {literal(ids), literal(numbers)}));
    std::vector<base::JobId> gone;
    for (auto const& row : rows) {
        gone.push_back({Row{row}.integer()});
    }
    return gone;
}

std::vector<Sum> sums_of(Session& session, base::AccountId account, base::Timestamp from,
                         base::Timestamp to) {
    auto const results = session.read({session.sql(
        "SELECT kind, action, count(*), coalesce(sum(amount) FILTER (WHERE amount > 0), 0), "
        "coalesce(-sum(amount) FILTER (WHERE amount < 0), 0) FROM {s}.entries WHERE account = ? "
        "AND effective_at >= ? AND effective_at < ? GROUP BY kind, action "
        "ORDER BY kind, action COLLATE \"C\"",
        {literal(account), literal(from), literal(to)})});
    std::vector<Sum> sums;
    for (auto const& source : results[0]) {
        Row row{source};
        Sum sum;
        sum.kind = static_cast<ledger::Kind>(row.integer());
        sum.action = row.text();
        sum.entries = row.integer();
        sum.in = row.credits();
        sum.out = row.credits();
        sums.push_back(std::move(sum));
    }
    return sums;
}

base::Credits balance_at(Session& session, base::AccountId account, base::Timestamp at) {
    auto const results =
        session.read({session.sql("SELECT coalesce(sum(amount), 0) FROM {s}.entries WHERE "
                                  "account = ? AND effective_at <= ?",
                                  {literal(account), literal(at)})});
    return Row{results[0][0]}.credits();
}

std::vector<InboxRequest> inbox(Session& session, int limit) {
    auto const rows = session.look(select_inbox(session, "ORDER BY id LIMIT ?", {literal(limit)}));
    std::vector<InboxRequest> requests;
    for (auto const& source : rows) {
        Row row{source};
        requests.push_back(read_request(row));
    }
    return requests;
}

}  // namespace adapters::postgres
