#include "worker/result_sweep.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <sys/stat.h>

#include "worker/artifacts.h"

namespace worker {

namespace {

namespace fs = std::filesystem;

constexpr int at_once = 1'000;

bool is_due(adapters::Store& store, base::JobId id) {
    auto const job = store.find_job(id);
    return job && job->pruned;
}

std::optional<base::JobId> job_of_folder(std::string const& name) {
    return job_of_key(name + "/");
}

// By the system's clock, as files have it.
bool changed_before(fs::path const& folder, base::Timestamp before) {
    struct stat found{};
    if (::lstat(folder.c_str(), &found) != 0 || !S_ISDIR(found.st_mode)) {
        return false;
    }
    return base::from_ms(std::int64_t{found.st_mtim.tv_sec} * 1000) < before;
}

// One job after another, as the keys are in order.
class Due {
public:
    explicit Due(adapters::Store& store) : store_{store} {}

    bool is(base::JobId id) {
        if (id != id_) {
            id_ = id;
            due_ = is_due(store_, id);
        }
        return due_;
    }

private:
    adapters::Store& store_;
    base::JobId id_;
    bool due_ = false;
};

[[noreturn]] void fail(adapters::StorageError const& error) {
    throw adapters::Unavailable{error.message};
}

}  // namespace

std::int64_t sweep_folders(adapters::Store& store, fs::path const& results,
                           base::Timestamp before) {
    std::error_code ignored;
    std::vector<std::pair<base::JobId, fs::path>> old;
    for (auto const& entry : fs::directory_iterator{results, ignored}) {
        auto const id = job_of_folder(entry.path().filename().string());
        if (id && changed_before(entry.path(), before)) {
            old.emplace_back(*id, entry.path());
        }
    }
    std::int64_t gone = 0;
    for (auto const& [id, folder] : old) {
        if (is_due(store, id)) {
            fs::remove_all(folder, ignored);
            gone += ignored ? 0 : 1;
        }
    }
    return gone;
}

std::int64_t sweep_objects(adapters::Store& store, adapters::ArtifactStore& artifacts,
                           base::Timestamp before) {
    Due due{store};
    std::int64_t gone = 0;
    std::string after;
    for (;;) {
        auto const page = artifacts.list(after, at_once);
        if (!page) {
            fail(page.error());
        }
        bool any_old = false;
        for (auto const& artifact : *page) {
            auto const id = job_of_key(artifact.key);
            bool const old = artifact.changed < before;
            any_old = any_old || old;
            if (id && old && due.is(*id)) {
                if (auto const removed = artifacts.remove(artifact.key); !removed) {
                    fail(removed.error());
                }
                ++gone;
            }
        }
        // Keys are in the order of their jobs, so that behind a page of new ones are newer ones.
        if (page->empty() || !any_old) {
            return gone;
        }
        after = page->back().key;
    }
}

}  // namespace worker
