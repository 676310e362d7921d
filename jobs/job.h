// A job: one request to generate something, with its price frozen and its money counted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/credits.h"
#include "base/ids.h"
#include "base/sha256.h"
#include "base/time.h"
#include "jobs/measurement.h"
#include "pricing/terms.h"

namespace jobs {

enum class State : std::uint8_t { queued, processing, completed, failed, cancelled };

// Why a queued job can't be claimed yet.
enum class Wait : std::uint8_t {
    none,     // it can
    time,     // until run_at
    parents,  // until the jobs it comes after have completed
    room,     // until its account has room: too many in flight, or frozen
};

struct Error {
    std::string code;  // for programs: "insufficient_credits", "provider_failed", …
    std::string message;
    bool retryable = false;

    friend bool operator==(Error const&, Error const&) = default;
};

// The money of a job. All but `net` are of its current charge.
struct Bill {
    int charge = 0;     // number of the current charge; 0: never charged
    bool open = false;  // debited, and not ended yet
    base::Credits debited;
    base::Credits settled;   // what it cost in the end; zero until it completes
    base::Credits refunded;  // given back because it ended without a result
    base::Credits waived;    // what a member did not pay
    base::Credits absorbed;  // measured beyond the ceiling, the operator's cost
    base::Credits net;       // what the account has paid for this job, over all its charges

    friend bool operator==(Bill const&, Bill const&) = default;
};

struct Job {
    base::JobId id;
    base::AccountId account;
    std::string user;
    std::string service;

    State state = State::queued;
    Wait wait = Wait::none;
    int priority = 0;       // higher goes first
    std::int64_t turn = 0;  // fair order within a priority, see jobs/fairness.h

    int attempt = 0;   // the current or last one; never reused
    int failures = 0;  // tries that the provider failed
    int losses = 0;    // tries whose worker was lost
    int progress = 0;  // percent
    std::string progress_note;

    base::Timestamp created_at;
    base::Timestamp run_at;
    std::optional<base::Timestamp> started_at;  // of the current or last attempt
    std::optional<base::Timestamp> finished_at;
    std::optional<base::Timestamp> lease_until;  // while processing
    std::optional<base::Timestamp> deadline_at;  // by when the charge must have a verdict
    std::string worker;                          // who holds it while processing

    std::string input;       // JSON, as it came
    std::string key;         // idempotency key; empty: none
    base::Hash body_hash{};  // what a repeated key is compared with
    std::vector<base::JobId> after;
    bool has_children = false;  // other jobs wait for it
    std::string webhook;
    std::string trace;         // W3C traceparent
    std::int64_t api_key = 0;  // that it was asked for with, if that key has a cap; zero: none

    pricing::Terms terms;
    std::string version;  // of the price book
    base::Credits quoted;
    Bill bill;

    std::string provider;  // who runs it; empty: nobody was called (a routed service) or will be
    std::string model;     // of the provider, where a route names one
    std::string task;      // the provider's own id of the current task; empty: none known
    bool fate_unknown = false;  // the task can't be seen, or none is known and there may be one
    bool parked = false;        // there may be a task, and somebody has to decide what to do
    bool resubmitted = false;   // it was submitted once more in doubt, as it may be once
    std::optional<base::Millis> duration;    // what it is billed by, where it is billed by duration
    std::optional<Measurement> measurement;  // what `duration` follows from
    std::string result;                      // JSON; empty: none
    std::optional<Error> error;
    bool late_result = false;  // a result came after the job had ended without one
    bool poison = false;
    bool pruned = false;  // input and result were removed by retention
};

bool ended(State state);

// Whether its price was ever frozen. One that was refused after its id had been promised was not:
// it is a failed job with nothing to run, see jobs/submit.h.
bool was_accepted(Job const& job);

// Whether a job that comes after jobs in these states need wait no longer: one of them has ended
// without a result, or all have ended.
bool parents_decided(std::vector<State> const& parents);

// "12,15", the form in which stores keep the jobs that a job comes after.
std::string to_line(std::vector<base::JobId> const& ids);
std::vector<base::JobId> parse_ids(std::string_view line);

// The trace, and behind it the API key of the few jobs that have one: stores keep both as one line,
// so that jobs without a key carry nothing for it.
std::string origin_of(Job const& job);
void read_origin(std::string_view line, Job& job);

// The provider, and behind it what few jobs have: marks and a model. Stores keep all as one line.
std::string runner_of(Job const& job);
void read_runner(std::string_view line, Job& job);

std::string_view to_text(State state);
std::string_view to_text(Wait wait);
std::optional<State> parse_state(std::string_view text);
std::optional<Wait> parse_wait(std::string_view text);

// What happened to a job beside its plain course (which its own times tell): retries, losses, late
// results, cancellation, unknown fate. For `explain`.
struct Event {
    base::JobId job;
    base::Timestamp at;
    std::string kind;  // "retry", "lost", "released", "submitted", "unknown", "late_result", …
    int attempt = 0;
    std::string detail;

    friend bool operator==(Event const&, Event const&) = default;
};

}  // namespace jobs
