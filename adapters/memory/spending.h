// What accounts and API keys have spent, added up from the tables.
#pragma once

#include <vector>

#include "adapters/memory/tables.h"
#include "jobs/spending.h"

namespace adapters::memory {

jobs::Spent sum_of(std::vector<ledger::Entry> const& entries, jobs::Look const& look);

jobs::KeyBudget budget_of(Tables const& tables, ApiKey const& key, jobs::KeyWindows const& windows);

}  // namespace adapters::memory
