// Where files of jobs are kept beside the disk, from the settings.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "adapters/artifacts.h"
#include "base/ids.h"
#include "config/settings.h"

namespace worker {

// Whether somebody waits for what is read: then a place that does not answer is soon believed not
// to.
enum class Haste : std::uint8_t { none, somebody_waits };

// Null where there is no such place.
std::unique_ptr<adapters::ArtifactStore> make_artifacts(config::Settings const& settings,
                                                        Haste haste = Haste::none);

// "00000000000000000042/audio.mp3": in the order of their jobs.
std::string artifact_key(base::JobId job, std::string_view name);

// Whose it is; nothing for other keys.
std::optional<base::JobId> job_of_key(std::string_view key);

// "RESULTS/42": what a job has made, on this disk.
std::filesystem::path result_folder(config::Settings const& settings, base::JobId job);

}  // namespace worker
