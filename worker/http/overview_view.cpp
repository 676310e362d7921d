#include "worker/http/overview_view.h"

#include <algorithm>
#include <array>

#include <boost/json/array.hpp>

#include "worker/http/texts.h"
#include "worker/pace.h"

namespace worker::http {

namespace {

namespace json = boost::json;

template <typename List, typename Render>
json::array list_of(List const& list, Render render) {
    json::array array;
    for (auto const& item : list) {
        array.push_back(render(item));
    }
    return array;
}

void put(json::object& object, char const* name, std::optional<base::Timestamp> const& at) {
    if (at) {
        object[name] = base::to_ms(*at);
    }
}

json::value concern_json(Concern const& concern, Language language) {
    auto const told = language == Language::chinese
                          ? chinese("attention." + concern.what, concern.facts)
                          : std::nullopt;
    return {{"what", concern.what},
            {"urgent", concern.urgent},
            {"detail", told.value_or(concern.detail)}};
}

// As configured for this process; zero: no limit.
json::object limits_json(config::Service const& service) {
    return {{"concurrency", service.concurrency},
            {"timeout_ms", service.timeout.count()},
            {"deadline_ms", service.rules.deadline.count()},
            {"max_attempts", service.rules.max_attempts},
            {"daily_cap", service.rules.daily_cap.value},
            {"monthly_cap", service.rules.monthly_cap.value}};
}

json::value sight_json(adapters::Sight const& sight) {
    return {{"job", base::to_text(sight.job)},
            {"service", sight.service},
            {"since", base::to_ms(sight.since)}};
}

json::object states_json(adapters::Overview const& view) {
    std::int64_t ready = 0;
    std::int64_t processing = 0;
    std::optional<base::Timestamp> oldest;
    for (auto const& load : view.services) {
        ready += load.ready;
        processing += load.processing;
        if (load.oldest_ready) {
            oldest = std::min(oldest.value_or(*load.oldest_ready), *load.oldest_ready);
        }
    }
    json::object states{{"ready", ready},
                        {"waiting", view.waiting},
                        {"processing", processing},
                        {"inbox", view.inbox},
                        {"unknown_fate", view.unknown_fates},
                        {"parked", view.parked}};
    put(states, "oldest_ready_at", oldest);
    put(states, "oldest_inbox_at", view.oldest_inbox);
    return states;
}

json::array queues_json(OverviewFacts const& facts) {
    auto queues = facts.queues;
    for (auto const& load : facts.sighting.view.services) {
        queues.try_emplace(load.service, adapters::QueueMode::running);
    }
    return list_of(queues, [&](auto const& queue) {
        auto const& loads = facts.sighting.view.services;
        auto const found = std::ranges::find(loads, queue.first, &adapters::ServiceLoad::service);
        auto const load = found == loads.end() ? adapters::ServiceLoad{} : *found;
        json::object object{{"service", queue.first},
                            {"mode", std::string{to_text(queue.second)}},
                            {"ready", load.ready},
                            {"processing", load.processing}};
        put(object, "oldest_ready_at", load.oldest_ready);
        if (facts.settings != nullptr) {
            object["limits"] = limits_json(config::service_for(*facts.settings, queue.first));
        }
        return object;
    });
}

json::array charges_json(adapters::Overview const& view) {
    json::array charges;
    for (std::size_t at = 0; at < view.charges.size(); ++at) {
        json::object bucket{{"jobs", view.charges[at].jobs},
                            {"credits", view.charges[at].credits.value}};
        if (at < adapters::charge_ages.size()) {
            bucket["younger_than_ms"] = adapters::charge_ages[at].count();
        }
        charges.push_back(std::move(bucket));
    }
    return charges;
}

json::object worker_json(adapters::WorkerSeen const& worker) {
    json::object object{{"name", worker.name}, {"alive", worker.alive}, {"jobs", worker.jobs}};
    put(object, "seen_at", worker.seen_at);
    return object;
}

json::object duty_json(adapters::Duty const& duty) {
    json::object object{{"name", duty.name},     {"holder", duty.holder},
                        {"result", duty.result}, {"cost_ms", duty.cost.count()},
                        {"runs", duty.runs},     {"failed", duty.failed}};
    put(object, "started_at", duty.started_at);
    put(object, "finished_at", duty.finished_at);
    return object;
}

json::object messages_json(adapters::OutboxFigures const& outbox) {
    json::object object{{"pending", outbox.pending}, {"dead", outbox.dead}};
    put(object, "oldest_pending_at", outbox.oldest_pending);
    return object;
}

// What all processes did in the last minute, as they tell it beside their presence.
json::object minute_json(adapters::Overview const& view) {
    Flow flow;
    for (auto const& worker : view.workers) {
        if (auto const note = worker.alive ? parse_pace(worker.note) : std::nullopt) {
            flow += sum_of(note->minute);
        }
    }
    return {{"enqueued", flow.enqueued},
            {"started", flow.started},
            {"completed", flow.completed},
            {"failed", flow.failed},
            {"cancelled", flow.cancelled},
            {"pickup_ms", flow.started == 0 ? 0 : flow.pickup.count() / flow.started},
            {"slowest_ms", flow.slowest.count()},
            {"debited", flow.debited.value},
            {"settled", flow.settled.value},
            {"refunded", flow.refunded.value},
            {"expired", flow.expired.value},
            {"received", flow.received.value},
            {"spent", flow.spent.value}};
}

json::object part_json(std::string const& trouble) {
    json::object part{{"ok", trouble.empty()}};
    if (!trouble.empty()) {
        part["trouble"] = trouble;
    }
    return part;
}

}  // namespace

json::object provider_json(std::string const& name, metrics::ProviderHealth const& health) {
    json::object object{{"name", name},
                        {"completed", health.completed},
                        {"failed", health.failed},
                        {"unknown", health.unknown},
                        {"in_a_row", health.in_a_row},
                        {"breaker", health.breaker},
                        {"here", health.here}};
    if (health.closed_for.count() > 0) {
        object["closed_for_ms"] = health.closed_for.count();
        object["closed_by"] = health.stopped_by;
    }
    if (health.calls > 0) {
        object["latency_ms"] = health.latency.count();
    }
    if (health.refuses_us) {
        object["refuses_us"] = true;
    }
    if (!health.last_trouble.empty()) {
        object["last_trouble"] = health.last_trouble;
        object["trouble_ago_ms"] = health.trouble_ago.count();
    }
    return object;
}

json::object overview_json(OverviewFacts const& facts, Language language) {
    auto const& view = facts.sighting.view;
    auto const concern = [&](Concern const& each) { return concern_json(each, language); };
    json::object object{{"at", base::to_ms(view.now)},
                        {"attention", list_of(concerns_of(facts), concern)},
                        {"states", states_json(view)},
                        {"queues", queues_json(facts)},
                        {"unknown", list_of(view.unknown, sight_json)},
                        {"poison", list_of(view.poison, sight_json)},
                        {"parked", list_of(view.parked_jobs, sight_json)},
                        {"charges", charges_json(view)},
                        {"workers", list_of(view.workers, worker_json)},
                        {"duties", list_of(facts.sighting.duties, duty_json)},
                        {"providers", list_of(facts.providers,
                                              [](auto const& named) {
                                                  return provider_json(named.first, named.second);
                                              })},
                        {"store", part_json(facts.store_trouble)},
                        {"minute", minute_json(view)},
                        {"webhooks", messages_json(facts.sighting.outbox)}};
    if (facts.redis_trouble) {
        object["redis"] = part_json(*facts.redis_trouble);
    }
    if (auto const audit = metrics::last_audit(facts.sighting.duties)) {
        object["audit"] = {{"at", base::to_ms(audit->at)}, {"findings", audit->findings}};
    }
    if (facts.today) {
        object["today"] = {{"since", base::to_ms(facts.today->since)},
                           {"in", facts.today->in.value},
                           {"out", facts.today->out.value}};
    }
    return object;
}

}  // namespace worker::http
