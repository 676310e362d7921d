// What is asked of accounts by hand, many askers in one transaction: each is answered as if it came
// alone, in order.
#pragma once

#include <variant>
#include <vector>

#include "jobs/credits.h"

namespace jobs {

using Ask = std::variant<Consumption, Recharge, PointsUse>;

Load load_for(std::vector<Ask> const& asks, Rules const& rules);

// One answer each. `judged` is of points only.
std::vector<PointsPaid> serve(Batch& batch, std::vector<Ask> const& asks, pricing::Book const& book,
                              Rules const& rules);

}  // namespace jobs
