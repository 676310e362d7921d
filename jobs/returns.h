// What an order granted goes back as its money does: in the same proportion, rounded down, and all
// of it with the last of the money. Called after anything that changes what was paid or returned,
// it brings the two together, in whatever order the platform has told of them.
#pragma once

#include "jobs/batch.h"
#include "jobs/rules.h"

namespace jobs {

// The order's wallet must be loaded. False: there was nothing to be done.
bool settle_returns(Batch& batch, Order& order, Rules const& rules);

}  // namespace jobs
