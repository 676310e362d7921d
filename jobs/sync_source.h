// A sister product that may move credits, as it is registered.
#pragma once

#include <optional>
#include <string>

#include "base/credits.h"
#include "base/time.h"

namespace jobs {

struct SyncSource {
    std::string name;
    std::string secret;  // as it is, for a token is made with it; never shown, never logged
    std::string previous_secret;  // lives as well while one is rotated; empty: none
    bool may_add = true;
    bool may_deduct = true;
    std::optional<base::Credits> daily_cap;  // of what it adds in a day of UTC; none: no cap
    base::Timestamp created_at;
    base::Timestamp changed_at;

    friend bool operator==(SyncSource const&, SyncSource const&) = default;
};

// A user as a sister product knows it. In a link an empty source stands for every source that has
// no link of its own for that user.
struct SyncedUser {
    std::string source;
    std::string telegram_id;

    friend auto operator<=>(SyncedUser const&, SyncedUser const&) = default;
};

}  // namespace jobs
