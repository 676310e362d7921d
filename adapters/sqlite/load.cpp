// Jobs: claimed in the order of the queue, by id, and held by a worker.
#include "adapters/sqlite/load.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "adapters/sqlite/calls.h"
#include "adapters/sqlite/orders.h"
#include "adapters/sqlite/rows.h"
#include "adapters/sqlite/sync.h"

namespace adapters::sqlite {

namespace {

struct Candidate {
    int priority = 0;
    std::int64_t turn = 0;  // from the first of its service and priority
    base::JobId id;
};

bool goes_before(Candidate const& a, Candidate const& b) {
    return std::tuple{-a.priority, a.turn, a.id} < std::tuple{-b.priority, b.turn, b.id};
}

// Within a turn the index goes on by id.
void probe(Loading& loading, jobs::Claim::Room const& room, int limit,
           std::vector<Candidate>& candidates) {
    Query query{loading.database,
                "SELECT priority, turn, id FROM jobs INDEXED BY jobs_ready WHERE state = 0 AND "
                "wait = 0 AND service = ?1 AND NOT EXISTS (SELECT 1 FROM queues q WHERE "
                "q.service = ?1 AND q.mode = 1) ORDER BY priority DESC, turn LIMIT ?2"};
    query.bind(room.service, std::min(room.slots, limit));
    std::map<int, std::int64_t> first_turns;  // by priority
    while (query.step()) {
        Candidate candidate;
        candidate.priority = query.small();
        auto const turn = query.integer();
        candidate.turn = turn - first_turns.try_emplace(candidate.priority, turn).first->second;
        candidate.id = {query.integer()};
        candidates.push_back(candidate);
    }
}

void load_claimed(Loading& loading, jobs::Claim const& claim) {
    std::vector<Candidate> candidates;
    for (jobs::Claim::Room const& room : claim.rooms) {
        if (room.slots > 0 && claim.limit > 0) {
            probe(loading, room, claim.limit, candidates);
        }
    }
    if (claim.rooms.size() > 1) {
        std::ranges::sort(candidates, goes_before);
    }
    auto const most = static_cast<std::size_t>(std::max(claim.limit, 0));
    candidates.resize(std::min(candidates.size(), most));
    for (Candidate const& candidate : candidates) {
        add_job(loading, candidate.id);
    }
}

void load_live(Loading& loading) {
    if (loading.load.live_of.empty()) {
        return;
    }
    std::vector<base::JobId> ids;
    Query query{loading.database,
                "SELECT id FROM jobs INDEXED BY jobs_processing WHERE state = 1 AND worker = ? "
                "ORDER BY id"};
    query.bind(loading.load.live_of);
    while (query.step()) {
        ids.push_back({query.integer()});
    }
    for (base::JobId const id : ids) {
        add_job(loading, id);
    }
}

// Neither jobs nor accounts are ever deleted, so the ids after the highest are free.
template <typename Id>
void load_ids(Database& database, char const* highest_sql, int count, std::vector<Id>& ids) {
    if (count <= 0) {
        return;
    }
    Query query{database, highest_sql};
    query.step();
    auto const highest = query.integer();
    ids.reserve(static_cast<std::size_t>(count));
    for (int i = 1; i <= count; ++i) {
        ids.push_back({highest + i});
    }
}

}  // namespace

jobs::LoadedJob* add_job(Loading& loading, base::JobId id) {
    if (!loading.jobs.insert(id).second) {
        return nullptr;
    }
    static std::string const sql = select(job_columns(), "jobs WHERE id = ?");
    Query query{loading.database, sql.c_str()};
    query.bind(id);
    if (!query.step()) {
        return nullptr;
    }
    return &loading.batch.jobs.emplace_back(jobs::LoadedJob{.job = read_job(query)});
}

void load_jobs(Loading& loading) {
    if (loading.load.claim) {
        load_claimed(loading, *loading.load.claim);
    }
    auto ids = loading.load.jobs;
    std::ranges::sort(ids);
    loading.batch.jobs.reserve(loading.batch.jobs.size() + ids.size());
    for (base::JobId const id : ids) {
        add_job(loading, id);
    }
    load_live(loading);
}

void load_batch(Database& database, jobs::Load const& load, Sweeping const& sweeping,
                jobs::Batch& batch) {
    Loading loading{.database = database, .load = load, .batch = batch};
    load_jobs(loading);
    load_sweeps(loading, sweeping);
    load_synced(loading);
    load_orders(loading);
    load_wallets(loading);
    load_charges(loading);
    load_spending(loading);
    load_keys_and_references(loading);
    load_turns(loading);
    load_draining(loading);
    load_calls(loading);
    load_ids(database, "SELECT coalesce(max(id), 0) FROM jobs", load.new_jobs, batch.job_ids);
    load_ids(database, "SELECT coalesce(max(id), 0) FROM accounts", load.new_accounts,
             batch.account_ids);
}

}  // namespace adapters::sqlite
