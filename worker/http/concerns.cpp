// What needs attention, judged by plain thresholds.
#include <algorithm>

#include <fmt/format.h>

#include "worker/http/overview_view.h"
#include "worker/pace.h"

namespace worker::http {

namespace {

using adapters::QueueMode;

constexpr base::Millis waits_long{300'000};
constexpr base::Millis poison_is_news{86'400'000};
constexpr std::int64_t failures_in_a_row = 5;
constexpr std::size_t first_old_charge = 3;  // the bucket of a day, and the one beyond

void look_at_books(OverviewFacts const& facts, std::vector<Concern>& concerns) {
    auto const audit = metrics::last_audit(facts.sighting.duties);
    if (audit && audit->findings > 0) {
        concerns.push_back({"ledger_drift",
                            true,
                            fmt::format("the last audit has {} findings; `tallyman audit` names "
                                        "them",
                                        audit->findings),
                            {{"n", audit->findings}}});
    }
}

void look_at_queues(OverviewFacts const& facts, std::vector<Concern>& concerns) {
    auto const& view = facts.sighting.view;
    for (auto const& load : view.services) {
        auto const mode = facts.queues.find(load.service);
        bool const paused = mode != facts.queues.end() && mode->second == QueueMode::paused;
        if (paused && load.ready > 0) {
            concerns.push_back(
                {"queue_paused",
                 false,
                 fmt::format("{} jobs of {} wait: its queue is paused", load.ready, load.service),
                 {{"n", load.ready}, {"service", load.service}}});
        } else if (load.oldest_ready && view.now - *load.oldest_ready > waits_long) {
            auto const waited = base::to_text(view.now - *load.oldest_ready);
            concerns.push_back(
                {"waiting",
                 false,
                 fmt::format("the oldest job of {} has waited for {}", load.service, waited),
                 {{"service", load.service}, {"time", waited}}});
        }
    }
}

// One that does not say what it does may well take jobs.
bool takes_jobs(adapters::WorkerSeen const& worker) {
    auto const note = parse_pace(worker.note);
    return worker.alive && (!note || note->slots > 0);
}

void look_at_workers(OverviewFacts const& facts, std::vector<Concern>& concerns) {
    auto const& view = facts.sighting.view;
    auto const waits = [](adapters::ServiceLoad const& load) { return load.ready > 0; };
    if (std::ranges::none_of(view.workers, takes_jobs) &&
        std::ranges::any_of(view.services, waits)) {
        concerns.push_back({"no_workers", true, "jobs wait and no worker is alive", {}});
    }
    for (auto const& worker : view.workers) {
        if (!worker.alive && worker.jobs > 0) {
            concerns.push_back({"worker_lost",
                                false,
                                fmt::format("worker {} is gone and holds {} jobs until they are "
                                            "rescued",
                                            worker.name, worker.jobs),
                                {{"worker", worker.name}, {"n", worker.jobs}}});
        }
    }
}

void look_at_jobs(OverviewFacts const& facts, std::vector<Concern>& concerns) {
    auto const& view = facts.sighting.view;
    auto const poison = std::ranges::count_if(view.poison, [&](adapters::Sight const& sight) {
        return view.now - sight.since < poison_is_news;
    });
    if (poison > 0) {
        concerns.push_back({"poison",
                            false,
                            fmt::format("{} jobs of the last day took down their workers and "
                                        "were given up",
                                        poison),
                            {{"n", poison}}});
    }
    if (view.unknown_fates > 0) {
        concerns.push_back({"unknown_fate",
                            false,
                            fmt::format("{} jobs have a provider's task that can't be seen; their "
                                        "charges stay open",
                                        view.unknown_fates),
                            {{"n", view.unknown_fates}}});
    }
    if (view.parked > 0) {
        concerns.push_back({"parked",
                            false,
                            fmt::format("{} jobs may have been submitted, and nobody can tell; "
                                        "`tallyman jobs --parked` lists them, `tallyman resolve` "
                                        "decides",
                                        view.parked),
                            {{"n", view.parked}}});
    }
    adapters::OpenCharges old;
    for (auto at = first_old_charge; at < view.charges.size(); ++at) {
        old.jobs += view.charges[at].jobs;
        old.credits += view.charges[at].credits;
    }
    if (old.jobs > 0) {
        concerns.push_back({"old_charges",
                            false,
                            fmt::format("{} charges of {} credits are open for more than an hour",
                                        old.jobs, old.credits.value),
                            {{"n", old.jobs}, {"credits", old.credits.value}}});
    }
}

void look_at_messages(OverviewFacts const& facts, std::vector<Concern>& concerns) {
    auto const& outbox = facts.sighting.outbox;
    auto const now = facts.sighting.view.now;
    if (outbox.dead > 0) {
        concerns.push_back({"webhooks_dead",
                            false,
                            fmt::format("{} messages for receivers were given up; `tallyman "
                                        "webhooks list --state dead` shows them",
                                        outbox.dead),
                            {{"n", outbox.dead}}});
    }
    if (outbox.oldest_pending && now - *outbox.oldest_pending > waits_long) {
        auto const waited = base::to_text(now - *outbox.oldest_pending);
        concerns.push_back({"webhooks_late",
                            false,
                            fmt::format("the oldest of {} messages for receivers has waited for {}",
                                        outbox.pending, waited),
                            {{"n", outbox.pending}, {"time", waited}}});
    }
}

// The first of them by name; `frozen` says which of the two kinds.
std::string names_of(adapters::Overview const& view, bool frozen) {
    std::string names;
    for (auto const& account : view.stopped) {
        if (account.frozen == frozen) {
            names += (names.empty() ? "" : ", ") + account.user;
        }
    }
    return names;
}

void look_at_accounts(OverviewFacts const& facts, std::vector<Concern>& concerns) {
    auto const& view = facts.sighting.view;
    if (view.braked > 0) {
        concerns.push_back({"account_braked",
                            false,
                            fmt::format("{} accounts spend far more than usual and are held: {}",
                                        view.braked, names_of(view, false)),
                            {{"n", view.braked}, {"users", names_of(view, false)}}});
    }
    if (view.frozen > 0) {
        concerns.push_back({"account_frozen",
                            false,
                            fmt::format("{} accounts are frozen and spend nothing: {}", view.frozen,
                                        names_of(view, true)),
                            {{"n", view.frozen}, {"users", names_of(view, true)}}});
    }
}

void look_around(OverviewFacts const& facts, std::vector<Concern>& concerns) {
    if (!facts.store_trouble.empty()) {
        concerns.push_back(
            {"store_away", true, facts.store_trouble, {{"trouble", facts.store_trouble}}});
    }
    if (facts.redis_trouble && !facts.redis_trouble->empty()) {
        concerns.push_back(
            {"redis_away", false, *facts.redis_trouble, {{"trouble", *facts.redis_trouble}}});
    }
    for (auto const& [name, health] : facts.providers) {
        if (health.refuses_us) {
            concerns.push_back({"provider_refuses",
                                true,
                                fmt::format("provider {} refuses us, look at its key, its balance "
                                            "and its models: {}",
                                            name, health.stopped_by),
                                {{"provider", name}, {"trouble", health.stopped_by}}});
        } else if (health.in_a_row >= failures_in_a_row) {
            concerns.push_back(
                {"provider_failing",
                 false,
                 fmt::format("provider {} has failed {} times in a row: {}", name, health.in_a_row,
                             health.last_trouble),
                 {{"provider", name}, {"n", health.in_a_row}, {"trouble", health.last_trouble}}});
        }
    }
    for (auto const& duty : facts.sighting.duties) {
        if (duty.failed && duty.name != metrics::audit_duty) {
            concerns.push_back({"duty_failed",
                                false,
                                fmt::format("duty {}: {}", duty.name, duty.result),
                                {{"duty", duty.name}, {"result", duty.result}}});
        }
    }
}

}  // namespace

std::vector<Concern> concerns_of(OverviewFacts const& facts) {
    std::vector<Concern> concerns;
    look_around(facts, concerns);
    look_at_books(facts, concerns);
    look_at_workers(facts, concerns);
    look_at_jobs(facts, concerns);
    look_at_queues(facts, concerns);
    look_at_messages(facts, concerns);
    look_at_accounts(facts, concerns);
    std::ranges::partition(concerns, &Concern::urgent);
    return concerns;
}

}  // namespace worker::http
