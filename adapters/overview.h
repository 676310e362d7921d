// What an operator looks at first: how much waits and runs, where, for how long, what is stuck, who
// works. One consistent view, cheap enough to be asked every few seconds.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/credits.h"
#include "base/ids.h"
#include "base/time.h"
#include "ledger/standing.h"

namespace adapters {

struct ServiceLoad {
    std::string service;
    std::int64_t ready = 0;  // can be claimed now
    std::int64_t processing = 0;
    std::optional<base::Timestamp> oldest_ready;  // created_at of the oldest that can be claimed

    friend bool operator==(ServiceLoad const&, ServiceLoad const&) = default;
};

// A job worth a look, and since when it is as it is.
struct Sight {
    base::JobId job;
    std::string service;
    base::Timestamp since;

    friend bool operator==(Sight const&, Sight const&) = default;
};

struct WorkerSeen {
    std::string name;
    bool alive = false;
    std::int64_t jobs = 0;  // that it is processing
    // None: a store that notices a death at once keeps no such time.
    std::optional<base::Timestamp> seen_at;
    std::string note;  // what it last said of itself, see Presence; empty: nothing
};

struct OpenCharges {
    std::int64_t jobs = 0;
    base::Credits credits;

    friend bool operator==(OpenCharges const&, OpenCharges const&) = default;
};

// The upper ends of the ages of open charges; the last bucket has none.
inline constexpr std::array charge_ages{base::Millis{60'000}, base::Millis{600'000},
                                        base::Millis{3'600'000}, base::Millis{86'400'000}};

inline constexpr int most_sights = 20;
inline constexpr int failures_looked_at = 1'000;  // the newest, for those that are poison

// An account that may not spend.
struct StoppedAccount {
    std::string user;
    bool frozen = false;
    ledger::Standing standing;
};

struct Overview {
    base::Timestamp now;
    std::vector<ServiceLoad> services;  // by name; only those with something
    std::int64_t waiting = 0;           // queued, for a time, parents or room
    std::int64_t inbox = 0;             // requests that are not taken up yet
    std::optional<base::Timestamp> oldest_inbox;
    std::int64_t unknown_fates = 0;
    std::vector<Sight> unknown;      // the longest running ones of those
    std::vector<Sight> poison;       // of the newest failures, the newest first
    std::int64_t parked = 0;         // jobs that wait for somebody's decision
    std::vector<Sight> parked_jobs;  // the longest running ones of those
    // Of jobs that are being processed, by the time since the attempt began.
    std::array<OpenCharges, charge_ages.size() + 1> charges;
    std::vector<WorkerSeen> workers;      // by name; at most 200
    std::vector<StoppedAccount> stopped;  // frozen or braked now; the last ones to be so
    std::int64_t frozen = 0;              // how many, of the last thousand that were stopped
    std::int64_t braked = 0;              // and not frozen
};

}  // namespace adapters
