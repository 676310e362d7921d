// Tells Redis what became of jobs: the live hash of each, an event on its user's channel, and one
// wake-up for all that can be claimed. On a thread of its own, in batches, after the commit.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "adapters/announcer.h"
#include "adapters/redis/keeper.h"
#include "adapters/redis/keys.h"
#include "adapters/redis/settings.h"

namespace adapters::redis {

struct PublisherOptions {
    std::size_t most_waiting = 10'000;  // news that wait for Redis; beyond, the oldest are dropped
    base::Millis live_for{3'600'000};   // how long the hash of a job that goes on is kept
    base::Millis ended_for{600'000};    // and that of one that has ended
};

class Publisher final : public Announcer {
public:
    // Connects when there is something to tell for the first time.
    Publisher(Settings settings, Tell tell, PublisherOptions options = {});
    Publisher(Publisher const&) = delete;
    Publisher& operator=(Publisher const&) = delete;
    ~Publisher() override;

    void announce(std::vector<JobNews> news) noexcept override;
    [[nodiscard]] std::int64_t dropped() const override;

    // Waits until all is told, for so long at the most. Whether it is.
    bool flush(base::Millis at_most);

private:
    void serve(Link& link, std::function<void()> const& well);
    bool take_batch();
    void send_batch(Link& link, std::string const& script);
    void done_with_batch();
    [[nodiscard]] Args live(JobNews const& news, std::string const& script) const;

    Settings settings_;
    Tell tell_;
    PublisherOptions options_;
    Keys keys_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<JobNews> waiting_;
    std::vector<JobNews> batch_;  // on its way; kept until Redis has answered
    std::int64_t dropped_ = 0;
    bool stopping_ = false;
    std::optional<Keeper> keeper_;
};

}  // namespace adapters::redis
