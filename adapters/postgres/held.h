// The jobs that this process runs, as they stand in the store: whoever started a job need not read
// it again to finish it. A row that has changed meanwhile is noticed by its `rev` when it is
// written, and the transaction is repeated with what is really there.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "jobs/job.h"

namespace adapters::postgres {

class Held {
public:
    struct Item {
        jobs::Job job;
        int rev = 0;
    };

    // It is not held any more then: whoever takes it keeps it again, if it still runs.
    std::optional<Item> take(base::JobId id);
    void keep(std::vector<Item> items);
    void forget(std::vector<base::JobId> const& ids);

private:
    std::mutex mutex_;
    std::unordered_map<base::JobId, Item> items_;  // guarded by mutex_
};

}  // namespace adapters::postgres
