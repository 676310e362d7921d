// Wallets, charges, what accounts have spent and run, and which turns are in use.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "adapters/postgres/load.h"

namespace adapters::postgres {

namespace {

void add_wallet(Loading& loading, pqxx::row const& row) {
    auto wallet = read_wallet(row);
    auto const& account = wallet.account;
    bool const fresh = loading.loaded.entries.emplace(account.id, account.entries).second;
    if (fresh) {
        loading.loaded.grants_before[account.id] = account.grants;
        loading.batch.wallets.push_back(std::move(wallet));
    }
}

}  // namespace

Read adding_wallets(Loading& loading) {
    return [&loading](pqxx::result const& rows) {
        loading.batch.wallets.reserve(loading.batch.wallets.size() + rows.size());
        for (auto const& row : rows) {
            add_wallet(loading, row);
        }
    };
}

namespace {

bool holds(ledger::Wallet const& wallet, std::int64_t number) {
    return std::ranges::find(wallet.grants, number, &ledger::Grant::number) != wallet.grants.end();
}

// The jobs whose open charge is asked for.
std::vector<jobs::LoadedJob*> charged(Loading& loading) {
    std::vector<jobs::LoadedJob*> chosen;
    if (loading.load.charges_of_all) {
        for (auto& loaded : loading.batch.jobs) {
            if (loaded.job.bill.open) {
                chosen.push_back(&loaded);
            }
        }
        return chosen;
    }
    for (auto const id : loading.load.charges_of) {
        auto* const loaded = loading.batch.find(id);
        if (loaded != nullptr && loaded->job.bill.open) {
            chosen.push_back(loaded);
        }
    }
    return chosen;
}

// Of the wallets that are there or are being asked for.
std::vector<base::AccountId> accounts_of(Loading& loading) {
    std::set<base::AccountId> accounts;
    for (auto const& wallet : loading.batch.wallets) {
        accounts.insert(wallet.account.id);
    }
    if (loading.load.wallets_of_jobs) {
        for (auto const& loaded : loading.batch.jobs) {
            accounts.insert(loaded.job.account);
        }
    }
    for (auto const* loaded : charged(loading)) {
        accounts.insert(loaded->job.account);
    }
    return {accounts.begin(), accounts.end()};
}

void ask_for_in_flight(Loading& loading, Trip& trip, std::vector<base::AccountId> const& accounts) {
    for (auto const account : accounts) {
        loading.batch.in_flight[account] = 0;
    }
    trip.ask("SELECT account, count(*) FROM {s}.running WHERE account = ANY(?) GROUP BY account",
             {literal(accounts)}, [&loading](pqxx::result const& rows) {
                 for (auto const& source : rows) {
                     Row row{source};
                     base::AccountId const account{row.integer()};
                     loading.batch.in_flight[account] = row.small();
                 }
             });
}

void read_lowest(Loading& loading, pqxx::result const& rows) {
    for (auto const& source : rows) {
        Row row{source};
        auto service = row.text();
        int const priority = row.small();
        loading.batch.turns.lowest[{std::move(service), priority}] = row.integer();
    }
}

void read_highest(Loading& loading, pqxx::result const& rows) {
    for (auto const& source : rows) {
        Row row{source};
        base::AccountId const account{row.integer()};
        auto service = row.text();
        int const priority = row.small();
        loading.batch.turns.highest[{account, std::move(service), priority}] = row.integer();
    }
}

}  // namespace

void ask_for_users(Loading& loading, Trip& trip) {
    auto const& load = loading.load;
    if (!load.users.empty()) {
        trip.ask(fmt::format("SELECT {} FROM {{s}}.{}(?)", account_columns,
                             load.wallets_only_read ? "read_users" : "load_users"),
                 {literal(load.users)}, adding_wallets(loading));
    }
    if (load.expirable > 0) {
        trip.ask(fmt::format("SELECT {} FROM {{s}}.accounts WHERE next_expiry <= {} "
                             "ORDER BY next_expiry LIMIT ? FOR NO KEY UPDATE SKIP LOCKED",
                             account_columns, now_expression(loading)),
                 {literal(load.expirable)}, adding_wallets(loading));
    }
}

void ask_for_money(Loading& loading, Trip& trip) {
    std::vector<base::AccountId> missing;
    for (auto const account : accounts_of(loading)) {
        if (!loading.loaded.entries.contains(account)) {
            missing.push_back(account);
        }
    }
    if (!missing.empty()) {
        trip.ask(fmt::format("SELECT {} FROM {{s}}.load_accounts(?)", account_columns),
                 {literal(missing)}, adding_wallets(loading));
    }
}

void ask_for_charges(Loading& loading, Trip& trip) {
    std::vector<base::JobId> ids;
    for (auto const* loaded : charged(loading)) {
        ids.push_back(loaded->job.id);
    }
    if (ids.empty()) {
        return;
    }
    trip.ask(fmt::format("SELECT e.* FROM unnest(?::bigint[]) AS u (id) CROSS JOIN LATERAL ("
                         "SELECT {} FROM {{s}}.entries WHERE job = u.id AND job <> 0) AS e "
                         "ORDER BY e.account, e.seq",
                         entry_columns),
             {literal(ids)}, [&loading](pqxx::result const& rows) {
                 for (auto const& row : rows) {
                     auto entry = read_entry(row);
                     auto* const loaded = loading.batch.find(entry.job);
                     if (loaded != nullptr && loaded->job.bill.charge == entry.charge) {
                         loaded->charge.push_back(std::move(entry));
                     }
                 }
             });
}

void ask_for_grants_of_charges(Loading& loading, Trip& trip) {
    std::set<std::pair<base::AccountId, std::int64_t>> spent_up;
    for (auto const& loaded : loading.batch.jobs) {
        for (auto const& entry : loaded.charge) {
            auto const* const wallet = loading.batch.wallet_of(loaded.job.account);
            for (auto const& draw : entry.draws) {
                bool const there = wallet == nullptr || holds(*wallet, draw.grant);
                if (draw.grant != ledger::debt && !there) {
                    spent_up.emplace(loaded.job.account, draw.grant);
                }
            }
        }
    }
    if (spent_up.empty()) {
        return;
    }
    std::vector<std::int64_t> accounts;
    std::vector<std::int64_t> numbers;
    for (auto const& [account, number] : spent_up) {
        accounts.push_back(account.value);
        numbers.push_back(number);
    }
    trip.ask(fmt::format("SELECT {}, account FROM {{s}}.grants WHERE (account, number) IN "
                         "(SELECT * FROM unnest(?::bigint[], ?::bigint[]))",
                         grant_columns),
             {literal(accounts), literal(numbers)}, [&loading](pqxx::result const& rows) {
                 for (auto const& row : rows) {
                     base::AccountId const account{Row{row}.skip_to(6).integer()};
                     loading.batch.wallet_of(account)->grants.push_back(read_grant(row));
                 }
             });
}

// Those without anything left; the others are in the account's row.
void ask_for_every_grant(Loading& loading, Trip& trip) {
    if (!loading.load.every_grant) {
        return;
    }
    trip.ask(fmt::format("SELECT {}, account FROM {{s}}.grants WHERE account = ANY(?) "
                         "ORDER BY account, number",
                         grant_columns),
             {literal(accounts_of(loading))}, [&loading](pqxx::result const& rows) {
                 for (auto const& row : rows) {
                     base::AccountId const account{Row{row}.skip_to(6).integer()};
                     auto grant = read_grant(row);
                     auto& wallet = *loading.batch.wallet_of(account);
                     if (!holds(wallet, grant.number)) {
                         wallet.grants.push_back(std::move(grant));
                     }
                 }
             });
}

void ask_for_attempts(Loading& loading, Trip& trip) {
    if (!loading.load.in_flight) {
        return;
    }
    if (auto const accounts = accounts_of(loading); !accounts.empty()) {
        ask_for_in_flight(loading, trip, accounts);
    }
}

void ask_for_turns(Loading& loading, Trip& trip) {
    std::set<std::string> services{loading.load.fairness_of.begin(),
                                   loading.load.fairness_of.end()};
    std::set<base::AccountId> accounts;
    for (auto const& wallet : loading.batch.wallets) {
        accounts.insert(wallet.account.id);
    }
    if (loading.load.fairness_of_jobs) {
        for (auto const& loaded : loading.batch.jobs) {
            services.insert(loaded.job.service);
            accounts.insert(loaded.job.account);
        }
    }
    if (services.empty()) {
        return;
    }
    std::vector<std::string> const names{services.begin(), services.end()};
    trip.ask("SELECT service, priority, turn FROM {s}.lowest_turns(?)", {literal(names)},
             [&loading](pqxx::result const& rows) { read_lowest(loading, rows); });
    if (!accounts.empty()) {
        std::vector<base::AccountId> const ids{accounts.begin(), accounts.end()};
        trip.ask("SELECT account, service, priority, turn FROM {s}.highest_turns(?, ?)",
                 {literal(ids), literal(names)},
                 [&loading](pqxx::result const& rows) { read_highest(loading, rows); });
    }
}

}  // namespace adapters::postgres
