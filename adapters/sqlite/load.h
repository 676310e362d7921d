// Loads what a decision asked for, inside the transaction that will write its answer.
#pragma once

#include <set>
#include <unordered_set>

#include "adapters/sqlite/database.h"
#include "adapters/sqlite/presence.h"
#include "jobs/batch.h"

namespace adapters::sqlite {

// What sweeps go by beside the rows.
struct Sweeping {
    Presences& presences;
    base::Millis lease_max;
    base::AccountId& last_roomless;  // where the last look at accounts without room stopped
};

struct Loading {
    Database& database;
    jobs::Load const& load;
    jobs::Batch& batch;
    std::unordered_set<base::JobId> jobs{};
    std::set<base::AccountId> accounts{};
};

// Into `batch`, whose `now` is set.
void load_batch(Database& database, jobs::Load const& load, Sweeping const& sweeping,
                jobs::Batch& batch);

// Appends the job unless it is there already or there is no such job; its place in the batch's jobs
// or nullptr.
jobs::LoadedJob* add_job(Loading& loading, base::JobId id);

void load_jobs(Loading& loading);                              // claimed, by id, live
void load_sweeps(Loading& loading, Sweeping const& sweeping);  // load_sweeps.cpp
void load_turns(Loading& loading);                             // load_turns.cpp
void load_draining(Loading& loading);                          // queues.cpp
void load_wallets(Loading& loading);                           // load_money.cpp
void load_charges(Loading& loading);                           // after the wallets
void load_spending(Loading& loading);                          // in flight, spent
void load_keys_and_references(Loading& loading);

}  // namespace adapters::sqlite
