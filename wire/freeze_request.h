// What an operator's calls about an account say.
#pragma once

#include <optional>
#include <string>

#include "ledger/standing.h"
#include "wire/credits_request.h"

namespace wire {

inline constexpr std::int64_t most_reason_characters = 500;

// Why it can't be the reason for a freeze, which has to be given.
std::optional<std::string> mistake_in_reason(std::string_view text);

Checked<std::string> parse_freeze_reason(StrictObject const& body);

// `job_cap`, `daily_cap`, `monthly_cap`: whole numbers from zero (no cap); absent or null: as
// configured.
Checked<ledger::Caps> parse_caps(StrictObject const& body);

struct MembershipRequest {
    std::optional<base::Timestamp> until;  // none: it is over
    std::string reason;
};

// `member_until` to come, within ten years, or null; `reason`.
Checked<MembershipRequest> parse_membership(StrictObject const& body, base::Timestamp now);

}  // namespace wire
