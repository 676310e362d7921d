// What people do to a job: cancel it, or have it run again.
#pragma once

#include "jobs/batch.h"
#include "jobs/rules.h"

namespace jobs {

enum class SteerOutcome : std::uint8_t {
    done,
    missing,
    wrong_state,  // cancel: it has ended; resolve: it is in no doubt, or is to be submitted while
                  // it is not parked; retry: it has not failed or been cancelled, or was never
                  // accepted
    insufficient_credits,  // retry: the new charge can't be paid
};

struct Steered {
    SteerOutcome outcome = SteerOutcome::done;
    Job job;
    base::Credits required;
    base::Credits balance;
};

Load load_for_cancel(base::JobId id);

// Ends the job at once, refund included; the worker that runs it finds its attempt stale, tells the
// provider, and stops.
Steered cancel(Batch& batch, base::JobId id, Rules const& rules);

// What somebody has found out, or decides, about a job that may have been submitted.
struct Ruling {
    enum class Verdict : std::uint8_t {
        submit,  // it was not: submit it
        fail,    // it is given up: failed, refunded
        task,    // it was: `task` is the provider's id of it
    };

    Verdict verdict = Verdict::submit;
    std::string task{};
    std::string who{};  // for the record
};

std::string_view to_text(Ruling::Verdict verdict);

// Loaded as for a cancel.
Steered settle_doubt(Batch& batch, base::JobId id, Ruling const& what, Rules const& rules);

Load load_for_retry(base::JobId id);

// Queues a failed or cancelled job again. It opens a new charge at the frozen price when it starts.
Steered retry(Batch& batch, base::JobId id, Rules const& rules);

}  // namespace jobs
