// Credits that move without a job: given, taken, expired. One external reference, one effect.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "jobs/batch.h"
#include "jobs/guards.h"
#include "jobs/rules.h"
#include "ledger/credit.h"
#include "ledger/debit.h"
#include "ledger/expire.h"

namespace jobs {

enum class MoveOutcome : std::uint8_t {
    moved,
    repeated,            // the reference was used for the same: `entry` is the first one
    reference_conflict,  // the reference was used for something else
    not_positive,
    already_expired,
    overflow,
    insufficient_credits,
    frozen,
    braked,    // until `braked_until`, if that is known; `why` if it was this that pulled the brake
    over_cap,  // `hit` says which
};

struct Moved {
    MoveOutcome outcome = MoveOutcome::moved;
    std::optional<ledger::Entry> entry;
    base::Credits balance;  // spendable afterwards
    std::optional<Hit> hit{};
    std::optional<base::Timestamp> braked_until{};
    base::Millis frees_in{};  // until then
    std::string why{};        // the brake was pulled by this: what was seen
};

Load load_for_move(std::string const& user, std::string const& reference);

// Opens the account, with its gift, if this is its first use and it is not refused.
Moved grant(Batch& batch, std::string const& user, ledger::Credit const& what, Rules const& rules);
Moved spend(Batch& batch, std::string const& user, ledger::Debit const& what, Rules const& rules);

// The wallet of that user, opened if there is none yet.
ledger::Wallet& wallet_for(Batch& batch, std::string const& user, Rules const& rules);

// Takes the last wallet out again, which the caller has just opened for a request that it then
// refused: a refused request changes nothing, so it opens no account.
void close_unused(Batch& batch);

struct ExpiryRun {
    std::int64_t accounts = 0;
    std::int64_t grants = 0;
    base::Credits credits;
};

Load load_for_expiry(int accounts);
ExpiryRun expire(Batch& batch);

}  // namespace jobs
