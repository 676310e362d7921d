// What the audit is shown of the memory store's tables.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "adapters/memory/tables.h"

namespace adapters::memory {

std::vector<ledger::Grant> grants_of(AccountBooks const& books);

// Every account, or that one.
void audit(Tables const& tables, std::optional<std::string> const& user,
           std::function<void(AuditPage const&)> const& visit);

}  // namespace adapters::memory
