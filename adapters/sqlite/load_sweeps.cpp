// Jobs that a sweep looks at: due, freed by their parents, without room, lost, or old enough to be
// pruned.
#include <limits>

#include "adapters/sqlite/load.h"

namespace adapters::sqlite {

namespace {

void add_all(Loading& loading, Query& query) {
    std::vector<base::JobId> ids;
    while (query.step()) {
        ids.push_back({query.integer()});
    }
    for (base::JobId const id : ids) {
        add_job(loading, id);
    }
}

void load_due(Loading& loading, int limit) {
    Query query{loading.database,
                "SELECT id FROM jobs INDEXED BY jobs_timed WHERE state = 0 AND wait = 1 AND "
                "run_at <= ? ORDER BY run_at LIMIT ?"};
    query.bind(loading.batch.now, limit);
    add_all(loading, query);
}

std::vector<jobs::State> states_of_parents(Database& database,
                                           std::vector<base::JobId> const& parents) {
    std::vector<jobs::State> states;
    for (base::JobId const parent : parents) {
        Query query{database, "SELECT state FROM jobs WHERE id = ?"};
        query.bind(parent);
        if (query.step()) {
            states.push_back(static_cast<jobs::State>(query.integer()));
        }
    }
    return states;
}

// A child whose parents have not decided is forgotten until the next of them ends.
void calm(Database& database, base::JobId child) {
    Query{database, "DELETE FROM stirred WHERE child = ?"}.bind(child).run();
}

void look_at_child(Loading& loading, base::JobId child) {
    jobs::LoadedJob* const loaded = add_job(loading, child);
    if (loaded == nullptr) {
        return;
    }
    bool const waits =
        loaded->job.state == jobs::State::queued && loaded->job.wait == jobs::Wait::parents;
    if (waits) {
        loaded->parents = states_of_parents(loading.database, loaded->job.after);
    }
    if (!waits || !jobs::parents_decided(loaded->parents)) {
        calm(loading.database, child);
        loading.batch.jobs.pop_back();
        loading.jobs.erase(child);
    }
}

void load_dependent(Loading& loading, int limit) {
    std::vector<base::JobId> children;
    Query query{loading.database, "SELECT child FROM stirred ORDER BY child LIMIT ?"};
    constexpr int spare = 1'000;  // looked at beyond the limit, as most of them may have to wait on
    query.bind(limit > 0 ? static_cast<std::int64_t>(limit) + spare : 0);
    while (query.step()) {
        children.push_back({query.integer()});
    }
    query.reset();
    auto const most = loading.batch.jobs.size() + static_cast<std::size_t>(limit);
    for (base::JobId const child : children) {
        if (loading.batch.jobs.size() >= most) {
            return;
        }
        look_at_child(loading, child);
    }
}

// Accounts are visited in turn from where the last look stopped, so that the ones that stay full
// don't hide the others.
void load_roomless(Loading& loading, int limit, base::AccountId& last) {
    std::vector<base::JobId> ids;
    auto const from = last;
    bool wrapped = false;
    while (static_cast<int>(ids.size()) < limit) {
        Query query{loading.database,
                    "SELECT account, id FROM jobs INDEXED BY jobs_roomless WHERE state = 0 AND "
                    "wait = 3 AND account > ? ORDER BY account, priority DESC LIMIT 1"};
        bool const found = query.bind(last).step();
        if (found) {
            last = {query.integer()};
        }
        if (wrapped && (!found || last > from)) {
            break;
        }
        if (found) {
            ids.push_back({query.integer()});
        } else {
            wrapped = true;
            last = {};
        }
    }
    for (base::JobId const id : ids) {
        add_job(loading, id);
    }
}

struct Lost {
    base::JobId id;
    bool holder_gone = false;
};

void load_lost(Loading& loading, int limit, Sweeping const& sweeping) {
    auto const now = loading.batch.now;
    auto const gone = sweeping.presences.gone();
    std::set<std::string, std::less<>> idle{gone.begin(), gone.end()};  // of those, without jobs
    std::vector<Lost> lost;
    Query query{loading.database,
                "SELECT id, worker, lease_until FROM jobs INDEXED BY jobs_processing "
                "WHERE state = 1"};
    bool all_seen = true;
    while (query.step()) {
        if (static_cast<int>(lost.size()) >= limit) {
            all_seen = false;
            break;
        }
        base::JobId const id{query.integer()};
        auto const worker = query.text();
        auto const lease = query.maybe_time();
        bool const holder_gone = gone.contains(worker);
        idle.erase(worker);
        if (holder_gone || !lease || *lease <= now || *lease > now + 2 * sweeping.lease_max) {
            lost.push_back({.id = id, .holder_gone = holder_gone});
        }
    }
    query.reset();
    for (Lost const& each : lost) {
        if (jobs::LoadedJob* const loaded = add_job(loading, each.id)) {
            loaded->holder_gone = each.holder_gone;
        }
    }
    for (std::string const& worker : idle) {
        if (all_seen) {
            sweeping.presences.forget(worker);
        }
    }
}

void load_prunable(Loading& loading, jobs::Sweep const& sweep) {
    Query query{loading.database,
                "SELECT id FROM jobs INDEXED BY jobs_unpruned WHERE state >= 2 AND pruned = 0 AND "
                "finished_at < ? AND NOT (has_children AND EXISTS (SELECT 1 FROM edges JOIN jobs "
                "AS child ON child.id = edges.child WHERE edges.parent = jobs.id AND "
                "child.state < 2)) ORDER BY finished_at, id LIMIT ?"};
    query.bind(sweep.prune_before, sweep.prunable);
    add_all(loading, query);
}

void load_freed(Loading& loading, jobs::Sweep const& sweep) {
    Query query{loading.database,
                "SELECT j.id FROM accounts a JOIN jobs j INDEXED BY jobs_roomless ON j.account = "
                "a.id WHERE a.user = ? AND j.state = 0 AND j.wait = 3 ORDER BY j.priority DESC, "
                "j.id LIMIT ?"};
    query.bind(sweep.freed, sweep.freed_most);
    add_all(loading, query);
}

}  // namespace

void load_sweeps(Loading& loading, Sweeping const& sweeping) {
    if (!loading.load.sweep) {
        return;
    }
    jobs::Sweep const& sweep = *loading.load.sweep;
    if (sweep.due > 0) {
        load_due(loading, sweep.due);
    }
    if (sweep.dependent > 0) {
        load_dependent(loading, sweep.dependent);
    }
    if (sweep.roomless > 0) {
        load_roomless(loading, sweep.roomless, sweeping.last_roomless);
    }
    if (sweep.freed_most > 0) {
        load_freed(loading, sweep);
    }
    if (sweep.lost > 0) {
        load_lost(loading, sweep.lost, sweeping);
    }
    if (sweep.prunable > 0) {
        load_prunable(loading, sweep);
    }
}

}  // namespace adapters::sqlite
