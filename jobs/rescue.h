// Jobs whose worker was lost go back into the queue: their charge stays with them, no try is used
// up, and a stored task is resumed. The third loss makes a job poison: failed, refunded, flagged.
#pragma once

#include <string>
#include <vector>

#include "jobs/batch.h"
#include "jobs/rules.h"

namespace jobs {

struct Rescued {
    int requeued = 0;
    int poisoned = 0;
    int past_deadline = 0;
};

Load load_for_rescue(int limit);

Rescued rescue(Batch& batch, Rules const& rules);

}  // namespace jobs
