// What an operator looks at first, from the tables.
#pragma once

#include <set>
#include <string>

#include "adapters/memory/tables.h"
#include "adapters/overview.h"
#include "adapters/store.h"

namespace adapters::memory {

Counts counts(Tables const& tables);
Overview overview(Tables const& tables, std::set<std::string> const& present,
                  std::map<std::string, std::string> const& notes, base::Timestamp now);

}  // namespace adapters::memory
