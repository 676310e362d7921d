// The files of a completed job, onto this disk.
#pragma once

#include <filesystem>
#include <vector>

#include "jobs/job.h"
#include "worker/cli/context.h"

namespace worker::cli {

// Where it is a folder, all files go into it under their names; otherwise the first one is put
// there. What was kept is compared with its hash. Returns what was written; throws Stop where there
// is nothing to save, or it can't be.
std::vector<std::filesystem::path> save_result(Context& context, jobs::Job const& job,
                                               std::filesystem::path const& to);

}  // namespace worker::cli
