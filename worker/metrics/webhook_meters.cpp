#include "worker/metrics/webhook_meters.h"

namespace worker::metrics {

namespace {

using adapters::metrics::Family;
using Outcome = WebhookMeters::Outcome;

constexpr Family attempts{"tallyman_webhook_attempts_total",
                          "Attempts to deliver a message, by what came of them."};
constexpr Family delivery_time{"tallyman_webhook_attempt_seconds", "How long an attempt took."};

std::string name_of(Outcome outcome) {
    return outcome == Outcome::delivered ? "delivered"
           : outcome == Outcome::failed  ? "failed"
                                         : "dead";
}

}  // namespace

WebhookMeters::WebhookMeters(adapters::metrics::Registry& registry) : registry_{registry} {
    for (auto const outcome : {Outcome::delivered, Outcome::failed, Outcome::dead}) {
        registry.counter(attempts, {{"endpoint", "job"}, {"outcome", name_of(outcome)}});
    }
    registry.histogram(delivery_time, adapters::metrics::short_times(), {{"endpoint", "job"}});
}

void WebhookMeters::tried(std::string const& target, Outcome outcome,
                          std::chrono::nanoseconds took) const {
    bool const own = target.find("://") != std::string::npos;
    auto const endpoint = own ? std::string{"job"} : target;
    registry_.counter(attempts, {{"endpoint", endpoint}, {"outcome", name_of(outcome)}}).add();
    registry_.histogram(delivery_time, adapters::metrics::short_times(), {{"endpoint", endpoint}})
        .observe(took);
}

}  // namespace worker::metrics
