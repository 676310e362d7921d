// Accounts that follow each other, with all rows that are theirs: what an audit reads at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "adapters/postgres/audit_rows.h"

namespace adapters::postgres {

// Accounts above one and up to another. The least of all numbers would be none of 64 bits as SQL
// writes it, a minus before its opposite.
struct Range {
    std::int64_t above = std::numeric_limits<std::int64_t>::min() + 1;
    std::int64_t most = std::numeric_limits<std::int64_t>::max();
};

struct Chunk {
    Range range;
    std::vector<ledger::Wallet> wallets;
    CopiedRows grants;
    CopiedRows entries;
    CopiedRows jobs;
    CopiedRows terms;  // of those jobs that need them
    CopiedRows sealed;
    CopiedRows orders;
};

// The rows of the table in that range, in order. What may stand before it: see AuditTable.
CopiedRows rows_of(Session& session, AuditTable const& table, Range range,
                   std::string_view order = "");

void read_entries(Session& session, Chunk& chunk);
void read_all_else(Session& session, Chunk& chunk);

// Calls `visit` for each account. Rows of accounts that are not there are findings, of the page
// that comes next; those for which none comes are left in `findings`.
void visit_chunk(Chunk& chunk, std::function<void(AuditPage const&)> const& visit,
                 std::vector<ledger::Finding>& findings);

}  // namespace adapters::postgres
