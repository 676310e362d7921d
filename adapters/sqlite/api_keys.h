// API keys as rows.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/caller.h"
#include "adapters/sqlite/database.h"

namespace adapters::sqlite {

std::vector<ApiKey> api_keys(Database& database);
ApiKey add_api_key(Database& database, ApiKey const& key);
std::optional<ApiKey> find_api_key(Database& database, std::string const& hash);
bool revoke_api_key(Database& database, std::int64_t number, base::Timestamp now);
void touch_api_key(Database& database, std::int64_t number, base::Timestamp at);

}  // namespace adapters::sqlite
