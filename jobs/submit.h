// Enqueue: the price is quoted and frozen, the account is opened with its gift on first use, a
// repeated key answers with the first job.
//
// A request that came through the store's inbox has its id already, and whoever put it there has
// committed: it is queued even if the account can't afford it now, or if its queue is drained
// since, and what is refused or only repeats another request still becomes a job, a failed one that
// says why and costs nothing.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "jobs/batch.h"
#include "jobs/guards.h"
#include "jobs/rules.h"
#include "pricing/book.h"
#include "pricing/price.h"

namespace jobs {

// One request, already parsed; text fields are checked at the edge (wire/job_request.h).
struct Request {
    base::JobId id;  // the id that it was promised, if it came through the inbox; none: a new one
    std::string user;
    std::string service;
    std::string input;                       // JSON
    pricing::Usage usage;                    // what the input says about its length
    std::optional<Measurement> measurement;  // of the input: it beats what the input says
    std::string key;                         // idempotency key; empty: none
    base::Hash body_hash{};                  // over everything that a repeat must have in common
    int priority = 0;
    std::optional<base::Timestamp> run_at;
    std::vector<base::JobId> after;
    std::string webhook;
    std::string trace;
    std::int64_t api_key = 0;   // that it comes with, if that key has a cap; zero: none
    bool queue_anyway = false;  // even if the account can't afford it now
};

enum class SubmitOutcome : std::uint8_t {
    created,
    repeated,      // same key, same body: `job` is the first one
    key_conflict,  // same key, another body: `job` is the first one
    unknown_service,
    needs_duration,         // priced by the second, and the input does not say how long it is
    needs_text_or_maximum,  // priced by its output, and the input does not bound it
    too_expensive,          // the price does not fit 64 bits
    over_job_cap,           // `hit` says by how much
    over_cap,               // any other cap: `hit` says which
    insufficient_credits,   // `required` and `balance` say how much
    frozen,
    braked,           // until `braked_until`, if that is known
    draining,         // the service's queue takes no new jobs
    unknown_parent,   // `parent` is not a job of this account
    parent_failed,    // `parent` has ended without a result
    taken_elsewhere,  // a request of the inbox that somebody else has taken up; nothing is changed
};

struct Submission {
    SubmitOutcome outcome = SubmitOutcome::created;
    std::optional<Job> job;  // refused or repeated through the inbox: the failed job
    base::Credits required;
    base::Credits balance;
    std::optional<Hit> hit;
    std::optional<base::Timestamp> braked_until;
    base::Millis frees_in{};  // until then
    base::JobId parent;
};

Load load_for_submit(std::vector<Request> const& requests, Rules const& rules);

// One answer for each request, in order; each stands alone and sees what the ones before it did.
std::vector<Submission> submit(Batch& batch, std::vector<Request> const& requests,
                               pricing::Book const& book, Rules const& rules);

// What the request would cost, and whether that account could pay for it now; nothing is changed.
// Keys, queues and parents are not looked at. `required` is the price; `job` carries the terms.
Submission judge(Batch& batch, Request const& request, ledger::Wallet const& wallet,
                 pricing::Book const& book, Rules const& rules);

// Takes up a request of the inbox as a job that has failed with that error: for what is refused
// before it can be submitted. None: somebody else has taken it up.
std::optional<Job> refuse(Batch& batch, Request const& request, Error error, Rules const& rules);

}  // namespace jobs
