// A store that tells an announcer what became of jobs, after each transaction has committed.
// Everything else goes straight to the store inside.
#pragma once

#include <memory>
#include <vector>

#include "adapters/announcer.h"
#include "adapters/forwarding_store.h"
#include "worker/pace.h"

namespace worker {

// What a decision has changed, as news: jobs that are new and jobs that are different.
std::vector<adapters::JobNews> news_of(jobs::Batch const& batch);

class AnnouncingStore final : public adapters::ForwardingStore {
public:
    // The announcer must outlive it, and the pace, which hears what flowed where there is one.
    AnnouncingStore(std::unique_ptr<adapters::Store> inner, adapters::Announcer& announcer,
                    Pace* pace = nullptr);

    void transact(jobs::Load const& load, jobs::Decide const& decide) override;

private:
    std::unique_ptr<adapters::Store> inner_;
    adapters::Announcer& announcer_;
    Pace* pace_;
};

}  // namespace worker
