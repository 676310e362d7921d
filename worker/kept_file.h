// One file that a provider made, on its way into a job's result folder.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/provider.h"
#include "config/settings.h"
#include "worker/result_keeper.h"

namespace worker {

struct KeptFile {
    std::string name;
    std::string role;
    std::string type;
    std::uint64_t size = 0;
    std::string sha256;
};

struct KeepingRules {
    config::Results const& results;
    bool allow_private = false;
    int attempt = 0;
    std::filesystem::path folder;
    std::function<bool(int percent)> watch;  // of this file; false: stop
};

using KeptOne = std::expected<KeptFile, NotKept>;

// Blocks. `names` are taken already, and get its name.
KeptOne keep_file(adapters::Made const& made, KeepingRules const& rules,
                  std::set<std::string>& names);

// Those that a completed job's result names; none where it names none.
std::vector<KeptFile> kept_files(std::string_view result);

// What earlier attempts have left half fetched.
void remove_remains(std::filesystem::path const& folder);

}  // namespace worker
