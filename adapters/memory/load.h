// From what a decision asks for to what it is given.
#pragma once

#include <set>
#include <string>

#include "adapters/memory/tables.h"
#include "jobs/batch.h"

namespace adapters::memory {

struct Facts {
    base::Timestamp now;
    base::Millis lease_max;
    std::set<std::string> const& present;  // workers known to be alive
    std::vector<ApiKey> const& api_keys;
};

jobs::Batch load(Tables const& tables, jobs::Load const& what, Facts const& facts);

}  // namespace adapters::memory
