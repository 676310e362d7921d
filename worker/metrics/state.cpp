// The gauges.
#include "worker/metrics/state.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace worker::metrics {

namespace {

using adapters::metrics::Family;
using adapters::metrics::Seconds;

constexpr Family store_up{"tallyman_store_up", "1: the store answered when it was last looked at."};
constexpr Family ready{"tallyman_queue_ready_jobs", "Jobs that can be claimed."};
constexpr Family running{"tallyman_queue_running_jobs", "Jobs that are being processed."};
constexpr Family oldest{"tallyman_queue_oldest_seconds",
                        "Age of the oldest job that can be claimed; 0: there is none."};
constexpr Family mode{"tallyman_queue_mode", "0 running, 1 paused, 2 draining."};
constexpr Family waiting{"tallyman_queue_waiting_jobs",
                         "Queued jobs that wait for a time, for other jobs or for room."};
constexpr Family unknown_word{"tallyman_jobs_unseen",
                              "Jobs being processed whose provider's task can't be seen now."};
constexpr Family inbox{"tallyman_inbox_requests", "Requests by SQL that are not taken up yet."};
constexpr Family inbox_oldest{"tallyman_inbox_oldest_seconds", "Age of the oldest of those."};
constexpr Family pending_orders{"tallyman_orders_pending", "Orders that nobody has paid yet."};
constexpr Family reviews{"tallyman_payment_notices_in_review",
                         "Notices of payments that wait for a person."};
constexpr Family workers{"tallyman_workers", "Workers that are alive."};
constexpr Family lost_workers{"tallyman_workers_lost", "Workers that are gone and hold jobs."};
constexpr Family messages{"tallyman_webhook_pending_messages",
                          "Messages that wait for their delivery; counted up to 100,000."};
constexpr Family messages_oldest{"tallyman_webhook_oldest_seconds", "Age of the oldest of those."};
constexpr Family messages_dead{"tallyman_webhook_dead_messages",
                               "Messages that were given up; counted up to 100,000."};
constexpr Family stopped{"tallyman_accounts_stopped",
                         "Accounts that may not spend: frozen, or held by the brake; of the last "
                         "thousand that were stopped."};
constexpr Family charges{"tallyman_open_charges",
                         "Charges of jobs being processed, by the age of the attempt."};
constexpr Family charge_credits{"tallyman_open_charge_credits", "Credits that those hold."};
constexpr Family duty_at{"tallyman_duty_end_timestamp_seconds", "When a duty last ended."};
constexpr Family duty_failed{"tallyman_duty_failed", "1: the last run of a duty failed."};
constexpr Family audit_at{"tallyman_audit_timestamp_seconds", "When the ledger was last audited."};
constexpr Family audit_findings{"tallyman_audit_findings",
                                "What the last audit found: anything but 0 is drift."};

constexpr std::array<std::string_view, 5> ages{"under_1m", "under_10m", "under_1h", "under_1d",
                                               "over_1d"};
constexpr std::array<std::string_view, 10> duty_names{"expiry",    "rescue", "wake", "close_orders",
                                                      "retention", "inbox",  "cron", "audit",
                                                      "warnings",  "seal"};

std::vector<Gauge> by_age(Registry& registry, Family const& family) {
    std::vector<Gauge> gauges;
    for (auto const age : ages) {
        gauges.push_back(registry.gauge(family, {{"age", std::string{age}}}));
    }
    return gauges;
}

Seconds since_epoch(base::Timestamp at) {
    return Seconds{at.time_since_epoch()};
}

Seconds age_of(std::optional<base::Timestamp> const& at, base::Timestamp now) {
    return at ? Seconds{std::max(now - *at, base::Millis{0})} : Seconds{0};
}

}  // namespace

Sighting look_at(adapters::Store& store) {
    return {.view = store.overview(),
            .duties = store.duties(),
            .modes = store.queue_modes(),
            .orders = store.orders().counts(),
            .work = store.work(),
            .outbox = store.outbox().figures()};
}

std::optional<LastAudit> last_audit(std::vector<adapters::Duty> const& duties) {
    auto const found = std::ranges::find(duties, audit_duty, &adapters::Duty::name);
    if (found == duties.end() || !found->finished_at) {
        return std::nullopt;
    }
    LastAudit audit{.at = *found->finished_at, .findings = std::int64_t{found->failed}};
    auto const& text = found->result;
    std::from_chars(text.data(), text.data() + text.size(), audit.findings);
    return audit;
}

