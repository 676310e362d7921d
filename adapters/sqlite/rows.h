// How jobs and money stand in rows: the columns in the order in which they are read and written.
#pragma once

#include <string>
#include <string_view>

#include "adapters/sqlite/database.h"
#include "jobs/job.h"
#include "ledger/entry.h"
#include "ledger/wallet.h"

namespace adapters::sqlite {

// Columns for read_job; the lean ones leave input and result empty.
std::string const& job_columns();
std::string const& lean_job_columns();
jobs::Job read_job(Query& row);
void insert_job(Query& query, jobs::Job const& job);
char const* insert_job_sql();
// Everything that may change once a job exists, but for has_children and input.
void update_job(Query& query, jobs::Job const& job);
extern char const* const update_job_sql;

extern std::string_view const account_columns;
ledger::Account read_account(Query& row);

extern std::string_view const grant_columns;
ledger::Grant read_grant(Query& row);

extern std::string_view const entry_columns;
ledger::Entry read_entry(Query& row);

// "SELECT <columns> FROM <rest>"
std::string select(std::string_view columns, std::string_view rest);

}  // namespace adapters::sqlite
