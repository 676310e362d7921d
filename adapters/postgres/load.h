// Loads what a decision asked for, inside the transaction that will write its answer, in two trips
// as a rule: jobs first, then the money of those jobs.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "adapters/postgres/rows.h"
#include "adapters/postgres/session.h"
#include "jobs/batch.h"

namespace adapters::postgres {

// How each job stood before the decision: where the narrow tables have it, and what of it stands in
// `jobs` alone while it runs.
struct Standing {
    std::string place;  // in `ready`, of a job that was claimed
    int rev = 0;        // of its row in `running`
    AtRest rest;
};

// What the writing half must know beside the batch.
struct Loaded {
    std::map<base::JobId, Standing> standing;         // of the batch's jobs, by id
    std::map<base::AccountId, std::int64_t> entries;  // how many each account had
    // Messages that were read, and the jobs they are about: gone with the transaction, but for
    // those of jobs that the decision left as they were.
    std::vector<std::pair<std::int64_t, base::JobId>> stirred;
    std::map<base::AccountId, std::int64_t> grants_before;  // number of the last grant
    std::string xid;  // the transaction's id; empty: it has none, so it has written nothing
    base::Timestamp asked_at;  // by the server's clock
};

class Held;

struct Loading {
    Transaction& transaction;
    Held& held;
    jobs::Load const& load;
    jobs::Batch& batch;
    Loaded& loaded;
    std::optional<base::Timestamp> fixed_now;  // a clock other than the server's
    base::Millis lease_max;
    TermsCache terms{};
    std::vector<base::JobId> read_again{};  // claimed jobs that have run before
};

void load_batch(Loading& loading);

// The statement's answer is given to `read` after the next trip.
using Read = std::function<void(pqxx::result const&)>;

class Trip {
public:
    explicit Trip(Transaction& transaction) : transaction_{transaction} {}

    void ask(std::string_view text, std::initializer_list<std::string> values, Read read);
    void go();

    [[nodiscard]] bool empty() const { return reads_.empty(); }

private:
    Transaction& transaction_;
    std::vector<std::string> statements_;
    std::vector<Read> reads_;
};

// The store's clock as an expression.
std::string now_expression(Loading const& loading);

// Appends the job of a row of `job_now` unless it is there already; nullptr if it was.
jobs::LoadedJob* add_job(Loading& loading, pqxx::row const& row);
jobs::LoadedJob* add_job(Loading& loading, jobs::Job job, int rev);

// Takes accounts, in their columns, into the batch as wallets (load_money.cpp).
Read adding_wallets(Loading& loading);

void ask_for_jobs(Loading& loading, Trip& trip);    // claimed, by id, live
void ask_for_sweeps(Loading& loading, Trip& trip);  // load_sweeps.cpp; may make trips of its own
void ask_for_users(Loading& loading, Trip& trip);   // load_money.cpp
void ask_for_money(Loading& loading, Trip& trip);   // of the jobs; after they are there
void ask_for_charges(Loading& loading, Trip& trip);
void ask_for_grants_of_charges(Loading& loading, Trip& trip);  // after the charges
void ask_for_every_grant(Loading& loading, Trip& trip);
void ask_for_attempts(Loading& loading, Trip& trip);
void ask_for_spending(Loading& loading, Trip& trip);  // load_guards.cpp; at last
void ask_for_turns(Loading& loading, Trip& trip);

}  // namespace adapters::postgres
