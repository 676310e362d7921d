// Several looks from one consistent view. What may be long is counted in the narrow tables only;
// the wide rows are looked up for what is shown.
#include <algorithm>

#include <fmt/format.h>

#include "adapters/postgres/read.h"
#include "adapters/postgres/rows.h"
#include "adapters/postgres/text.h"

namespace adapters::postgres {

namespace {

// A worker says once a second that it is there.
constexpr std::int64_t silent_for = 5'000;

constexpr char const* totals =
    "SELECT ?, (SELECT count(*) FROM {s}.waiting), (SELECT count(*) FROM {s}.inbox), "
    "coalesce((SELECT min(created_at) FROM {s}.inbox), 0), "
    "(SELECT count(*) FROM {s}.running WHERE fate_unknown), "
    "(SELECT count(*) FROM {s}.running WHERE split_part(provider, '|', 2) LIKE 'p%')";

// A lateral look with a limit is by the primary key, whatever the planner thinks of the sizes.
//
// Ids count up as jobs are created, so the lowest one is the oldest.
constexpr char const* ready =
    "SELECT r.service, r.number, coalesce(j.created_at, 0) FROM (SELECT service, count(*) AS "
    "number, min(job) AS oldest FROM {s}.ready GROUP BY service) r LEFT JOIN LATERAL "
    "(SELECT created_at FROM {s}.jobs WHERE id = r.oldest LIMIT 1) j ON true";

constexpr char const* running =
    "SELECT j.service, count(*) FROM {s}.running r CROSS JOIN LATERAL "
    "(SELECT service FROM {s}.jobs WHERE id = r.job LIMIT 1) j GROUP BY j.service";

constexpr char const* unknown =
    "SELECT r.job, j.service, r.started_at FROM (SELECT job, started_at FROM {s}.running WHERE "
    "fate_unknown ORDER BY started_at, job LIMIT ?) r CROSS JOIN LATERAL "
    "(SELECT service FROM {s}.jobs WHERE id = r.job LIMIT 1) j ORDER BY r.started_at, r.job";

// See jobs::runner_of.
constexpr char const* parked =
    "SELECT r.job, j.service, r.started_at FROM (SELECT job, started_at FROM {s}.running WHERE "
    "split_part(provider, '|', 2) LIKE 'p%' ORDER BY started_at, job LIMIT ?) r CROSS JOIN "
    "LATERAL (SELECT service FROM {s}.jobs WHERE id = r.job LIMIT 1) j ORDER BY r.started_at, "
    "r.job";

constexpr char const* poison =
    "SELECT f.job, j.service, j.finished_at FROM (SELECT job FROM {s}.failures WHERE state = 3 "
    "ORDER BY job DESC LIMIT ?) f CROSS JOIN LATERAL (SELECT service, finished_at, poison FROM "
    "{s}.jobs WHERE id = f.job LIMIT 1) j WHERE j.poison ORDER BY f.job DESC LIMIT ?";

constexpr char const* charges =
    "SELECT width_bucket(?::bigint - r.started_at, ?::bigint[]), count(*), "
    "sum(r.debited)::bigint FROM {s}.running r WHERE r.charge_open GROUP BY 1";

// Those that have left and hold nothing are history.
constexpr char const* workers =
    "SELECT coalesce(w.name, r.worker), coalesce(w.seen_at, 0), "
    "coalesce(w.seen_at, 0) > {s}.now_ms() - ?, coalesce(r.number, 0), coalesce(w.note, '') "
    "FROM {s}.workers w FULL JOIN (SELECT worker, count(*) AS number FROM {s}.running GROUP BY "
    "worker) r ON r.worker = w.name WHERE coalesce(w.seen_at, 0) > 0 OR r.number > 0 "
    "ORDER BY 1 LIMIT 200";

std::string ages() {
    std::vector<std::int64_t> limits;
    for (auto const age : charge_ages) {
        limits.push_back(age.count());
    }
    return fmt::format("'{{{}}}'", fmt::join(limits, ","));
}

ServiceLoad& load_of(Overview& view, std::string const& service) {
    for (auto& load : view.services) {
        if (load.service == service) {
            return load;
        }
    }
    return view.services.emplace_back(ServiceLoad{.service = service});
}

void read_totals(pqxx::result const& rows, Overview& view) {
    Row row{rows[0]};
    view.now = row.time();
    view.waiting = row.integer();
    view.inbox = row.integer();
    view.oldest_inbox = row.maybe_time();
    view.unknown_fates = row.integer();
    view.parked = row.integer();
}

void read_loads(pqxx::result const& waiting, pqxx::result const& live, Overview& view) {
    for (auto const& source : waiting) {
        Row row{source};
        auto& load = load_of(view, row.text());
        load.ready = row.integer();
        load.oldest_ready = row.maybe_time();
    }
    for (auto const& source : live) {
        Row row{source};
        auto const service = row.text();
        load_of(view, service).processing = row.integer();
    }
    std::ranges::sort(view.services, {}, &ServiceLoad::service);
}

std::vector<Sight> read_sights(pqxx::result const& rows) {
    std::vector<Sight> sights;
    for (auto const& source : rows) {
        Row row{source};
        Sight sight;
        sight.job = {row.integer()};
        sight.service = row.text();
        sight.since = row.time();
        sights.push_back(std::move(sight));
    }
    return sights;
}

void read_charges(pqxx::result const& rows, Overview& view) {
    for (auto const& source : rows) {
        Row row{source};
        auto& charges_of_age = view.charges.at(static_cast<std::size_t>(row.integer()));
        charges_of_age.jobs = row.integer();
        charges_of_age.credits = {row.integer()};
    }
}

void read_workers(pqxx::result const& rows, Overview& view) {
    for (auto const& source : rows) {
        Row row{source};
        WorkerSeen worker;
        worker.name = row.text();
        worker.seen_at = row.maybe_time();
        worker.alive = row.flag();
        worker.jobs = row.integer();
        worker.note = row.text();
        view.workers.push_back(std::move(worker));
    }
}

constexpr auto stopped =
    "SELECT a.user_id, a.frozen, a.facts FROM {s}.stopped s JOIN {s}.accounts a ON a.id = "
    "s.account ORDER BY s.n DESC LIMIT 1000";

void read_stopped(pqxx::result const& rows, Overview& view) {
    for (auto const& source : rows) {
        Row row{source};
        ledger::Account account;
        account.user = row.text();
        account.frozen = row.flag();
        read_facts(row.view(), account);
        bool const is_stopped = account.frozen || ledger::braked(account.standing, view.now);
        view.frozen += account.frozen ? 1 : 0;
        view.braked += is_stopped && !account.frozen ? 1 : 0;
        if (is_stopped && std::ssize(view.stopped) < most_sights) {
            view.stopped.push_back({.user = account.user,
                                    .frozen = account.frozen,
                                    .standing = std::move(account.standing)});
        }
    }
}

}  // namespace

Overview overview(Session& session, std::string const& now) {
    auto const sights = literal(most_sights);
    auto const results = session.read(
        {session.sql(totals, {now}), session.sql(ready), session.sql(running),
         session.sql(unknown, {sights}), session.sql(poison, {literal(failures_looked_at), sights}),
         session.sql(charges, {now, ages()}), session.sql(workers, {literal(silent_for)}),
         session.sql(stopped), session.sql(parked, {sights})});
    Overview view;
    read_totals(results[0], view);
    read_loads(results[1], results[2], view);
    view.unknown = read_sights(results[3]);
    view.poison = read_sights(results[4]);
    read_charges(results[5], view);
    read_workers(results[6], view);
    read_stopped(results[7], view);
    view.parked_jobs = read_sights(results[8]);
    return view;
}

}  // namespace adapters::postgres
