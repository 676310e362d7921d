// Reading: each call works on one consistent view, the reader's transaction.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/sqlite/database.h"
#include "adapters/store.h"

namespace adapters::sqlite {

std::optional<base::AccountId> account_of(Database& database, std::string_view user);
std::optional<ledger::Grant> find_grant(Database& database, base::AccountId account,
                                        std::int64_t number);

std::optional<jobs::Job> find_job(Database& database, base::JobId id);
std::vector<jobs::Job> find_jobs(Database& database, std::vector<base::JobId> const& ids);
std::optional<JobStory> story_of(Database& database, base::JobId id);
std::optional<ledger::Wallet> find_wallet(Database& database, std::string_view user);
std::optional<ledger::Wallet> glance(Database& database, std::string_view user);
std::vector<ledger::Entry> entries_of(Database& database, base::AccountId account,
                                      EntryFilter const& filter);
Counts counts(Database& database);
bool anything_ready(Database& database, std::vector<std::string> const& services);
std::vector<std::string> services_ready(Database& database);
std::vector<base::JobId> stale(Database& database,
                               std::vector<std::pair<base::JobId, int>> const& attempts);
std::vector<Sum> sums_of(Database& database, base::AccountId account, base::Timestamp from,
                         base::Timestamp to);
base::Credits balance_at(Database& database, base::AccountId account, base::Timestamp at);

// overview.cpp; without the workers, which are files.
Overview overview(Database& database, base::Timestamp now);

// list.cpp
std::vector<ledger::Wallet> list_accounts(Database& database, AccountFilter const& filter);
std::vector<jobs::Job> list_jobs(Database& database, JobFilter const& filter);

// audit.cpp
std::vector<ledger::Finding> audit(Database& database, AuditScope const& scope,
                                   std::function<void(AuditPage const&)> const& visit);

}  // namespace adapters::sqlite
