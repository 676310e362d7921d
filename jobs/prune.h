// Retention: a job that ended long ago loses its input and its result. Its line stays for ever, as
// its ledger entries do, so that the audit and repeated keys still have their answer.
#pragma once

#include "jobs/batch.h"

namespace jobs {

Load load_for_prune(base::Timestamp ended_before, int limit);

// Returns how many were pruned.
int prune(Batch& batch);

}  // namespace jobs
