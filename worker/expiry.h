// Expiry of whatever is due, in transactions of a bounded size: the duty, the verb and the call.
#pragma once

#include "adapters/store.h"
#include "jobs/accounts.h"

namespace worker {

inline jobs::ExpiryRun expire_all(adapters::Store& store) {
    constexpr int accounts_at_once = 500;
    jobs::ExpiryRun sum;
    while (true) {
        jobs::ExpiryRun part;
        store.transact(jobs::load_for_expiry(accounts_at_once),
                       [&](jobs::Batch& batch) { part = jobs::expire(batch); });
        sum.accounts += part.accounts;
        sum.grants += part.grants;
        sum.credits += part.credits;
        if (part.accounts < accounts_at_once) {
            return sum;
        }
    }
}

}  // namespace worker
