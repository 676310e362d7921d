// Wallets, charges, keys and references.
#include <map>

#include "adapters/sqlite/load.h"
#include "adapters/sqlite/outbox.h"
#include "adapters/sqlite/read.h"
#include "adapters/sqlite/rows.h"
#include "jobs/sync.h"
#include "ledger/post.h"

namespace adapters::sqlite {

namespace {

void load_grants(Loading& loading, ledger::Wallet& wallet) {
    static std::string const open =
        select(grant_columns, "grants INDEXED BY grants_open WHERE account = ? AND open = 1");
    static std::string const every = select(grant_columns, "grants WHERE account = ?");
    Query query{loading.database, loading.load.every_grant ? every.c_str() : open.c_str()};
    query.bind(wallet.account.id);
    while (query.step()) {
        wallet.grants.push_back(read_grant(query));
    }
}

void add_wallet(Loading& loading, Query& query) {
    if (!query.step()) {
        return;
    }
    auto account = read_account(query);
    if (!loading.accounts.insert(account.id).second) {
        return;
    }
    auto& wallet =
        loading.batch.wallets.emplace_back(ledger::Wallet{.account = std::move(account)});
    load_grants(loading, wallet);
}

void add_wallet(Loading& loading, base::AccountId account) {
    if (loading.accounts.contains(account)) {
        return;
    }
    static std::string const sql = select(account_columns, "accounts WHERE id = ?");
    Query query{loading.database, sql.c_str()};
    query.bind(account);
    add_wallet(loading, query);
}

void load_expirable(Loading& loading) {
    std::vector<base::AccountId> accounts;
    Query query{loading.database,
                "SELECT DISTINCT account FROM grants INDEXED BY grants_expiring WHERE open = 1 "
                "AND expires_at IS NOT NULL AND expires_at <= ? LIMIT ?"};
    query.bind(loading.batch.now, loading.load.expirable);
    while (query.step()) {
        accounts.push_back({query.integer()});
    }
    for (base::AccountId const account : accounts) {
        add_wallet(loading, account);
    }
}

// What a charge drew from may be spent by now, and so is not among the open grants.
void add_grants_of_charge(Loading& loading, jobs::LoadedJob const& loaded) {
    add_wallet(loading, loaded.job.account);
    ledger::Wallet* const wallet = loading.batch.wallet_of(loaded.job.account);
    if (wallet == nullptr) {
        return;
    }
    for (ledger::Entry const& entry : loaded.charge) {
        for (ledger::Draw const& draw : entry.draws) {
            bool const there = ledger::find_grant(*wallet, draw.grant) != nullptr;
            if (draw.grant == ledger::debt || there) {
                continue;
            }
            if (auto grant = find_grant(loading.database, wallet->account.id, draw.grant)) {
                wallet->grants.push_back(std::move(*grant));
            }
        }
    }
}

void load_charge(Loading& loading, jobs::LoadedJob& loaded) {
    if (!loaded.job.bill.open) {
        return;
    }
    static std::string const sql =
        select(entry_columns,
               "entries INDEXED BY entries_job WHERE job <> 0 AND job = ? AND charge = ? "
               "ORDER BY account, seq");
    Query query{loading.database, sql.c_str()};
    query.bind(loaded.job.id, loaded.job.bill.charge);
    while (query.step()) {
        loaded.charge.push_back(read_entry(query));
    }
    query.reset();
    add_grants_of_charge(loading, loaded);
}

void load_key(Loading& loading, std::pair<std::string, std::string> const& key) {
    static std::string const sql = select(
        job_columns(), "jobs INDEXED BY jobs_key WHERE key <> '' AND account = ? AND key = ?");
    auto const account = account_of(loading.database, key.first);
    if (!account || key.second.empty()) {
        return;
    }
    Query query{loading.database, sql.c_str()};
    query.bind(*account, key.second);
    if (query.step()) {
        loading.batch.by_key.emplace(key, read_job(query));
    }
}

void load_reference(Loading& loading, std::string const& reference) {
    static std::string const sql =
        select(entry_columns, "entries WHERE reference <> '' AND reference = ?");
    Query query{loading.database, sql.c_str()};
    query.bind(reference);
    if (query.step()) {
        loading.batch.by_reference.emplace(reference, read_entry(query));
    }
}

int live_attempts(Database& database, base::AccountId account) {
    Query query{database,
                "SELECT count(*) FROM jobs INDEXED BY jobs_processing WHERE state = 1 AND "
                "account = ?"};
    query.bind(account).step();
    return query.small();
}

// From the newest entry back to the first that is too old: no index of its own is worth what it
// would cost each entry. The end of a charge comes before its debit on this way.
base::Credits spent_since(Database& database, base::AccountId account, base::Timestamp since) {
    Query query{database,
                "SELECT recorded_at, kind, job, charge, amount FROM entries WHERE account = ? "
                "ORDER BY seq DESC"};
    query.bind(account);
    std::map<std::pair<std::int64_t, int>, base::Credits> ended;
    base::Credits spent;
    while (query.step() && query.time() >= since) {
        auto const kind = static_cast<ledger::Kind>(query.small());
        auto const job = query.integer();
        std::pair const charge{job, query.small()};
        auto const amount = query.credits();
        if (kind == ledger::Kind::consume) {
            spent -= amount + ended[charge];
        } else if (kind == ledger::Kind::settle || kind == ledger::Kind::refund) {
            ended[charge] += amount;
        }
    }
    return spent;
}

}  // namespace

void load_wallets(Loading& loading) {
    static std::string const sql = select(account_columns, "accounts WHERE user = ?");
    auto users = jobs::users_of(loading.batch, loading.load);
    users.insert(users.end(), loading.load.users.begin(), loading.load.users.end());
    for (auto const& [order, changed] : loading.batch.orders.loaded) {
        users.push_back(order.user);
    }
    for (std::string const& user : users) {
        Query query{loading.database, sql.c_str()};
        query.bind(user);
        add_wallet(loading, query);
    }
    if (loading.load.wallets_of_jobs) {
        for (jobs::LoadedJob const& loaded : loading.batch.jobs) {
            add_wallet(loading, loaded.job.account);
        }
    }
    if (loading.load.expirable > 0) {
        load_expirable(loading);
    }
    load_ending(loading, [&](base::AccountId account) { add_wallet(loading, account); });
}

void load_charges(Loading& loading) {
    if (loading.load.charges_of_all) {
        for (jobs::LoadedJob& loaded : loading.batch.jobs) {
            load_charge(loading, loaded);
        }
        return;
    }
    for (base::JobId const id : loading.load.charges_of) {
        jobs::LoadedJob* const loaded = loading.batch.find(id);
        if (loaded != nullptr && loaded->charge.empty()) {
            load_charge(loading, *loaded);
        }
    }
}

void load_spending(Loading& loading) {
    jobs::Load const& load = loading.load;
    for (base::AccountId const account : loading.accounts) {
        if (load.in_flight) {
            loading.batch.in_flight[account] = live_attempts(loading.database, account);
        }
        if (load.spent_since) {
            loading.batch.spent[account] =
                spent_since(loading.database, account, load.spent_since(loading.batch.now));
        }
    }
}

void load_keys_and_references(Loading& loading) {
    for (auto const& key : loading.load.keys) {
        load_key(loading, key);
    }
    for (std::string const& reference : loading.load.references) {
        load_reference(loading, reference);
    }
}

}  // namespace adapters::sqlite
