// The sync registry of the memory store: a view of its tables, under its lock.
#pragma once

#include <functional>
#include <mutex>

#include "adapters/memory/tables.h"

namespace adapters::memory {

class Sync final : public SyncRegistry {
public:
    Sync(std::mutex& mutex, Tables& tables, std::function<base::Timestamp()> clock)
        : mutex_{mutex}, tables_{tables}, clock_{std::move(clock)} {}

    std::vector<jobs::SyncSource> sources() override;
    void put(jobs::SyncSource const& source) override;
    bool remove(std::string const& source) override;
    void link(jobs::SyncedUser const& who, std::string const& account) override;
    std::map<jobs::SyncedUser, std::string> links(std::string const& telegram_id) override;

private:
    std::mutex& mutex_;
    Tables& tables_;
    std::function<base::Timestamp()> clock_;
};

// Sources, links, and what was added today; the wallets are the caller's to load.
void load_synced(Tables const& tables, jobs::Load const& what, jobs::Batch& batch);

}  // namespace adapters::memory
