// Retention.
#include "jobs/prune.h"

namespace jobs {

Load load_for_prune(base::Timestamp ended_before, int limit) {
    return {.sweep = Sweep{.prunable = limit, .prune_before = ended_before}};
}

int prune(Batch& batch) {
    int pruned = 0;
    for (LoadedJob& loaded : batch.jobs) {
        if (!ended(loaded.job.state) || loaded.job.pruned) {
            continue;
        }
        loaded.job.input.clear();
        loaded.job.result.clear();
        loaded.job.progress_note.clear();
        loaded.job.pruned = true;
        loaded.changed = true;
        ++pruned;
    }
    return pruned;
}

}  // namespace jobs
