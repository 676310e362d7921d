// Writes what a decision changed.
#pragma once

#include "adapters/sqlite/database.h"
#include "jobs/batch.h"

namespace adapters::sqlite {

void write_batch(Database& database, jobs::Batch const& batch);

}  // namespace adapters::sqlite
