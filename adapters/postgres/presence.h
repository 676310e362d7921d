// Which workers are alive. Each holds an advisory lock in a session of its own, which the server
// drops with the session: a worker that was killed is known to be gone at once. A restart of the
// server drops the locks of the living too, so a worker is gone only if it has not been seen since,
// either; and where no lock can be held (behind a pooler) the lease alone decides about a worker
// that did not say that it leaves.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "adapters/postgres/session.h"
#include "adapters/store.h"

namespace adapters::postgres {

class WorkerPresence final : public Presence {
public:
    // Throws Unavailable if another process works under that name.
    WorkerPresence(Access access, std::string worker);
    ~WorkerPresence() override;

    void say(std::string const& note) noexcept override;

private:
    void come_in();
    void beat();
    void beat_until_told();
    void leave();

    Access access_;
    std::string worker_;
    std::unique_ptr<Session> session_;
    bool pooled_ = false;
    std::mutex mutex_;
    std::condition_variable told_;
    bool leaving_ = false;  // guarded by mutex_
    std::string note_;      // guarded by mutex_
    std::thread thread_;
};

}  // namespace adapters::postgres
