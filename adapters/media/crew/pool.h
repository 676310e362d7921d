// Which helpers there are, and whose turn it is. A thread of its own starts them, because the
// system ends a helper with the thread that started it.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "adapters/media/crew/crew.h"
#include "adapters/media/crew/process.h"

namespace adapters::media::crew {

class Pool {
public:
    enum class Use : std::uint8_t { near, far };

    explicit Pool(CrewOptions const& options);
    Pool(Pool const&) = delete;
    Pool& operator=(Pool const&) = delete;
    ~Pool();

    // A helper for one caller alone, given back when it goes; one that is of no further use is
    // not given back but dropped.
    class Lease {
    public:
        Lease(Pool& pool, Use use, Process helper)
            : pool_{pool}, use_{use}, helper_{std::move(helper)} {}

        Lease(Lease const&) = delete;
        Lease& operator=(Lease const&) = delete;

        ~Lease() { pool_.take_back(use_, std::move(helper_)); }

        Process& helper() { return *helper_; }

        void drop() { helper_.reset(); }

    private:
        Pool& pool_;
        Use use_;
        std::optional<Process> helper_;
    };

    // Calls `work` with a lease, or returns why there is none: busy, unavailable.
    std::optional<MediaError> borrow(Use use, auto const& work) {
        auto helper = take(use);
        if (!helper) {
            return helper.error();
        }
        Lease lease{*this, use, std::move(*helper)};
        work(lease);
        return std::nullopt;
    }

    [[nodiscard]] std::uint64_t started() const;

private:
    using Lock = std::unique_lock<std::mutex>;

    std::expected<Process, MediaError> take(Use use);
    void take_back(Use use, std::optional<Process> helper);

    bool wait_for_turn(Lock& lock, int& busy, int most, base::Millis& left);
    std::expected<Process, MediaError> wait_for_helper(Lock& lock);
    bool worn_out(Process const& helper) const;
    int wanted() const;
    void keep();
    void forget_the_dead();
    void start_missing(Lock& lock);

    CrewOptions options_;
    mutable std::mutex mutex_;
    std::condition_variable turn_;   // somebody gave back a turn
    std::condition_variable ready_;  // there is a helper, or starting one failed
    std::condition_variable keeper_wakes_;
    std::vector<Process> idle_;
    int alive_ = 0;  // idle or lent
    int near_ = 0;   // turns taken
    int far_ = 0;
    int waiting_ = 0;
    std::uint64_t started_ = 0;
    std::uint64_t failures_ = 0;
    std::string last_failure_;
    bool stopping_ = false;
    std::thread keeper_;
};

}  // namespace adapters::media::crew
