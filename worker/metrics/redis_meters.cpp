#include "worker/metrics/redis_meters.h"

namespace worker::metrics {

namespace {

using adapters::metrics::Family;

constexpr Family up{"tallyman_redis_up", "1: no part of the program has trouble with Redis."};
constexpr Family trips{"tallyman_redis_round_trips_total",
                       "Commands and pipelines that Redis has answered, but for those that wait."};
constexpr Family failures{"tallyman_redis_round_trip_failures_total",
                          "Commands and pipelines that it did not answer."};
constexpr Family time{"tallyman_redis_round_trip_seconds_total",
                      "How long the answered ones took together."};
constexpr Family dropped{"tallyman_redis_news_dropped_total",
                         "News of jobs that could not be told to Redis in time."};

}  // namespace

RedisMeters::RedisMeters(adapters::metrics::Registry& registry)
    : up_{registry.gauge(up)},
      trips_{registry.counter(trips)},
      failures_{registry.counter(failures)},
      time_{registry.counter(metrics::time)},
      dropped_{registry.counter(dropped)} {}

void RedisMeters::look(Totals const& totals) const {
    up_.set(std::int64_t{totals.there});
    trips_.raise_to(totals.trips);
    failures_.raise_to(totals.failures);
    time_.raise_to(adapters::metrics::Seconds{totals.time});
    dropped_.raise_to(totals.dropped);
}

}  // namespace worker::metrics
