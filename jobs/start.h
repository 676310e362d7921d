// Start = claim + debit, one transaction.
#pragma once

#include <string>
#include <vector>

#include "jobs/batch.h"
#include "jobs/rules.h"

namespace jobs {

enum class StartOutcome : std::uint8_t {
    started,
    insufficient_credits,  // ended failed, nothing was charged
    over_cap,              // ended failed, nothing was charged; its error names the guard
    past_deadline,         // ended failed, its charge was given back
    held,                  // back in the queue until its account has room
    braked,                // held, and it was this job that pulled the brake: `why`
};

struct Start {
    StartOutcome outcome = StartOutcome::started;
    Job job;
    std::string why{};
};

Load load_for_start(Claim claim, Rules const& rules);

// For every claimed job of the batch, in order. A started one is `processing`, has the next attempt
// number and a lease, and its charge is open (or was, from an earlier attempt).
std::vector<Start> start(Batch& batch, std::string const& worker, Rules const& rules);

}  // namespace jobs
