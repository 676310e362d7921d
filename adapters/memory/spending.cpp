#include "adapters/memory/spending.h"

#include <algorithm>

namespace adapters::memory {

namespace {

// What opened the charge that the entry ends; null: it ends none.
ledger::Entry const* opening(std::vector<ledger::Entry> const& entries, ledger::Entry const& end) {
    if (!end.job || end.kind == ledger::Kind::consume) {
        return nullptr;
    }
    auto const found = std::ranges::find_if(entries, [&](ledger::Entry const& each) {
        return each.job == end.job && each.charge == end.charge &&
               each.kind == ledger::Kind::consume;
    });
    return found == entries.end() ? nullptr : &*found;
}

}  // namespace

jobs::Spent sum_of(std::vector<ledger::Entry> const& entries, jobs::Look const& look) {
    auto const place = [&](base::Timestamp at) {
        auto const found = std::ranges::find_if(
            entries, [&](ledger::Entry const& entry) { return entry.recorded_at >= at; });
        return found - entries.begin() + 1;
    };
    jobs::SpendingSum sum{look, place(look.from), std::max(place(look.from), place(look.to))};
    for (auto const& part : sum.parts()) {
        for (auto at = part.first; at < part.behind; ++at) {
            auto const& entry = entries.at(static_cast<std::size_t>(at - 1));
            jobs::SpendingLine line{.kind = entry.kind,
                                    .amount = entry.amount,
                                    .action = entry.action,
                                    .opened_at = {},
                                    .opened_for = {}};
            if (auto const* const opened = opening(entries, entry)) {
                line.opened_at = opened->recorded_at;
                line.opened_for = opened->action;
            }
            sum.add(line);
        }
    }
    auto spent = sum.spent();
    spent.mark.reset();
    return spent;
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
