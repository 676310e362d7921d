// Credits that a sister product adds or deducts, by a call signed with its secret.
//
// The token is the HMAC-SHA256, in hex, of `telegram_id:amount:source:timestamp` under the source's
// secret; while one is rotated, under either. It says who, how much and when, and holds for five
// minutes by the store's clock. Whatever else a call says is not covered by it, so that what makes
// a call the same as an earlier one is its reference, and without one, what the token covers.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "jobs/accounts.h"

namespace jobs {

struct SyncRequest {
    std::string source;
    std::string telegram_id;
    base::Credits amount;  // below zero: to be deducted; never zero
    std::string reason;
    std::string timestamp;  // as it was signed
    base::Timestamp signed_at;
    std::string token;
    std::string reference;  // of this source; empty: what the token covers
};

enum class SyncOutcome : std::uint8_t {
    moved,
    repeated,   // the reference was used for the same: the first answer
    bad_token,  // or a source that there is not: which of them is not told
    stale_token,
    direction_not_allowed,
    daily_cap,
    refused,  // `moved` says why
};

struct Synced {
    SyncOutcome outcome = SyncOutcome::moved;
    Moved moved;              // balance: right after it, also where it is repeated
    base::Credits used;       // daily_cap: added today, of
    base::Credits limit;      // so much
    base::Timestamp free_at;  // and when the next day begins
};

// How long a token holds, before and after its time.
inline constexpr base::Millis token_life{300'000};

// Users of sister products that are linked to no account have one each, whatever product they come
// from: a telegram id is one person everywhere.
std::string default_user(std::string const& telegram_id);

// The user whose account it is, by the links that were loaded.
std::string user_of(std::map<SyncedUser, std::string> const& links, SyncedUser const& who);

inline std::string user_of(Batch const& batch, SyncedUser const& who) {
    return user_of(batch.links, who);
}

// What stores have to load for Load::synced beside the sources: the wallets of these users.
std::vector<std::string> users_of(Batch const& batch, Load const& load);

// Midnight of that day in UTC.
base::Timestamp utc_day(base::Timestamp at);

Load load_for(std::vector<SyncRequest> const& requests);

// One answer each, in order; each stands alone.
std::vector<Synced> sync(Batch& batch, std::vector<SyncRequest> const& requests,
                         Rules const& rules);

// The token for that request, in hex.
std::string token_of(SyncRequest const& request, std::string_view secret);

}  // namespace jobs
