// The writing half of a transaction.
#pragma once

#include <string>
#include <vector>

#include "adapters/postgres/load.h"
#include "adapters/postgres/session.h"
#include "jobs/batch.h"

namespace adapters::postgres {

// The statements that write what the decision changed; none, if it changed nothing.
std::vector<std::string> statements_for(Session const& session, jobs::Batch const& batch,
                                        Loaded const& loaded);

}  // namespace adapters::postgres
