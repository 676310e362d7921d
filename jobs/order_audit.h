// Checks orders against the entries of their account: a paid order has exactly the grant that it
// was to have, any other none, and what was taken back is in the ledger (invariants 6 and 7).
#pragma once

#include <span>
#include <vector>

#include "jobs/order.h"
#include "ledger/audit.h"

namespace jobs {

// `entries` are all of one account, `orders` all orders of that account.
std::vector<ledger::Finding> audit_orders(std::span<ledger::Entry const> entries,
                                          std::span<Order const> orders, std::string const& user);

}  // namespace jobs
