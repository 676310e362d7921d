// The families of jobs and credits.
#include "worker/metrics/job_meters.h"

#include <algorithm>

namespace worker::metrics {

namespace {

using adapters::metrics::Family;
using adapters::metrics::Labels;

constexpr Family submitted{"tallyman_jobs_submitted_total", "Jobs that were accepted."};
constexpr Family started{"tallyman_jobs_started_total", "Attempts that began, retries included."};
constexpr Family ended{"tallyman_jobs_ended_total", "Jobs that ended, by outcome and error."};
constexpr Family retried{"tallyman_jobs_retried_total",
                         "Failed tries after which the job was queued again."};
constexpr Family lost{"tallyman_jobs_lost_total",
                      "Attempts whose worker was lost; the job was rescued or became poison."};
constexpr Family stale{"tallyman_attempts_stale_total",
                       "Attempts that found their job taken away: cancelled, or rescued."};
constexpr Family poison{"tallyman_jobs_poison_total",
                        "Jobs given up because their workers were lost again and again."};
constexpr Family unknown{"tallyman_jobs_fate_unknown_total",
                         "Times that a provider's task could not be seen any more."};
constexpr Family late{"tallyman_jobs_late_results_total",
                      "Results that came after their job had been refunded."};
constexpr Family debited{"tallyman_credits_debited_total", "Credits taken from accounts."};
constexpr Family settled{"tallyman_credits_settled_total", "What completed jobs cost in the end."};
constexpr Family returned{"tallyman_credits_returned_total",
                          "Credits given back because a job cost less than it held."};
constexpr Family refunded{"tallyman_credits_refunded_total",
                          "Credits given back for jobs that ended without a result."};
constexpr Family absorbed{"tallyman_credits_absorbed_total",
                          "Credits measured beyond a ceiling: the operator's cost."};
constexpr Family waived{"tallyman_credits_waived_total", "Credits that members did not pay."};
constexpr Family expired{"tallyman_credits_expired_total", "Credits that expired."};
constexpr Family came{"tallyman_credits_granted_total", "Credits that came in from outside."};
constexpr Family went{"tallyman_credits_withdrawn_total",
                      "Credits taken out by sync and adjustment."};
constexpr Family measured{"tallyman_measurement_disagreements_total",
                          "Results whose measured length is not the provider's, or is unknown."};
constexpr Family pickup{"tallyman_job_pickup_seconds",
                        "From when a job was due to when an attempt began."};
constexpr Family run{"tallyman_job_run_seconds", "From the start of the last attempt to the end."};
constexpr Family whole{"tallyman_job_duration_seconds",
                       "From the enqueue to the completion of a job."};

Labels by(std::string const& service) {
    return {{"service", service}};
}

Labels outcome(std::string const& service, std::string_view outcome, std::string_view error) {
    return {{"service", service}, {"outcome", std::string{outcome}}, {"error", std::string{error}}};
}

std::vector<Counter> failures_of(Registry& registry, std::string const& service) {
    std::vector<Counter> counters;
    for (auto const code : failure_classes) {
        counters.push_back(registry.counter(ended, outcome(service, "failed", code)));
    }
    return counters;
}

using Kinds = std::initializer_list<ledger::Kind>;

std::map<ledger::Kind, Counter> by_kind(Registry& registry, Family const& family, Kinds kinds) {
    std::map<ledger::Kind, Counter> counters;
    for (auto const kind : kinds) {
        Labels const labels{{"kind", std::string{ledger::to_text(kind)}}};
        counters.emplace(kind, registry.counter(family, labels));
    }
    return counters;
}

constexpr Kinds from_outside{ledger::Kind::recharge, ledger::Kind::bonus, ledger::Kind::signup,
                             ledger::Kind::sync, ledger::Kind::adjust};
constexpr Kinds to_outside{ledger::Kind::sync, ledger::Kind::adjust};

}  // namespace

ServiceMeters::ServiceMeters(Registry& registry, std::string const& service)
    : submitted{registry.counter(metrics::submitted, by(service))},
      started{registry.counter(metrics::started, by(service))},
      completed{registry.counter(ended, outcome(service, "completed", "none"))},
      cancelled{registry.counter(ended, outcome(service, "cancelled", "none"))},
      retried{registry.counter(metrics::retried, by(service))},
      lost{registry.counter(metrics::lost, by(service))},
      stale{registry.counter(metrics::stale, by(service))},
      poison{registry.counter(metrics::poison, by(service))},
      unknown{registry.counter(metrics::unknown, by(service))},
      late{registry.counter(metrics::late, by(service))},
      debited{registry.counter(metrics::debited, by(service))},
      settled{registry.counter(metrics::settled, by(service))},
      returned{registry.counter(metrics::returned, by(service))},
      refunded{registry.counter(metrics::refunded, by(service))},
      absorbed{registry.counter(metrics::absorbed, by(service))},
      waived{registry.counter(metrics::waived, by(service))},
      pickup{registry.histogram(metrics::pickup, adapters::metrics::long_times(), by(service))},
      run{registry.histogram(metrics::run, adapters::metrics::long_times(), by(service))},
      whole{registry.histogram(metrics::whole, adapters::metrics::long_times(), by(service))},
      failures{failures_of(registry, service)} {}

Counter const& ServiceMeters::failed(std::string_view code) const {
    auto const* const found = std::ranges::find(failure_classes, code);
    auto const* const last = failure_classes.end() - 1;
    auto const* const of = found == failure_classes.end() ? last : found;
    return failures[static_cast<std::size_t>(of - failure_classes.begin())];
}

MoneyMeters::MoneyMeters(Registry& registry)
    : expired{registry.counter(metrics::expired)},
      disagrees{registry.counter(measured, {{"what", "disagrees"}})},
      not_measured{registry.counter(measured, {{"what", "not_measured"}})},
      came{by_kind(registry, metrics::came, from_outside)},
      went{by_kind(registry, metrics::went, to_outside)} {}

JobMeters::JobMeters(Registry& registry, std::vector<std::string> const& services)
    : registry_{registry}, money_{registry}, none_{registry, "none"}, other_{registry, "other"} {
    learn(services);
}

ServiceMeters const& JobMeters::of(std::string_view service) const {
    auto const& known = *known_.load(std::memory_order_acquire);
    auto const found = known.find(service);
    return found == known.end() ? other_ : *found->second;
}

bool JobMeters::knows(std::string_view service) const {
    return known_.load(std::memory_order_acquire)->contains(service);
}

void JobMeters::learn(std::vector<std::string> const& services) {
    std::scoped_lock const lock{mutex_};
    auto const* const current = known_.load();
    auto next = current == nullptr ? std::make_unique<Known>() : std::make_unique<Known>(*current);
    for (auto const& service : services) {
        if (!next->contains(service)) {
            owned_.push_back(std::make_unique<ServiceMeters>(registry_, service));
            next->emplace(service, owned_.back().get());
        }
    }
    if (current == nullptr || next->size() > current->size()) {
        known_.store(next.get(), std::memory_order_release);
        versions_.push_back(std::move(next));
    }
}

}  // namespace worker::metrics
