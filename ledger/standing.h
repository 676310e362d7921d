// What keeps an account from spending, beside what it has: a freeze by an operator, the brake that
// the program pulls, and caps of its own. Most accounts have none of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/credits.h"
#include "base/time.h"

namespace ledger {

// Why nothing may be taken from the account now.
struct Stop {
    std::string reason;
    std::string by;  // who said so; empty: the program itself
    base::Timestamp since;
    std::optional<base::Timestamp> until;  // none: until somebody lifts it

    friend bool operator==(Stop const&, Stop const&) = default;
};

// Caps in credits; none: as configured for its tier, or for all. Zero: no cap.
struct Caps {
    std::optional<base::Credits> job;
    std::optional<base::Credits> daily;
    std::optional<base::Credits> monthly;

    friend bool operator==(Caps const&, Caps const&) = default;
};

// Credits that were spent when the money that they were bought with went back, and that nobody
// owes: what of them comes back to these grants after all is taken again (revoke.h).
struct WrittenOff {
    std::vector<std::int64_t> grants;  // numbers
    base::Credits amount;              // more than zero

    friend bool operator==(WrittenOff const&, WrittenOff const&) = default;
};

inline constexpr std::size_t most_written_off = 100;  // the last ones of an account

struct Standing {
    std::optional<Stop> freeze;  // what is known of it while Account::frozen
    std::optional<Stop> brake;   // may be over by now, see braked
    // What was spent before is not held against the account by the brake.
    std::optional<base::Timestamp> brake_lifted_at;
    Caps caps;
    std::vector<WrittenOff> written_off;

    friend bool operator==(Standing const&, Standing const&) = default;
};

bool braked(Standing const& standing, base::Timestamp now);

// "daily=500;brake=…", the form in which stores keep it; empty: there is nothing to tell.
// What of a line can't be read is left out.
std::string line_of(Standing const& standing);
Standing parse_standing(std::string_view line);

}  // namespace ledger
