// The files of jobs that retention has stripped of their results. What is to go follows from what
// lies there and from the store, so that a sweep that was killed is made up for by the next one.
#pragma once

#include <cstdint>
#include <filesystem>

#include "adapters/artifacts.h"
#include "adapters/store.h"

namespace worker {

// The folders named by jobs, below this one. What was changed since `before` can't be due, and is
// not looked at. How many went.
std::int64_t sweep_folders(adapters::Store& store, std::filesystem::path const& results,
                           base::Timestamp before);

// The same for objects. Throws adapters::Unavailable where the artifacts can't be reached.
std::int64_t sweep_objects(adapters::Store& store, adapters::ArtifactStore& artifacts,
                           base::Timestamp before);

}  // namespace worker
