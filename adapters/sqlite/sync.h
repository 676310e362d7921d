// The sync registry as rows, and what transactions load of it.
#pragma once

#include <functional>

#include "adapters/sqlite/load.h"
#include "adapters/sync_registry.h"

namespace adapters::sqlite {

class Sync final : public SyncRegistry {
public:
    using Work = std::function<void(Database&)>;
    using Run = std::function<void(Work const&)>;  // in a transaction of its own

    Sync(Run read, Run write, std::function<base::Timestamp()> clock)
        : read_{std::move(read)}, write_{std::move(write)}, clock_{std::move(clock)} {}

    std::vector<jobs::SyncSource> sources() override;
    void put(jobs::SyncSource const& source) override;
    bool remove(std::string const& source) override;
    void link(jobs::SyncedUser const& who, std::string const& account) override;
    std::map<jobs::SyncedUser, std::string> links(std::string const& telegram_id) override;

private:
    Run read_;
    Run write_;
    std::function<base::Timestamp()> clock_;
};

// Sources, links, and what was added today; the wallets are the caller's to load.
void load_synced(Loading& loading);

}  // namespace adapters::sqlite
