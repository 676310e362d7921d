// Whose account a sister product's user has, changed: for the verb and the call that do it.
#pragma once

#include <string>

#include "adapters/store.h"
#include "jobs/merge.h"
#include "jobs/sync.h"

namespace worker {

// The user is that account's from now on. Where the link is for all sources, what is left on the
// account of its own that every such user has goes there; doing it again takes along what came to
// that one in the meantime. An empty `account` takes the link away and moves nothing. Where a merge
// is refused the link stays as it was.
inline jobs::Merged link(adapters::Store& store, jobs::SyncedUser const& who,
                         std::string const& account, jobs::Rules const& rules) {
    auto& registry = store.sync();
    auto const links = registry.links(who.telegram_id);
    registry.link(who, account);
    jobs::Merged merged;
    if (account.empty() || !who.source.empty()) {
        return merged;
    }
    auto const own = jobs::default_user(who.telegram_id);
    store.transact(jobs::load_for_merge(own, account),
                   [&](jobs::Batch& batch) { merged = jobs::merge(batch, own, account, rules); });
    if (merged.outcome != jobs::MergeOutcome::merged) {
        auto const before = links.find(who);
        registry.link(who, before == links.end() ? "" : before->second);
    }
    return merged;
}

}  // namespace worker
