// Measures a store: how many billed jobs a second go through their whole life, and how soon an idle
// worker picks one up. Uses the real runner; only the provider is a simulation that takes no time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "adapters/store.h"
#include "adapters/wakeup.h"
#include "config/settings.h"

namespace worker {

struct BenchPlan {
    int jobs = 50'000;
    int users = 1'000;
    int workers = 1;    // runners, each with a thread of its own
    int programs = 1;   // that enqueue at the same time
    int batch = 500;    // jobs enqueued in one transaction
    int slots = 2048;   // of each worker
    int pickups = 300;  // jobs enqueued one by one into the idle store
};

struct Percentiles {
    std::int64_t p50_us = 0;
    std::int64_t p95_us = 0;
    std::int64_t p99_us = 0;
};

struct BenchFigures {
    std::int64_t enqueue_per_s = 0;
    std::int64_t processed_per_s = 0;  // enqueued before: claimed, debited, run, settled
    std::int64_t billed_per_s = 0;     // the whole life: enqueued while the workers run
    Percentiles pickup;                // enqueue committed -> provider called
    std::int64_t round_trips_per_1000_jobs = 0;
    std::int64_t commits_per_1000_jobs = 0;
    std::optional<std::int64_t> log_bytes_per_job;  // where the store can tell
    std::int64_t audited_entries_per_s = 0;
    std::int64_t findings = 0;
};

using MakeWakeup = std::function<std::unique_ptr<adapters::Wakeup>(boost::asio::any_io_executor)>;

// `progress` is told what is being done and how far it is, in percent.
BenchFigures bench(adapters::Store& store, MakeWakeup const& make_wakeup, BenchPlan const& plan,
                   std::function<void(std::string const&, int)> const& progress);

}  // namespace worker
