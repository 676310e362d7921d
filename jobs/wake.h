// Queued jobs that were waiting become claimable: their time has come, their parents have
// completed, their account has room. A child whose parent ended without a result is cancelled,
// uncharged.
#pragma once

#include "jobs/batch.h"
#include "jobs/rules.h"

namespace jobs {

struct Woken {
    int ready = 0;
    int cancelled = 0;  // children of failed parents, and jobs past their deadline
};

Load load_for_wake(int limit);

Woken wake(Batch& batch, Rules const& rules);

}  // namespace jobs
