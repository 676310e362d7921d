// Wallets, charges, keys and references.
#include <map>
#include <set>

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

void load_free_use(Loading& loading, std::string const& reference) {
    Query query{loading.database,
                "SELECT account, at, balance, action, note FROM free_uses WHERE reference = ?"};
    query.bind(reference);
    if (query.step()) {
        ledger::Entry use{.kind = ledger::Kind::consume};
        use.reference = reference;
        use.account = {query.integer()};
        use.recorded_at = query.time();
        use.balance_after = query.credits();
        use.action = query.text();
        use.note = query.text();
        loading.batch.by_reference.emplace(reference, std::move(use));
    }
}

int live_attempts(Database& database, base::AccountId account) {
    Query query{database,
                "SELECT count(*) FROM jobs INDEXED BY jobs_processing WHERE state = 1 AND "
                "account = ?"};
    query.bind(account).step();
    return query.small();
}

// An account's entries are in the order of their times: the first since then is found by halving.
std::int64_t first_since(Database& database, ledger::Account const& account,
                         base::Timestamp since) {
    std::int64_t low = 1;
    std::int64_t high = account.entries + 1;
    Query query{database, "SELECT recorded_at FROM entries WHERE account = ? AND seq = ?"};
    while (low < high) {
        auto const middle = low + (high - low) / 2;
        query.reset();
        query.bind(account.id, middle).step();
        if (query.time() >= since) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

std::optional<jobs::SpendingMark> find_mark(Database& database, base::AccountId account,
                                            jobs::Look const& look) {
    Query query{database,
                "SELECT first, behind, amount FROM spending_marks WHERE account = ? AND look = ?"};
    auto const name = jobs::name_of(look);
    query.bind(account, name);
    if (!query.step()) {
        return std::nullopt;
    }
    jobs::SpendingMark mark;
    mark.first = query.integer();
    mark.behind = query.integer();
    mark.amount = query.credits();
    return mark;
}

jobs::Spent sum_of(Database& database, ledger::Account const& account, jobs::Look const& look) {
    auto const first = first_since(database, account, look.from);
    auto const behind = look.to == base::Timestamp::max()
                            ? account.entries + 1
                            : std::max(first, first_since(database, account, look.to));
    jobs::SpendingSum sum{look, first, behind, find_mark(database, account.id, look)};
    for (auto const& part : sum.parts()) {
        Query query{database,
                    "SELECT e.kind, e.amount, e.action, o.recorded_at, coalesce(o.action, '') "
                    "FROM entries e LEFT JOIN entries o INDEXED BY entries_job ON e.kind <> 3 AND "
                    "o.job <> 0 AND o.job = e.job AND o.charge = e.charge AND o.kind = 3 "
                    "WHERE e.account = ? AND e.seq >= ? AND e.seq < ?"};
        query.bind(account.id, part.first, part.behind);
        while (query.step()) {
            jobs::SpendingLine line;
            line.kind = static_cast<ledger::Kind>(query.small());
            line.amount = query.credits();
            line.action = query.view();
            line.opened_at = query.maybe_time();
            line.opened_for = query.view();
            sum.add(line, part.gone);
        }
    }
    return sum.spent();
}

void load_spent(Loading& loading) {
    for (ledger::Wallet const& wallet : loading.batch.wallets) {
        auto& spent = loading.batch.spent[wallet.account.id];
        for (auto const& look : loading.load.looks(loading.batch.now, wallet.account)) {
            spent.push_back(sum_of(loading.database, wallet.account, look));
            if (loading.load.wallets_only_read) {
                spent.back().mark.reset();
            }
        }
    }
}

base::Credits spent_with(Database& database, std::int64_t key, base::Timestamp since) {
    Query query{database,
                "SELECT coalesce(sum(amount), 0) FROM key_charges WHERE key = ? AND "
                "opened_at >= ?"};
    query.bind(key, since).step();
    return query.credits();
}

void load_key_budget(Loading& loading, std::int64_t key) {
    Query query{loading.database,
                "SELECT daily_cap, monthly_cap FROM api_keys WHERE number = ? AND "
                "(daily_cap > 0 OR monthly_cap > 0)"};
    query.bind(key);
    if (!query.step()) {
        return;
    }
    jobs::KeyBudget budget;
    budget.daily_cap = query.credits();
    budget.monthly_cap = query.credits();
    query.reset();
    auto const windows = loading.load.key_windows(loading.batch.now);
    budget.used_today = spent_with(loading.database, key, windows.day);
    budget.used_this_month = spent_with(loading.database, key, windows.month);
    loading.batch.key_budgets.emplace(key, budget);
}

void load_key_budgets(Loading& loading) {
    std::set<std::int64_t> keys{loading.load.api_keys.begin(), loading.load.api_keys.end()};
    if (loading.load.api_keys_of_jobs) {
        for (jobs::LoadedJob const& loaded : loading.batch.jobs) {
            keys.insert(loaded.job.api_key);
        }
    }
    keys.erase(0);
    for (std::int64_t const key : keys) {
        load_key_budget(loading, key);
    }
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
    }
    if (load.looks) {
        load_spent(loading);
    }
    load_key_budgets(loading);
}

void load_keys_and_references(Loading& loading) {
    for (auto const& key : loading.load.keys) {
        load_key(loading, key);
    }
    for (std::string const& reference : loading.load.references) {
        load_reference(loading, reference);
    }
    for (std::string const& reference : loading.load.free_uses) {
        load_free_use(loading, reference);
    }
}

}  // namespace adapters::sqlite
