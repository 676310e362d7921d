// API keys as rows. All of these may be done twice, see using_session in store.cpp.
#include "adapters/postgres/read.h"
#include "adapters/postgres/rows.h"

namespace adapters::postgres {

namespace {

constexpr std::string_view key_columns =
    "number, name, prefix, hash, scopes, per_minute, created_at, expires_at, revoked_at, "
    "last_used_at, daily_cap, monthly_cap";

ApiKey read_api_key(pqxx::row const& source) {
    Row row{source};
    ApiKey key;
    key.number = row.integer();
    key.name = row.text();
    key.prefix = row.text();
    key.hash = row.text();
    key.scopes = parse_scopes(row.view());
    key.per_minute = row.integer();
    key.created_at = row.time();
    key.expires_at = row.nullable_time();
    key.revoked_at = row.nullable_time();
    key.last_used_at = row.nullable_time();
    key.daily_cap = row.credits();
    key.monthly_cap = row.credits();
    return key;
}

std::string by_hash(Session const& session, std::string const& hash) {
    return session.sql("SELECT " + std::string{key_columns} + " FROM {s}.api_keys WHERE hash = ?",
                       {literal(hash)});
}

}  // namespace

std::vector<ApiKey> api_keys(Session& session) {
    auto const results = session.read(
        {session.sql("SELECT " + std::string{key_columns} + " FROM {s}.api_keys ORDER BY number")});
    std::vector<ApiKey> keys;
    for (auto const& row : results[0]) {
        keys.push_back(read_api_key(row));
    }
    return keys;
}

ApiKey add_api_key(Session& session, ApiKey const& key, std::string const& now) {
    auto const results = session.write({
        session.sql("INSERT INTO {s}.api_keys (name, prefix, hash, scopes, per_minute, created_at, "
                    "expires_at, daily_cap, monthly_cap) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
                    "ON CONFLICT (hash) DO NOTHING",
                    {literal(key.name), literal(key.prefix), literal(key.hash),
                     literal(to_text(key.scopes)), literal(key.per_minute), now,
                     key.expires_at ? literal(*key.expires_at) : "NULL",
                     literal(key.daily_cap.value), literal(key.monthly_cap.value)}),
        by_hash(session, key.hash),
    });
    if (results[1].empty()) {
        throw Unusable{"store " + session.access().where + ": an API key was not kept"};
    }
    return read_api_key(results[1][0]);
}

std::optional<ApiKey> find_api_key(Session& session, std::string const& hash) {
    auto const result = session.look(by_hash(session, hash));
    return result.empty() ? std::nullopt : std::optional{read_api_key(result[0])};
}

bool revoke_api_key(Session& session, std::int64_t number, std::string const& now) {
    auto const results = session.write({session.sql(
        "UPDATE {s}.api_keys SET revoked_at = coalesce(revoked_at, ?) WHERE number = ? "
        "RETURNING number",
        {now, literal(number)})});
    return !results[0].empty();
}

void touch_api_key(Session& session, std::int64_t number, base::Timestamp at) {
    session.write(
        {session.sql("UPDATE {s}.api_keys SET last_used_at = ? WHERE number = ? AND "
                     "(last_used_at IS NULL OR last_used_at < ?)",
                     {literal(at), literal(number), literal(at)})});
}

}  // namespace adapters::postgres
