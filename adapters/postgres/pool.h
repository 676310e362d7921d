// Connections, shared by the threads of a process. A broken one is thrown away; the next user gets
// a new one.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "adapters/postgres/session.h"

namespace adapters::postgres {

class Pool {
public:
    Pool(Access access, int most, base::Millis patience)
        : access_{std::move(access)}, most_{most}, patience_{patience} {}

    Pool(Pool const&) = delete;
    Pool& operator=(Pool const&) = delete;

    // A connection for one use.
    class Lease {
    public:
        // Waits for a free place, and connects if need be. Throws Unavailable or Unusable.
        explicit Lease(Pool& pool) : pool_{pool}, session_{pool.take()} {
            trips_before_ = session_->round_trips();
        }

        Lease(Lease const&) = delete;
        Lease& operator=(Lease const&) = delete;

        ~Lease() {
            pool_.round_trips_ += session_->round_trips() - trips_before_;
            pool_.put_back(std::move(session_));
        }

        Session& operator*() { return *session_; }

        Session* operator->() { return session_.get(); }

    private:
        Pool& pool_;
        std::unique_ptr<Session> session_;
        std::int64_t trips_before_ = 0;
    };

    [[nodiscard]] std::int64_t round_trips() const { return round_trips_; }

    [[nodiscard]] Access const& access() const { return access_; }

private:
    std::unique_ptr<Session> take();
    void put_back(std::unique_ptr<Session> session);

    Access access_;
    int most_;
    base::Millis patience_;
    std::mutex mutex_;
    std::condition_variable freed_;
    std::vector<std::unique_ptr<Session>> idle_;  // guarded by mutex_
    int in_use_ = 0;                              // guarded by mutex_
    std::atomic<std::int64_t> round_trips_ = 0;
};

}  // namespace adapters::postgres
