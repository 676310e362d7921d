// Counted along the partial indexes, so that ended jobs are never walked over.
#include <algorithm>

#include "adapters/sqlite/read.h"

namespace adapters::sqlite {

namespace {

ServiceLoad& load_of(Overview& view, std::string const& service) {
    auto const found = std::ranges::find(view.services, service, &ServiceLoad::service);
    return found != view.services.end()
               ? *found
               : view.services.emplace_back(ServiceLoad{.service = service});
}

// Ids count up as jobs are created, so the lowest one is the oldest.
void read_ready(Database& database, Overview& view) {
    Query query{database,
                "SELECT r.service, r.number, j.created_at FROM (SELECT service, count(*) AS "
                "number, min(id) AS oldest FROM jobs INDEXED BY jobs_ready WHERE state = 0 AND "
                "wait = 0 GROUP BY service) r JOIN jobs j ON j.id = r.oldest"};
    while (query.step()) {
        auto& load = load_of(view, query.text());
        load.ready = query.integer();
        load.oldest_ready = query.time();
    }
}

void read_waiting(Database& database, Overview& view) {
    for (auto const* const sql :
         {"SELECT count(*) FROM jobs INDEXED BY jobs_timed WHERE state = 0 AND wait = 1",
          "SELECT count(*) FROM jobs INDEXED BY jobs_dependent WHERE state = 0 AND wait = 2",
          "SELECT count(*) FROM jobs INDEXED BY jobs_roomless WHERE state = 0 AND wait = 3"}) {
        Query query{database, sql};
        query.step();
        view.waiting += query.integer();
    }
}

OpenCharges& charges_of_age(Overview& view, base::Millis age) {
    auto const end = std::ranges::upper_bound(charge_ages, age);
    return view.charges.at(static_cast<std::size_t>(end - charge_ages.begin()));
}

WorkerSeen& worker_of(Overview& view, std::string const& name) {
    auto const found = std::ranges::find(view.workers, name, &WorkerSeen::name);
    return found != view.workers.end() ? *found
                                       : view.workers.emplace_back(WorkerSeen{.name = name});
}

void read_processing(Database& database, Overview& view) {
    Query query{
        database,
        "SELECT id, service, worker, started_at, charge_open, debited, fate_unknown, provider "
        "FROM jobs INDEXED BY jobs_processing WHERE state = 1 ORDER BY started_at, id"};
    while (query.step()) {
        Sight sight;
        sight.job = {query.integer()};
        sight.service = query.text();
        worker_of(view, query.text()).jobs += 1;
        sight.since = query.maybe_time().value_or(view.now);
        bool const open = query.integer() != 0;
        base::Credits const debited{query.integer()};
        load_of(view, sight.service).processing += 1;
        if (open) {
            auto& charges = charges_of_age(view, view.now - sight.since);
            charges.jobs += 1;
            charges.credits += debited;
        }
        bool const unknown = query.flag();
        jobs::Job runner;
        jobs::read_runner(query.view(), runner);
        if (runner.parked) {
            view.parked += 1;
            if (std::ssize(view.parked_jobs) < most_sights) {
                view.parked_jobs.push_back(sight);
            }
        }
        if (unknown) {
            view.unknown_fates += 1;
            if (std::ssize(view.unknown) < most_sights) {
                view.unknown.push_back(std::move(sight));
            }
        }
    }
}

void read_poison(Database& database, Overview& view) {
    Query query{database,
                "SELECT j.id, j.service, j.finished_at FROM (SELECT id FROM jobs INDEXED BY "
                "jobs_failed WHERE state >= 3 AND state = 3 ORDER BY id DESC LIMIT ?) f JOIN jobs "
                "j ON j.id = f.id WHERE j.poison = 1 ORDER BY j.id DESC LIMIT ?"};
    query.bind(failures_looked_at, most_sights);
    while (query.step()) {
        Sight sight;
        sight.job = {query.integer()};
        sight.service = query.text();
        sight.since = query.maybe_time().value_or(view.now);
        view.poison.push_back(std::move(sight));
    }
}

void read_stopped(Database& database, Overview& view) {
    Query query{database,
                "SELECT a.user, a.frozen, a.standing FROM stopped s JOIN accounts a ON a.id = "
                "s.account ORDER BY s.n DESC LIMIT 1000"};
    while (query.step()) {
        StoppedAccount stopped;
        stopped.user = query.text();
        stopped.frozen = query.flag();
        stopped.standing = ledger::parse_standing(query.view());
        bool const is_stopped = stopped.frozen || ledger::braked(stopped.standing, view.now);
        view.frozen += stopped.frozen ? 1 : 0;
        view.braked += is_stopped && !stopped.frozen ? 1 : 0;
        if (is_stopped && std::ssize(view.stopped) < most_sights) {
            view.stopped.push_back(std::move(stopped));
        }
    }
}

}  // namespace

Overview overview(Database& database, base::Timestamp now) {
    Overview view;
    view.now = now;
    read_ready(database, view);
    read_waiting(database, view);
    read_processing(database, view);
    read_poison(database, view);
    read_stopped(database, view);
    std::ranges::sort(view.services, {}, &ServiceLoad::service);
    return view;
}

}  // namespace adapters::sqlite
