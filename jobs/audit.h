// Checks jobs against their entries: the invariants where state and money meet (4, 5, 6), and
// repeats of a job's charge (7).
#pragma once

#include <span>
#include <vector>

#include "jobs/job.h"
#include "ledger/audit.h"

namespace jobs {

// `entries` are all of one account, `jobs` all jobs of that account.
std::vector<ledger::Finding> audit(std::span<ledger::Entry const> entries,
                                   std::span<Job const> jobs);

}  // namespace jobs
