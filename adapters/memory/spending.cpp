#include "adapters/memory/spending.h"

namespace adapters::memory {

base::Credits sum_of(std::vector<ledger::Entry> const& entries, jobs::Look const& look) {
    jobs::SpendingSum sum{look};
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
        if (!sum.add({.recorded_at = entry->recorded_at,
                      .kind = entry->kind,
                      .job = entry->job,
                      .charge = entry->charge,
                      .amount = entry->amount,
                      .action = entry->action})) {
            break;
        }
    }
    return sum.sum();
}

jobs::KeyBudget budget_of(Tables const& tables, ApiKey const& key,
                          jobs::KeyWindows const& windows) {
    jobs::KeyBudget budget{.daily_cap = key.daily_cap, .monthly_cap = key.monthly_cap};
    for (auto const& charge : tables.key_charges) {
        if (charge.key == key.number && charge.opened_at >= windows.month) {
            budget.used_this_month += charge.amount;
        }
        if (charge.key == key.number && charge.opened_at >= windows.day) {
            budget.used_today += charge.amount;
        }
    }
    return budget;
}

}  // namespace adapters::memory
