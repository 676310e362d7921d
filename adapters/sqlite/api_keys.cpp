#include "adapters/sqlite/api_keys.h"

#include "adapters/store.h"

namespace adapters::sqlite {

namespace {

ApiKey read_api_key(Query& row) {
    ApiKey key;
    key.number = row.integer();
    key.name = row.text();
    key.prefix = row.text();
    key.hash = row.text();
    key.scopes = parse_scopes(row.view());
    key.per_minute = row.integer();
    key.created_at = row.time();
    key.expires_at = row.maybe_time();
    key.revoked_at = row.maybe_time();
    key.last_used_at = row.maybe_time();
    key.daily_cap = row.credits();
    key.monthly_cap = row.credits();
    return key;
}

}  // namespace

std::vector<ApiKey> api_keys(Database& database) {
    Query query{database,
                "SELECT number, name, prefix, hash, scopes, per_minute, created_at, expires_at, "
                "revoked_at, last_used_at, daily_cap, monthly_cap FROM api_keys ORDER BY number"};
    std::vector<ApiKey> keys;
    while (query.step()) {
        keys.push_back(read_api_key(query));
    }
    return keys;
}

ApiKey add_api_key(Database& database, ApiKey const& key) {
    auto const scopes = to_text(key.scopes);
    Query query{database,
                "INSERT INTO api_keys (name, prefix, hash, scopes, per_minute, created_at, "
                "expires_at, daily_cap, monthly_cap) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON "
                "CONFLICT (hash) DO NOTHING"};
    query
        .bind(key.name, key.prefix, key.hash, scopes, key.per_minute, key.created_at,
              key.expires_at, key.daily_cap, key.monthly_cap)
        .run();
    if (auto const kept = find_api_key(database, key.hash)) {
        return *kept;
    }
    throw Unusable{"store " + database.path().string() + ": an API key was not kept"};
}

std::optional<ApiKey> find_api_key(Database& database, std::string const& hash) {
    Query query{database,
                "SELECT number, name, prefix, hash, scopes, per_minute, created_at, expires_at, "
                "revoked_at, last_used_at, daily_cap, monthly_cap FROM api_keys WHERE hash = ?"};
    query.bind(hash);
    return query.step() ? std::optional{read_api_key(query)} : std::nullopt;
}

bool revoke_api_key(Database& database, std::int64_t number, base::Timestamp now) {
    Query query{database,
                "UPDATE api_keys SET revoked_at = coalesce(revoked_at, ?) WHERE number = ?"};
    query.bind(now, number).run();
    return database.changes() > 0;
}

void touch_api_key(Database& database, std::int64_t number, base::Timestamp at) {
    Query query{database,
                "UPDATE api_keys SET last_used_at = ?1 WHERE number = ?2 AND "
                "(last_used_at IS NULL OR last_used_at < ?1)"};
    query.bind(at, number).run();
}

}  // namespace adapters::sqlite
