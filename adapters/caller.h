// Who calls over HTTP, and what they may do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/credits.h"
#include "base/time.h"

namespace adapters {

// Of an API key. `read` may look at everything that any other scope may look at; `admin` may do
// all.
enum class Scope : std::uint8_t { jobs, credits, sync, read, admin };

std::string_view to_text(Scope scope);
std::optional<Scope> parse_scope(std::string_view text);

// "jobs credits", as stores keep it. A word that is no scope gives nothing.
std::string to_text(std::vector<Scope> const& scopes);
std::vector<Scope> parse_scopes(std::string_view line);

// Either a user (by a token: `user` is its `sub`) or a service (by an API key).
struct Caller {
    std::string user;      // empty: a service
    std::int64_t key = 0;  // the API key's number
    std::string name;      // of the key, for logs
    std::vector<Scope> scopes;
    bool capped = false;  // what is spent with the key is counted

    [[nodiscard]] bool is_user() const { return !user.empty(); }

    [[nodiscard]] bool may(Scope scope) const;
};

// An API key as it is stored: never the key itself.
struct ApiKey {
    std::int64_t number = 0;
    std::string name;
    std::string prefix;  // the key's first characters, to recognise it by: "tm_3fK9"
    std::string hash;    // SHA-256 of the key, in hex
    std::vector<Scope> scopes;
    std::int64_t per_minute = 0;  // requests; 0: no limit
    base::Credits daily_cap;      // that may be spent with it, on all accounts together; 0: no cap
    base::Credits monthly_cap;
    base::Timestamp created_at;
    std::optional<base::Timestamp> expires_at;
    std::optional<base::Timestamp> revoked_at;
    std::optional<base::Timestamp> last_used_at;  // to the minute

    [[nodiscard]] bool capped() const { return daily_cap.value > 0 || monthly_cap.value > 0; }
};

}  // namespace adapters
