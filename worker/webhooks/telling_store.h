// A store that writes down what a transaction has done that somebody listens to, in that same
// transaction. Everything else goes straight to the store inside. With nobody listening it looks at
// the jobs of a batch for an address of their own, and that is all.
#pragma once

#include <functional>
#include <memory>

#include "adapters/forwarding_store.h"
#include "config/settings.h"
#include "jobs/outbox.h"

namespace worker {

jobs::Listening listening(config::Webhooks const& settings);

class TellingStore final : public adapters::ForwardingStore {
public:
    // `told`, where it is given, is called after a commit that wrote messages; on any thread.
    TellingStore(std::unique_ptr<adapters::Store> inner, jobs::Listening listening,
                 std::function<void()> told = {});

    void transact(jobs::Load const& load, jobs::Decide const& decide) override;

private:
    std::unique_ptr<adapters::Store> inner_;
    jobs::Listening listening_;
    std::function<void()> told_;
};

}  // namespace worker
