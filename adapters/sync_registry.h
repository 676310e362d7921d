// The sister products that may move credits, and which accounts their users have: one part of the
// store (store.h). What is put here is in force from the next transaction on.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "jobs/sync_source.h"

namespace adapters {

class SyncRegistry {
public:
    SyncRegistry() = default;
    SyncRegistry(SyncRegistry const&) = delete;
    SyncRegistry& operator=(SyncRegistry const&) = delete;
    virtual ~SyncRegistry() = default;

    virtual std::vector<jobs::SyncSource> sources() = 0;  // by name, with their secrets

    // In place of the one of that name, if there is one. Its times are the store's, whatever it
    // says of them: created when it was first put, changed now.
    virtual void put(jobs::SyncSource const& source) = 0;

    // What it has moved stays in the ledger. False: there is no such source.
    virtual bool remove(std::string const& source) = 0;

    // That user is this account's from now on; an empty `account` takes the link away.
    virtual void link(jobs::SyncedUser const& who, std::string const& account) = 0;

    // All links of that telegram id.
    virtual std::map<jobs::SyncedUser, std::string> links(std::string const& telegram_id) = 0;
};

}  // namespace adapters
