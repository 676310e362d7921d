// The schema of the file: numbered migrations, and the guards that keep the ledger append-only.
#pragma once

#include <string>
#include <vector>

#include "adapters/sqlite/database.h"
#include "adapters/sqlite/open.h"
#include "ledger/audit.h"

namespace adapters::sqlite {

// Throws Unusable if the file's schema is newer than this program.
SchemaStatus status_of(Database& database);

// Brings the schema up to date, one transaction; nothing to do is nothing written. Returns where it
// stood before.
SchemaStatus bring_up_to_date(Database& database);

// A finding for each guard that is gone or is not what it was.
std::vector<ledger::Finding> missing_guards(Database& database);

}  // namespace adapters::sqlite
