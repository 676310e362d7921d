// What the audit is shown of the memory store's tables.
#pragma once

#include <functional>
#include <vector>

#include "adapters/memory/tables.h"

namespace adapters::memory {

std::vector<ledger::Grant> grants_of(AccountBooks const& books);

void audit(Tables const& tables, AuditScope const& scope,
           std::function<void(AuditPage const&)> const& visit);

}  // namespace adapters::memory
