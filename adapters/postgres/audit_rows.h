// What the audit reads of each table, and how it stands in binary rows (copy.h). All begin with the
// account and a number.
#pragma once

#include "adapters/postgres/copy.h"
#include "adapters/store.h"

namespace adapters::postgres {

struct AuditTable {
    std::string_view columns;
    int count = 0;
    std::string_view from;
    std::string_view account = "account";  // the column by which ranges are read
};

extern AuditTable const audited_accounts;
extern AuditTable const audited_grants;
extern AuditTable const audited_entries;
extern AuditTable const audited_jobs;
extern AuditTable const audited_orders;
extern AuditTable const audited_leaves;

ledger::Wallet wallet_in(Columns columns);
ledger::Grant grant_in(Columns columns);
ledger::Leaf leaf_in(Columns columns);
jobs::Order order_in(Columns columns);

// These are many, so they are written over what is there.
void read_into(Columns columns, ledger::Entry& entry);
void read_into(Columns columns, jobs::Job& job);

// Whether jobs::audit has to know under which terms the job ran.
bool needs_terms(jobs::Job const& job);

}  // namespace adapters::postgres
