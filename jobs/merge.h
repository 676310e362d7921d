// What is left on one account goes to another of the same person: two sister products' accounts
// become one. Both histories stay where they are, and say where the credits went and came from.
#pragma once

#include <cstdint>
#include <string>

#include "jobs/accounts.h"

namespace jobs {

enum class MergeOutcome : std::uint8_t {
    merged,    // also where nothing was left
    in_debt,   // the account whose credits they are owes some
    frozen,    // or braked: that account keeps its credits
    overflow,  // the other can't hold that much
};

struct Merged {
    MergeOutcome outcome = MergeOutcome::merged;
    std::int64_t grants = 0;
    base::Credits credits;
};

Load load_for_merge(std::string const& from, std::string const& into);

// Each grant keeps its end and what it is restricted to. What is not in effect yet stays, and what
// a running job holds comes back to where it was taken from, both for another merge. The other
// account is opened if there is none and something comes to it.
Merged merge(Batch& batch, std::string const& from, std::string const& into, Rules const& rules);

}  // namespace jobs
