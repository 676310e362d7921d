// How long a failed job waits before its next try.
#pragma once

#include "jobs/job.h"
#include "jobs/rules.h"

namespace jobs {

// Doubles with each failure up to the cap, then shortened by up to a quarter, so that jobs that
// failed together don't come back together. Random-looking, but a function of the job and its
// count.
base::Millis backoff(Job const& job, ServiceRules const& rules);

}  // namespace jobs
