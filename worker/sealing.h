// The ledger's seals: made once a day, and checked by the audit.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "adapters/identity/seal_key.h"
#include "adapters/store.h"
#include "config/settings.h"

namespace worker {

// Kept in the file that the settings name, made there at its first use (mode 0600).
// Throws adapters::Unusable, naming the file.
adapters::identity::SealKey seal_key(config::Settings const& settings);

// Seals everything there is now. Nothing where there are no entries, or another was quicker.
std::optional<ledger::Seal> seal(adapters::Store& store, adapters::identity::SealKey const& key);

// Whether the day of UTC has changed since the last seal.
bool seal_is_due(std::optional<ledger::Seal> const& last, base::Timestamp now);

// The chain of seals and their signatures. A key that is not trusted is a finding where the
// settings say which ones are.
std::vector<ledger::Finding> check_seals(std::vector<ledger::Seal> const& seals,
                                         config::Seals const& settings);

}  // namespace worker
