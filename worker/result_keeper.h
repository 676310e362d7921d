// Fetches what providers made, at once, because their links die; checks it, keeps it, and says so
// in the job's result.
#pragma once

#include <atomic>
#include <expected>
#include <filesystem>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "adapters/artifacts.h"
#include "adapters/provider.h"
#include "config/settings.h"
#include "jobs/job.h"
#include "worker/blocking_pool.h"

namespace worker {

// Between the thread that runs an attempt and the one that fetches for it.
struct Fetching {
    std::atomic<int> percent = -1;  // of all files; -1: nothing is being fetched
    std::atomic<bool> halt = false;
};

struct NotKept {
    enum class Kind : std::uint8_t {
        again,    // it may be there later
        gone,     // the link says that it is gone; another link may lead there
        lost,     // it never will be kept
        stopped,  // by `halt`
    };

    Kind kind = Kind::again;
    std::string code;     // for programs: result_lost, too_large
    std::string message;  // for people, one line
};

// The result's JSON where nothing is kept: links are named by their role, and the first one as
// where the result is.
std::string with_links(adapters::Verdict const& verdict);

using KeptResult = std::expected<std::string, NotKept>;  // the result's JSON

class ResultKeeper {
public:
    // Both must outlive it. Without a store everything stays on this disk.
    ResultKeeper(config::Settings const& settings, adapters::ArtifactStore* store)
        : settings_{settings},
          store_{settings.results.store == config::ResultStore::s3 ? store : nullptr},
          pool_{static_cast<std::size_t>(settings.results.at_once)} {}

    // All that was made is in the call's result folder when this returns, whole and on the disk,
    // and in the store where there is one; or, where the service wants links, named by its links.
    // Where it may be fetched from is for the settings of that provider to say.
    boost::asio::awaitable<KeptResult> keep(jobs::Job const& job, std::string const& provider,
                                            adapters::Call const& call,
                                            adapters::Verdict const& verdict, Fetching& fetching);

    // The result is committed: where there is a store, its copies on this disk have had their use.
    boost::asio::awaitable<void> tidy(jobs::Job const& job, std::filesystem::path const& folder);

    [[nodiscard]] base::Millis retry_for() const { return settings_.results.retry_for; }

    // Waits for what is running; nothing may be started afterwards.
    void join() { pool_.join(); }

private:
    config::Settings const& settings_;
    adapters::ArtifactStore* store_;
    BlockingPool pool_;
};

}  // namespace worker
