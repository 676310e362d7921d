// Fair order between accounts. Each job that becomes claimable is stamped with a turn; the queue is
// read in the order of priority, turn, id. An account's jobs get turns one stride apart, and a
// newcomer starts at the lowest turn in use, so ten thousand jobs of one account delay the single
// job of another by no more than one round. The stride is shorter for a heavier weight.
#pragma once

#include "jobs/batch.h"
#include "jobs/rules.h"

namespace jobs {

inline constexpr std::int64_t full_stride = 1'000'000;

// The turn for the next claimable job of that account; counts it in `turns`.
std::int64_t next_turn(Turns& turns, Job const& job, std::string_view tier, Rules const& rules);

}  // namespace jobs
