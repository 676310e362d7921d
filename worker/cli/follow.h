// Watches one job to its end, telling what changes: a progress bar on a terminal, lines in a pipe,
// nothing on standard output with --json.
#pragma once

#include "jobs/job.h"
#include "worker/cli/context.h"

namespace worker::cli {

// Returns the job as it ended.
jobs::Job follow(Context& context, adapters::Store& store, base::JobId id);

// What the job cost, as people read it.
void print_bill(jobs::Job const& job, adapters::Store& store);

// 0 for a completed job, 1 for one that ended without a result.
int code_of(jobs::Job const& job);

}  // namespace worker::cli
