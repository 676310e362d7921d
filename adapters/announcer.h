// The port to whoever wants to hear at once what became of a job: live status, event channels,
// workers that wait. A courtesy after the commit: news may be lost, the store never is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/credits.h"
#include "base/ids.h"
#include "base/time.h"
#include "jobs/job.h"

namespace adapters {

// One job as a transaction left it.
struct JobNews {
    base::JobId job;
    std::string user;
    std::string service;
    jobs::State state = jobs::State::queued;
    int attempt = 0;
    int progress = 0;        // percent
    std::string note;        // of the progress
    std::string error;       // its code; empty: none
    base::Credits net;       // what the account has paid for it so far
    base::Timestamp at;      // of the transaction, by the store's clock
    bool claimable = false;  // a worker can take it now
};

class Announcer {
public:
    Announcer() = default;
    Announcer(Announcer const&) = delete;
    Announcer& operator=(Announcer const&) = delete;
    virtual ~Announcer() = default;

    // Whether there is anybody to tell just now; where there is nobody, news need not be put
    // together. From any thread.
    [[nodiscard]] virtual bool listens() const noexcept { return true; }

    // Never blocks, never throws, may be called from any thread. What can't be told in time is
    // dropped, the oldest first, and counted.
    virtual void announce(std::vector<JobNews> news) noexcept = 0;

    [[nodiscard]] virtual std::int64_t dropped() const = 0;
};

}  // namespace adapters
