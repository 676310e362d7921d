// From what a caller sends to jobs::Purchase.
#pragma once

#include <string>

#include "jobs/purchase.h"
#include "wire/credits_request.h"

namespace wire {

// {"package","channel","idempotency_key"?}
Checked<jobs::Purchase> parse_recharge_order(StrictObject const& body, std::string const& user);

// {"term","channel","idempotency_key"?}
Checked<jobs::Purchase> parse_membership_order(StrictObject const& body, std::string const& user);

}  // namespace wire
