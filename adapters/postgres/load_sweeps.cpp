// Jobs that a sweep looks at: due, freed by their parents, without room, lost, or old enough to be
// pruned. Jobs that another process is at are left to it.
#include <algorithm>

#include <fmt/format.h>

#include "adapters/postgres/load.h"

namespace adapters::postgres {

namespace {

Read adding_jobs(Loading& loading) {
    return [&loading](pqxx::result const& rows) {
        for (auto const& row : rows) {
            add_job(loading, row);
        }
    };
}

std::string free_jobs(std::string_view ids) {
    return fmt::format("SELECT {}, rev FROM {{s}}.load_free_jobs(ARRAY({}))", job_columns, ids);
}

void ask_for_due(Loading& loading, Trip& trip, int limit) {
    trip.ask(free_jobs(fmt::format("SELECT w.job FROM {{s}}.waiting w WHERE w.wait = 1 AND "
                                   "w.run_at <= {} ORDER BY w.run_at LIMIT ?",
                                   now_expression(loading))) +
                 " WHERE state = 0 AND wait = 1",
             {literal(limit)}, adding_jobs(loading));
}

struct Message {
    std::int64_t n = 0;
    base::JobId child;
};

std::vector<Message> take_messages(Loading& loading, int limit) {
    std::vector<Message> messages;
    Trip trip{loading.transaction};
    constexpr int spare = 1'000;  // looked at beyond the limit, as most of them may have to wait on
    trip.ask("SELECT n, child FROM {s}.stirred ORDER BY n LIMIT ? FOR UPDATE SKIP LOCKED",
             {literal(limit + spare)}, [&](pqxx::result const& rows) {
                 for (auto const& source : rows) {
                     Row row{source};
                     auto const n = row.integer();
                     messages.push_back({.n = n, .child = {row.integer()}});
                 }
             });
    trip.go();
    return messages;
}

std::map<base::JobId, jobs::State> states_of(Loading& loading,
                                             std::vector<base::JobId> const& ids) {
    std::map<base::JobId, jobs::State> states;
    Trip trip{loading.transaction};
    trip.ask(
        "SELECT j.id, j.state FROM unnest(?::bigint[]) AS u (id) CROSS JOIN LATERAL ("
        "SELECT id, state FROM {s}.job_now WHERE id = u.id) AS j",
        {literal(ids)}, [&](pqxx::result const& rows) {
            for (auto const& source : rows) {
                Row row{source};
                base::JobId const id{row.integer()};
                states[id] = static_cast<jobs::State>(row.integer());
            }
        });
    trip.go();
    return states;
}

// A child whose parents have not decided is forgotten until the next of them ends: that one's
// transaction writes a message that was not read here.
void look_at_children(Loading& loading, std::vector<Message> const& messages, int limit) {
    std::vector<base::JobId> children;
    for (auto const& message : messages) {
        children.push_back(message.child);
    }
    auto const first = loading.batch.jobs.size();
    Trip trip{loading.transaction};
    trip.ask(free_jobs("SELECT DISTINCT unnest(?::bigint[]) ORDER BY 1"), {literal(children)},
             adding_jobs(loading));
    trip.go();
    std::vector<base::JobId> parents;
    std::set<base::JobId> seen;
    for (auto i = first; i < loading.batch.jobs.size(); ++i) {
        auto const& job = loading.batch.jobs[i].job;
        seen.insert(job.id);
        parents.insert(parents.end(), job.after.begin(), job.after.end());
    }
    auto const states = states_of(loading, parents);
    auto& all = loading.batch.jobs;
    int kept = 0;
    std::set<base::JobId> later;
    auto const undecided = [&](jobs::LoadedJob& loaded) {
        for (auto const parent : loaded.job.after) {
            if (auto const found = states.find(parent); found != states.end()) {
                loaded.parents.push_back(found->second);
            }
        }
        bool const waits =
            loaded.job.state == jobs::State::queued && loaded.job.wait == jobs::Wait::parents;
        bool const ready = waits && jobs::parents_decided(loaded.parents);
        if (ready && kept == limit) {
            later.insert(loaded.job.id);
        }
        bool const keep = ready && kept < limit;
        kept += keep ? 1 : 0;
        if (!keep) {
            loading.loaded.standing.erase(loaded.job.id);
        }
        return !keep;
    };
    auto const begin = all.begin() + static_cast<std::ptrdiff_t>(first);
    all.erase(std::remove_if(begin, all.end(), undecided), all.end());
    for (auto const& message : messages) {
        if (seen.contains(message.child) && !later.contains(message.child)) {
            loading.loaded.stirred.emplace_back(message.n, message.child);
        }
    }
}

// One job of each account that has some, the first by priority and age, from the account where the
// last look stopped, so that the ones that stay full don't hide the others.
void ask_for_roomless(Loading& loading, Trip& trip, int limit) {
    trip.ask(free_jobs("WITH RECURSIVE hop AS ("
                       "(SELECT w.account, w.job FROM {s}.waiting w WHERE w.wait = 3 "
                       "ORDER BY w.account, w.priority DESC, w.job LIMIT 1) UNION ALL "
                       "SELECT x.account, x.job FROM hop h CROSS JOIN LATERAL ("
                       "SELECT w.account, w.job FROM {s}.waiting w WHERE w.wait = 3 AND "
                       "w.account > h.account ORDER BY w.account, w.priority DESC, w.job LIMIT 1) "
                       "AS x) SELECT job FROM hop ORDER BY random() LIMIT ?") +
                 " WHERE state = 0 AND wait = 3",
             {literal(limit)}, adding_jobs(loading));
}

void ask_for_freed(Loading& loading, Trip& trip, jobs::Sweep const& sweep) {
    trip.ask(free_jobs("SELECT w.job FROM {s}.accounts a JOIN {s}.waiting w ON w.account = a.id "
                       "WHERE a.user_id = ? AND w.wait = 3 ORDER BY w.priority DESC, w.job "
                       "LIMIT ?") +
                 " WHERE state = 0 AND wait = 3",
             {literal(sweep.freed), literal(sweep.freed_most)}, adding_jobs(loading));
}

// A replica that was promoted has run for long and has the locks of nobody: from when that is first
// noticed on, the living have the same time to find it as after a start. The first of all timelines
// is no news.
void note_timeline(Loading& loading, Trip& trip) {
    if (loading.transaction.session().timeline().empty()) {
        return;  // this server does not tell
    }
    // Asked anew, since the session of a pooler may be as old as the server before.
    trip.ask(
        "INSERT INTO {s}.marks (name, value) SELECT 'timeline ' || "
        "left(pg_walfile_name(pg_current_wal_lsn()), 8), CASE WHEN EXISTS (SELECT FROM {s}.marks "
        "WHERE name LIKE 'timeline %') THEN {s}.now_ms() ELSE 0 END ON CONFLICT DO NOTHING",
        {}, [](pqxx::result const&) {});
}

// A worker is gone if its session ended and it has not been seen since, while the server had time
// to be found again by the living. Of the jobs of a worker whose lease holds none is lost; for the
// others the lease of the job decides. Only where there is such a worker are running jobs looked
// at.
constexpr std::string_view lost_sql =
    "WITH suspect AS MATERIALIZED (SELECT w.name, w.lease_until, coalesce(w.locked AND "
    "w.seen_at < {{s}}.now_ms() - 3000 AND "
    "(w.seen_at = 0 OR pg_postmaster_start_time() < clock_timestamp() - interval '8 s' "
    "AND NOT EXISTS (SELECT FROM {{s}}.marks m WHERE m.name LIKE 'timeline %' AND "
    "m.value BETWEEN {{s}}.now_ms() - 8000 AND {{s}}.now_ms())) "
    "AND NOT EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted "
    "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND l.classid = (hashtext('{{s}}')::bigint & 4294967295)::oid AND l.objid::bigint = w.id "
    "AND l.objsubid = 2), false) AS gone FROM {{s}}.workers w), "
    "found AS MATERIALIZED (SELECT r.job, s.gone FROM suspect s JOIN {{s}}.running r "
    "ON r.worker = s.name WHERE (s.gone OR s.lease_until <= {0}) AND (s.gone OR "
    "r.lease_until <= {0} OR r.lease_until > {0} + ?) LIMIT ?) "
    "SELECT {1}, j.rev, f.gone FROM {{s}}.load_free_jobs(ARRAY(SELECT job FROM found)) j "
    "JOIN found f ON f.job = j.id WHERE j.state = 1";

void ask_for_lost(Loading& loading, Trip& trip, int limit) {
    trip.ask(fmt::format(lost_sql, now_expression(loading), job_columns),
             {literal(static_cast<std::int64_t>(2 * loading.lease_max.count())), literal(limit)},
             [&loading](pqxx::result const& rows) {
                 for (auto const& row : rows) {
                     bool const gone = Row{row}.skip_to(row.size() - 1).flag();
                     if (auto* const loaded = add_job(loading, row)) {
                         loaded->holder_gone = gone;
                     }
                 }
             });
}

// Workers that left a while ago, and have left nothing behind.
void forget_workers(Trip& trip) {
    trip.ask(
        "DELETE FROM {s}.workers w WHERE w.seen_at < {s}.now_ms() - 60000 AND "
        "w.lease_until < {s}.now_ms() - 60000 AND NOT EXISTS (SELECT FROM {s}.running r "
        "WHERE r.worker = w.name)",
        {}, [](pqxx::result const&) {});
}

// The mark says below which id everything has been pruned, so that years of pruned jobs are not
// looked at again.
void ask_for_prunable(Loading& loading, Trip& trip, jobs::Sweep const& sweep) {
    trip.ask(
        "INSERT INTO {s}.marks AS m SELECT 'pruned_below', coalesce((SELECT j.id FROM "
        "{s}.jobs j WHERE NOT j.pruned AND j.id >= coalesce((SELECT value FROM {s}.marks "
        "WHERE name = 'pruned_below'), 0) ORDER BY j.id LIMIT 1), 0) ON CONFLICT (name) "
        "DO UPDATE SET value = greatest(m.value, excluded.value)",
        {}, [](pqxx::result const&) {});
    trip.ask(free_jobs("SELECT j.id FROM {s}.jobs j WHERE j.id >= (SELECT value FROM {s}.marks "
                       "WHERE name = 'pruned_below') AND j.state >= 2 AND NOT j.pruned AND "
                       "j.finished_at < ? AND NOT (j.has_children AND EXISTS (SELECT FROM "
                       "{s}.edges e JOIN {s}.jobs c ON c.id = e.child WHERE e.parent = j.id AND "
                       "c.state < 2)) ORDER BY j.id LIMIT ?") +
                 " WHERE state >= 2 AND NOT pruned ORDER BY finished_at, id",
             {literal(sweep.prune_before), literal(sweep.prunable)}, adding_jobs(loading));
}

}  // namespace

void ask_for_sweeps(Loading& loading, Trip& trip) {
    auto const& sweep = *loading.load.sweep;
    if (sweep.due > 0) {
        ask_for_due(loading, trip, sweep.due);
    }
    if (sweep.dependent > 0) {
        auto const messages = take_messages(loading, sweep.dependent);
        if (!messages.empty()) {
            look_at_children(loading, messages, sweep.dependent);
        }
    }
    if (sweep.roomless > 0) {
        ask_for_roomless(loading, trip, sweep.roomless);
    }
    if (sweep.freed_most > 0) {
        ask_for_freed(loading, trip, sweep);
    }
    if (sweep.lost > 0) {
        note_timeline(loading, trip);
        ask_for_lost(loading, trip, sweep.lost);
        forget_workers(trip);
    }
    if (sweep.prunable > 0) {
        ask_for_prunable(loading, trip, sweep);
    }
}

}  // namespace adapters::postgres
