// The writing half of a transaction.
#pragma once

#include <string>
#include <vector>

#include "adapters/postgres/load.h"
#include "adapters/postgres/session.h"
#include "jobs/batch.h"

namespace adapters::postgres {

// What writes what the decision changed; nothing, if it changed nothing.
Writes writes_for(Session const& session, jobs::Batch const& batch, Loaded const& loaded);

}  // namespace adapters::postgres
