// Bringing a schema up to date, and looking whether its guards stand.
#pragma once

#include <vector>

#include "adapters/postgres/open.h"
#include "adapters/postgres/session.h"
#include "ledger/audit.h"

namespace adapters::postgres {

// What is not there of version, server and rights is left empty. Throws Unusable for a newer
// schema.
PostgresStatus status_of(Session& session, PostgresOptions const& options);

// Under a lock, so that several processes that start at once do it once. Returns where it stood.
PostgresStatus bring_up_to_date(Session& session, PostgresOptions const& options);

// What is wrong with the triggers that keep entries as they were written.
std::vector<ledger::Finding> missing_guards(Transaction& transaction);

}  // namespace adapters::postgres
