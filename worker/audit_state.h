// How far an audit of all accounts has come, in a file, so that one that was interrupted goes on
// instead of beginning anew. Each account is looked at whole and the accounts don't depend on each
// other, so it does not matter when each of them is: docs/ledger.md says what is checked over all.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "wire/audit_json.h"

namespace worker {

struct AuditState {
    std::string store;         // as it is shown: without a password
    base::Timestamp began_at;  // by the store's clock
    base::Millis spent{};      // by all its runs
    int runs = 0;
    wire::Audited audited;  // of the seals the last one only
};

// Throw adapters::Unusable, naming the file.

// None: there is no such file. What is not the state of an audit is refused.
std::optional<AuditState> read_audit_state(std::filesystem::path const& file);
void write_audit_state(AuditState const& state, std::filesystem::path const& file);

// Refuses to go on where this is not the store that it was begun on: one with another name, or
// without the last entry that was looked at.
void check_same_store(AuditState const& state, adapters::Store& store, std::string const& shown,
                      std::filesystem::path const& file);

}  // namespace worker
