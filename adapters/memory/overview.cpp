// The same as plainly as can be.
#include "adapters/memory/overview.h"

#include <algorithm>
#include <map>

namespace adapters::memory {

namespace {

using Loads = std::map<std::string, ServiceLoad>;

void look_at_ready(Tables const& tables, Loads& loads) {
    for (auto const& [service, priority, turn, id] : tables.ready) {
        auto& load = loads[service];
        auto const created = tables.jobs.at(id).created_at;
        load.ready += 1;
        load.oldest_ready = std::min(load.oldest_ready.value_or(created), created);
    }
}

void look_at_charge(jobs::Job const& job, base::Millis age, Overview& view) {
    if (!job.bill.open) {
        return;
    }
    auto const end = std::ranges::upper_bound(charge_ages, age);
    auto& charges = view.charges.at(static_cast<std::size_t>(end - charge_ages.begin()));
    charges.jobs += 1;
    charges.credits += job.bill.debited;
}

void look_at_live(Tables const& tables, Loads& loads, Overview& view) {
    std::vector<Sight> unknown;
    for (auto const id : tables.live) {
        auto const& job = tables.jobs.at(id);
        auto const since = job.started_at.value_or(view.now);
        loads[job.service].processing += 1;
        look_at_charge(job, view.now - since, view);
        if (job.fate_unknown) {
            unknown.push_back({.job = id, .service = job.service, .since = since});
        }
        if (job.parked) {
            view.parked_jobs.push_back({.job = id, .service = job.service, .since = since});
        }
    }
    view.unknown_fates = std::ssize(unknown);
    view.parked = std::ssize(view.parked_jobs);
    for (auto* const sights : {&unknown, &view.parked_jobs}) {
        std::ranges::sort(*sights, {},
                          [](Sight const& sight) { return std::pair{sight.since, sight.job}; });
        sights->resize(std::min(sights->size(), std::size_t{most_sights}));
    }
    view.unknown = std::move(unknown);
}

void look_at_failures(Tables const& tables, Overview& view) {
    int failures = 0;
    for (auto at = tables.jobs.rbegin(); at != tables.jobs.rend(); ++at) {
        auto const& job = at->second;
        if (job.state != jobs::State::failed) {
            continue;
        }
        failures += 1;
        if (failures > failures_looked_at || std::ssize(view.poison) == most_sights) {
            return;
        }
        if (job.poison) {
            view.poison.push_back({.job = job.id,
                                   .service = job.service,
                                   .since = job.finished_at.value_or(view.now)});
        }
    }
}

using Notes = std::map<std::string, std::string>;

void look_at_workers(Tables const& tables, std::set<std::string> const& present, Notes const& notes,
                     Overview& view) {
    std::map<std::string, WorkerSeen> workers;
    for (auto const& name : present) {
        workers[name].alive = true;
    }
    for (auto const id : tables.live) {
        workers[tables.jobs.at(id).worker].jobs += 1;
    }
    for (auto& [name, worker] : workers) {
        worker.name = name;
        if (auto const said = notes.find(name); said != notes.end()) {
            worker.note = said->second;
        }
        view.workers.push_back(worker);
    }
}

}  // namespace

Counts counts(Tables const& tables) {
    Counts counts{.ready = std::ssize(tables.ready),
                  .waiting = std::ssize(tables.waiting),
                  .processing = std::ssize(tables.live)};
    for (auto const& key : tables.ready) {
        auto const created = tables.jobs.at(std::get<3>(key)).created_at;
        counts.oldest_ready = std::min(counts.oldest_ready.value_or(created), created);
    }
    return counts;
}

Overview overview(Tables const& tables, std::set<std::string> const& present, Notes const& notes,
                  base::Timestamp now) {
    Overview view;
    view.now = now;
    view.waiting = std::ssize(tables.waiting);
    Loads loads;
    look_at_ready(tables, loads);
    look_at_live(tables, loads, view);
    for (auto& [service, load] : loads) {
        load.service = service;
        view.services.push_back(load);
    }
    look_at_failures(tables, view);
    look_at_workers(tables, present, notes, view);
    for (auto id = tables.stopped.rbegin(); id != tables.stopped.rend(); ++id) {
        auto const& account = tables.accounts.at(*id).account;
        bool const stopped = account.frozen || ledger::braked(account.standing, now);
        view.frozen += account.frozen ? 1 : 0;
        view.braked += stopped && !account.frozen ? 1 : 0;
        if (stopped && std::ssize(view.stopped) < most_sights) {
            view.stopped.push_back(
                {.user = account.user, .frozen = account.frozen, .standing = account.standing});
        }
    }
    return view;
}

}  // namespace adapters::memory
