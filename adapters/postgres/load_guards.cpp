// What guards go by: what accounts and API keys have spent. Asked for when accounts are locked and
// the transaction has its time, so that whose day it is, is decided once; and only of accounts and
// keys for which something is in force.
#include <algorithm>
#include <set>

#include "adapters/postgres/load.h"

namespace adapters::postgres {

namespace {

void ask_for_spent(Loading& loading, Trip& trip, ledger::Account const& account) {
    auto const id = account.id;
    auto& spent = loading.batch.spent[id];
    for (auto const& look : loading.load.looks(loading.batch.now, account)) {
        spent.push_back({.look = look, .amount = {}});
        auto const at = spent.size() - 1;
        trip.ask(
            "SELECT {s}.spending(?, ?, ?, ?, ?, ?)",
            {literal(id.value), literal(account.entries), literal(static_cast<int>(look.summed)),
             literal(look.service), literal(look.from), literal(look.to)},
            [&spent, at](pqxx::result const& rows) { spent[at].amount = Row{rows[0]}.credits(); });
    }
}

std::vector<std::int64_t> keys_of(Loading& loading) {
    std::set<std::int64_t> keys{loading.load.api_keys.begin(), loading.load.api_keys.end()};
    if (loading.load.api_keys_of_jobs) {
        for (auto const& loaded : loading.batch.jobs) {
            keys.insert(loaded.job.api_key);
        }
    }
    keys.erase(0);
    return {keys.begin(), keys.end()};
}

// A key with a cap is locked until the commit, so that one transaction at a time counts what it has
// spent. Whoever waits for it holds accounts, and nobody waits for an account who holds a key.
void ask_for_key_budgets(Loading& loading, Trip& trip, std::vector<std::int64_t> const& keys) {
    if (!loading.load.wallets_only_read) {
        trip.ask(
            "SELECT number FROM {s}.api_keys WHERE number = ANY(?) AND (daily_cap > 0 OR "
            "monthly_cap > 0) ORDER BY number FOR NO KEY UPDATE",
            {literal(keys)}, [](pqxx::result const&) {});
    }
    auto const windows = loading.load.key_windows(loading.batch.now);
    constexpr auto since =
        "(SELECT least(coalesce(sum(c.amount), 0), 9223372036854775807)::bigint FROM "
        "{s}.key_charges c WHERE c.key = k.number AND c.opened_at >= ?)";
    trip.ask(std::string{"SELECT k.number, k.daily_cap, k.monthly_cap, "} + since + ", " + since +
                 " FROM {s}.api_keys k WHERE k.number = ANY(?) AND (k.daily_cap > 0 OR "
                 "k.monthly_cap > 0)",
             {literal(windows.day), literal(windows.month), literal(keys)},
             [&loading](pqxx::result const& rows) {
                 for (auto const& source : rows) {
                     Row row{source};
                     auto const key = row.integer();
                     jobs::KeyBudget budget;
                     budget.daily_cap = row.credits();
                     budget.monthly_cap = row.credits();
                     budget.used_today = row.credits();
                     budget.used_this_month = row.credits();
                     loading.batch.key_budgets.emplace(key, budget);
                 }
             });
}

}  // namespace

void ask_for_spending(Loading& loading, Trip& trip) {
    if (loading.load.looks) {
        for (auto const& wallet : loading.batch.wallets) {
            ask_for_spent(loading, trip, wallet.account);
        }
    }
    if (auto const keys = keys_of(loading); !keys.empty()) {
        ask_for_key_budgets(loading, trip, keys);
    }
}

}  // namespace adapters::postgres
