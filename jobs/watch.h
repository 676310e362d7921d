// Tasks that outlive their jobs: when each is asked about, and what is written down of its verdict.
#pragma once

#include <string>
#include <vector>

#include "jobs/batch.h"

namespace jobs {

Load load_for_watches(int limit);

// Those to be asked about now; nobody else asks about them until they are due again.
std::vector<Watch> take_watches(Batch& batch);

// How it ended, as far as that will ever be known.
struct LateVerdict {
    bool completed = false;
    std::string result{};  // JSON
    std::string note{};    // for people
    std::vector<ProviderCall> calls{};
};

Load load_for_late(Watch const& watch);

// Keeps a result as the job's late one, which is not charged, and what it cost; nobody asks any
// more.
void take_late(Batch& batch, Watch const& watch, LateVerdict const& verdict);

}  // namespace jobs
