// What an operator does to an account that must not spend: freezes it, releases it from a freeze or
// from the brake, gives it caps of its own.
//
// A frozen account starts nothing and nothing is taken from it; it keeps its money, what comes in
// is taken, and jobs that run already finish, settle and refund. Its queued jobs wait for room and
// go on when it is released: all of them, as far as there is room for them, in that transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "jobs/batch.h"
#include "jobs/rules.h"

namespace jobs {

inline constexpr int most_freed = 1'000;  // jobs that one release sets going; the sweep does more

enum class FreezeOutcome : std::uint8_t {
    done,
    unchanged,  // it was so already
    missing,    // there is no such account
};

struct Frozen {
    FreezeOutcome outcome = FreezeOutcome::done;
    ledger::Wallet wallet;
    int freed = 0;  // jobs that go on
};

Load load_for_freeze(std::string const& user);
// The first reason stays until the account is released.
Frozen freeze(Batch& batch, std::string const& user, std::string reason, std::string by);

Load load_for_release(std::string const& user);
// From a freeze, or from the brake; what was spent before is not held against it by the brake.
Frozen unfreeze(Batch& batch, std::string const& user, Rules const& rules);
Frozen lift_brake(Batch& batch, std::string const& user, Rules const& rules);

// Those that are given take the place of what was there; see ledger/standing.h.
Frozen set_caps(Batch& batch, std::string const& user, ledger::Caps const& caps);

// A membership until then, whatever it was; none: it is over now. What was bought is not undone.
// Whoever asks keeps to jobs::longest_membership.
Frozen set_member_until(Batch& batch, std::string const& user,
                        std::optional<base::Timestamp> until);

}  // namespace jobs
