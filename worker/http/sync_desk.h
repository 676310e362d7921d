// Group commit of what sister products add and deduct.
#pragma once

#include <vector>

#include "adapters/store.h"
#include "jobs/sync.h"
#include "worker/http/group_commit.h"

namespace worker::http {

class SyncDesk {
public:
    // All of it must outlive this; used on the executor's thread only.
    SyncDesk(boost::asio::any_io_executor executor, adapters::Store& store, BlockingPool& pool,
             jobs::Rules const& rules, GroupOptions options = {})
        : group_{std::move(executor), pool,
                 [&store, &rules](std::vector<jobs::SyncRequest> const& requests) {
                     std::vector<jobs::Synced> answers;
                     store.transact(jobs::load_for(requests), [&](jobs::Batch& batch) {
                         answers = jobs::sync(batch, requests, rules);
                     });
                     return answers;
                 },
                 options} {}

    // As GroupCommit::submit.
    boost::asio::awaitable<std::vector<jobs::Synced>> sync(
        std::vector<jobs::SyncRequest> requests) {
        return group_.submit(std::move(requests));
    }

private:
    GroupCommit<jobs::SyncRequest, jobs::Synced> group_;
};

}  // namespace worker::http