StateMeters::StateMeters(Registry& registry, std::vector<std::string> const& services)
    : registry_{registry},
      store_up_{registry.gauge(store_up)},
      waiting_{registry.gauge(waiting)},
      unknown_{registry.gauge(unknown_word)},
      inbox_{registry.gauge(inbox)},
      inbox_oldest_{registry.gauge(inbox_oldest)},
      pending_orders_{registry.gauge(pending_orders)},
      reviews_{registry.gauge(reviews)},
      workers_{registry.gauge(workers)},
      lost_workers_{registry.gauge(lost_workers)},
      messages_{registry.gauge(messages)},
      messages_oldest_{registry.gauge(messages_oldest)},
      messages_dead_{registry.gauge(messages_dead)},
      frozen_{registry.gauge(stopped, {{"why", "frozen"}})},
      braked_{registry.gauge(stopped, {{"why", "braked"}})},
      charges_{by_age(registry, charges)},
      charge_credits_{by_age(registry, charge_credits)} {
    for (auto const& service : services) {
        of(service);
    }
    of("other");
}

StateMeters::OfService& StateMeters::of(std::string const& service) {
    if (auto const found = services_.find(service); found != services_.end()) {
        return found->second;
    }
    adapters::metrics::Labels const labels{{"service", service}};
    return services_
        .emplace(service, OfService{.ready = registry_.gauge(ready, labels),
                                    .running = registry_.gauge(running, labels),
                                    .oldest = registry_.gauge(oldest, labels),
                                    .mode = registry_.gauge(mode, labels)})
        .first->second;
}

void StateMeters::show(Sighting const& sighting, JobMeters const& known) {
    auto const& view = sighting.view;
    waiting_.set(view.waiting);
    unknown_.set(view.unknown_fates);
    inbox_.set(view.inbox);
    inbox_oldest_.set(age_of(view.oldest_inbox, view.now));
    pending_orders_.set(sighting.orders.pending);
    reviews_.set(sighting.orders.in_review);
    for (std::size_t at = 0; at < view.charges.size(); ++at) {
        charges_[at].set(view.charges[at].jobs);
        charge_credits_[at].set(view.charges[at].credits.value);
    }
    workers_.set(std::ranges::count(view.workers, true, &adapters::WorkerSeen::alive));
    lost_workers_.set(std::ranges::count_if(view.workers, [](adapters::WorkerSeen const& worker) {
        return !worker.alive && worker.jobs > 0;
    }));
    messages_.set(sighting.outbox.pending);
    messages_oldest_.set(age_of(sighting.outbox.oldest_pending, view.now));
    messages_dead_.set(sighting.outbox.dead);
    frozen_.set(view.frozen);
    braked_.set(view.braked);
    show_services(sighting, known);
    show_duties(sighting);
}

// Services that nobody has configured are shown together.
void StateMeters::show_services(Sighting const& sighting, JobMeters const& known) {
    std::map<std::string, adapters::ServiceLoad> loads;
    for (auto const& [service, gauges] : services_) {
        loads[service];
    }
    for (auto const& load : sighting.view.services) {
        auto& sum = loads[known.knows(load.service) ? load.service : "other"];
        sum.ready += load.ready;
        sum.processing += load.processing;
        if (load.oldest_ready) {
            sum.oldest_ready =
                std::min(sum.oldest_ready.value_or(*load.oldest_ready), *load.oldest_ready);
        }
    }
    for (auto const& [service, load] : loads) {
        auto& gauges = of(service);
        gauges.ready.set(load.ready);
        gauges.running.set(load.processing);
        gauges.oldest.set(age_of(load.oldest_ready, sighting.view.now));
        auto const is = sighting.modes.find(service);
        gauges.mode.set(is == sighting.modes.end() ? 0 : static_cast<std::int64_t>(is->second));
    }
}

void StateMeters::show_duties(Sighting const& sighting) {
    for (auto const& duty : sighting.duties) {
        bool const known = std::ranges::find(duty_names, duty.name) != duty_names.end();
        if (known && duty.finished_at) {
            adapters::metrics::Labels const labels{{"duty", duty.name}};
            registry_.gauge(duty_at, labels).set(since_epoch(*duty.finished_at));
            registry_.gauge(duty_failed, labels).set(std::int64_t{duty.failed});
        }
    }
    if (auto const audit = last_audit(sighting.duties)) {
        registry_.gauge(audit_at).set(since_epoch(audit->at));
        registry_.gauge(audit_findings).set(audit->findings);
    }
}

}  // namespace worker::metrics
