// The sync registry as rows, and what transactions load of it.
#pragma once

#include <functional>

#include "adapters/postgres/load.h"
#include "adapters/sync_registry.h"

namespace adapters::postgres {

class Sync final : public SyncRegistry {
public:
    // Runs that with a session, again where it has to be.
    using Run = std::function<void(std::function<void(Session&)> const&)>;
    using Now = std::function<std::string(Session const&)>;  // an expression

    Sync(Run run, Now now) : run_{std::move(run)}, now_{std::move(now)} {}

    std::vector<jobs::SyncSource> sources() override;
    void put(jobs::SyncSource const& source) override;
    bool remove(std::string const& source) override;
    void link(jobs::SyncedUser const& who, std::string const& account) override;
    std::map<jobs::SyncedUser, std::string> links(std::string const& telegram_id) override;

private:
    Run run_;
    Now now_;
};

// Sources, links, and what was added today, in a trip of its own that comes before all locks but
// those of capped sources.
void load_synced(Loading& loading);

}  // namespace adapters::postgres
