// One job as the command line shows it.
#pragma once

#include "worker/cli/context.h"

namespace worker::cli {

void show_job(Context const& context, jobs::Job const& job);

wire::Refusal no_such_job(base::JobId id);

}  // namespace worker::cli
