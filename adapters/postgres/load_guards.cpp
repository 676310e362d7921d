// What guards go by: what accounts and API keys have spent. Asked for when accounts are locked and
// the transaction has its time, so that whose day it is, is decided once; and only of accounts and
// keys for which something is in force.
#include <algorithm>
#include <set>

#include "adapters/postgres/load.h"

namespace adapters::postgres {

namespace {

constexpr std::int64_t most_lines = 20'000;  // of one look in one trip

struct Counting {
    base::AccountId account;
    std::size_t at = 0;  // in Batch::spent of the account
    jobs::SpendingSum sum;
    std::vector<jobs::SpendingPart> left{};  // to be read
};

void ask_for_sum(Trip& trip, ledger::Account const& account, jobs::Look const& look, std::size_t at,
                 std::vector<Counting>& all) {
    bool const open = look.to == base::Timestamp::max();
    trip.ask(
        "SELECT x.*, m.first, m.behind, m.amount FROM (SELECT {s}.first_entry_since(?, ?, ?), "
        "CASE WHEN ? THEN ? + 1 ELSE {s}.first_entry_since(?, ?, ?) END) AS x LEFT JOIN "
        "{s}.spending_marks m ON m.account = ? AND m.look = ?",
        {literal(account.id), literal(account.entries), literal(look.from), open ? "true" : "false",
         literal(account.entries), literal(account.id), literal(account.entries), literal(look.to),
         literal(account.id), literal(jobs::name_of(look))},
        [id = account.id, look, at, &all](pqxx::result const& rows) {
            Row row{rows[0]};
            auto const first = row.integer();
            auto const behind = std::max(first, row.integer());
            std::optional<jobs::SpendingMark> known;
            if (!row.null()) {
                known = {.first = row.integer(), .behind = row.integer(), .amount = {}};
                known->amount = row.credits();
            }
            auto& counting = all.emplace_back(
                Counting{.account = id, .at = at, .sum = {look, first, behind, known}});
            counting.left = counting.sum.parts();
        });
}

void ask_for_lines(Trip& trip, Counting& counting) {
    auto& part = counting.left.back();
    auto const behind = std::min(part.behind, part.first + most_lines);
    trip.ask("SELECT * FROM {s}.spending_lines(?, ?, ?)",
             {literal(counting.account), literal(part.first), literal(behind)},
             [&counting, gone = part.gone](pqxx::result const& rows) {
                 for (auto const& source : rows) {
                     Row row{source};
                     jobs::SpendingLine line;
                     line.kind = static_cast<ledger::Kind>(row.small());
                     line.amount = row.credits();
                     line.action = row.view();
                     line.opened_at = row.nullable_time();
                     line.opened_for = row.view();
                     counting.sum.add(line, gone);
                 }
             });
    part.first = behind;
    if (part.first == part.behind) {
        counting.left.pop_back();
    }
}

// First which entries are wanted, then those that nobody has added up before.
void load_spent(Loading& loading) {
    auto const& load = loading.load;
    std::vector<Counting> all;
    Trip trip{loading.transaction};
    for (auto const& wallet : loading.batch.wallets) {
        auto& spent = loading.batch.spent[wallet.account.id];
        for (auto const& look : load.looks(loading.batch.now, wallet.account)) {
            ask_for_sum(trip, wallet.account, look, spent.size(), all);
            spent.emplace_back();
        }
    }
    while (!trip.empty()) {
        trip.go();
        for (auto& counting : all) {
            if (!counting.left.empty()) {
                ask_for_lines(trip, counting);
            }
        }
    }
    for (auto& counting : all) {
        auto& spent = loading.batch.spent[counting.account][counting.at];
        spent = counting.sum.spent();
        if (load.wallets_only_read) {
            spent.mark.reset();
        }
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
        load_spent(loading);
    }
    if (auto const keys = keys_of(loading); !keys.empty()) {
        ask_for_key_budgets(loading, trip, keys);
    }
}

}  // namespace adapters::postgres
