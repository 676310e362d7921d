// The writing half of a transaction.
#include "adapters/sqlite/write.h"

#include "adapters/sqlite/calls.h"
#include "adapters/sqlite/orders.h"
#include "adapters/sqlite/outbox.h"
#include "adapters/sqlite/rows.h"

namespace adapters::sqlite {

namespace {

void insert_account(Database& database, ledger::Account const& account) {
    Query query{database,
                "INSERT INTO accounts (id, user, tier, username, email, time_zone, member_until, "
                "frozen, created_at, balance, "
                "debt, entries, grants, head, recharged, consumed, refunded, expired, "
                "standing) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
    auto const standing = ledger::line_of(account.standing);
    query.bind(account.id, account.user, account.tier, account.username, account.email,
               account.time_zone, account.member_until, account.frozen, account.created_at,
               account.balance, account.debt, account.entries, account.grants, account.head,
               account.totals.recharged, account.totals.consumed, account.totals.refunded,
               account.totals.expired, standing);
    query.run();
}

void update_account(Database& database, ledger::Account const& account) {
    Query query{database,
                "UPDATE accounts SET tier = ?, username = ?, email = ?, time_zone = ?, "
                "member_until = ?, frozen = ?, balance = ?, "
                "debt = ?, entries = ?, grants = ?, head = ?, recharged = ?, consumed = ?, "
                "refunded = ?, expired = ?, standing = ? WHERE id = ?"};
    auto const standing = ledger::line_of(account.standing);
    query.bind(account.tier, account.username, account.email, account.time_zone,
               account.member_until, account.frozen, account.balance, account.debt, account.entries,
               account.grants, account.head, account.totals.recharged, account.totals.consumed,
               account.totals.refunded, account.totals.expired, standing, account.id);
    query.run();
}

void insert_grant(Database& database, base::AccountId account, ledger::Grant const& grant) {
    Query query{database,
                "INSERT INTO grants (account, number, kind, amount, remaining, open, effective_at, "
                "expires_at, service) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"};
    query.bind(account, grant.number, static_cast<int>(grant.kind), grant.amount, grant.remaining,
               grant.remaining.value > 0, grant.effective_at, grant.expires_at, grant.service);
    query.run();
}

// The first statement is the common one: something was drawn and something is left, which touches
// no index.
bool update_grant(Database& database, base::AccountId account, ledger::Grant const& grant) {
    if (grant.remaining.value > 0) {
        Query query{
            database,
            "UPDATE grants SET remaining = ? WHERE account = ? AND number = ? AND open = 1"};
        query.bind(grant.remaining, account, grant.number).run();
        if (database.changes() > 0) {
            return true;
        }
    }
    Query query{database,
                "UPDATE grants SET remaining = ?1, open = ?1 > 0 WHERE account = ?2 AND "
                "number = ?3"};
    query.bind(grant.remaining, account, grant.number).run();
    return database.changes() > 0;
}

void insert_entry(Query& query, ledger::Entry const& entry) {
    auto const draws = ledger::to_line(entry.draws);
    query.bind(entry.account, entry.seq, static_cast<int>(entry.kind), entry.amount,
               entry.balance_after, entry.job, entry.charge, entry.action, entry.reference,
               entry.note, entry.recorded_at, entry.effective_at, draws, entry.hash);
    query.run();
}

void write_wallet(Database& database, ledger::Wallet const& wallet) {
    if (wallet.created) {
        insert_account(database, wallet.account);
    } else if (wallet.changed) {
        update_account(database, wallet.account);
    }
    for (ledger::Grant const& grant : wallet.grants) {
        bool const known = !wallet.created && grant.changed;
        if (grant.changed && !(known && update_grant(database, wallet.account.id, grant))) {
            insert_grant(database, wallet.account.id, grant);
        }
    }
    if (wallet.posted.empty()) {
        return;
    }
    Query query{database,
                "INSERT INTO entries (account, seq, kind, amount, balance_after, job, charge, "
                "action, reference, note, recorded_at, effective_at, draws, hash) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
    for (ledger::Entry const& entry : wallet.posted) {
        insert_entry(query, entry);
    }
}

// A child that waits for parents is looked at by the next sweep when it comes to wait, and whenever
// one of its parents ends.
void stir(Database& database, jobs::Job const& job) {
    if (job.state == jobs::State::queued && job.wait == jobs::Wait::parents) {
        Query{database, "INSERT OR IGNORE INTO stirred (child) VALUES (?)"}.bind(job.id).run();
    }
    if (job.has_children && jobs::ended(job.state)) {
        Query{database,
              "INSERT OR IGNORE INTO stirred (child) SELECT child FROM edges WHERE parent = ?"}
            .bind(job.id)
            .run();
    }
}

void write_changed_jobs(Database& database, std::vector<jobs::LoadedJob> const& loaded) {
    Query update{database, update_job_sql};
    for (jobs::LoadedJob const& each : loaded) {
        if (!each.changed) {
            continue;
        }
        update_job(update, each.job);
        stir(database, each.job);
        if (each.job.pruned) {
            Query{database, "UPDATE jobs SET input = ? WHERE id = ?"}
                .bind(each.job.input, each.job.id)
                .run();
        }
    }
}

void write_new_jobs(Database& database, std::vector<jobs::Job> const& created) {
    Query insert{database, insert_job_sql()};
    for (jobs::Job const& job : created) {
        insert_job(insert, job);
        stir(database, job);
        for (base::JobId const parent : job.after) {
            Query{database, "INSERT OR IGNORE INTO edges (parent, child) VALUES (?, ?)"}
                .bind(parent, job.id)
                .run();
        }
    }
}

void write_parents(Database& database, std::vector<base::JobId> const& parents) {
    for (base::JobId const parent : parents) {
        Query{database, "UPDATE jobs SET has_children = 1 WHERE id = ? AND has_children = 0"}
            .bind(parent)
            .run();
    }
}

void write_events(Database& database, std::vector<jobs::Event> const& events) {
    for (jobs::Event const& event : events) {
        Query{database,
              "INSERT INTO job_events (job, at, kind, attempt, detail) VALUES (?, ?, ?, ?, ?)"}
            .bind(event.job, event.at, event.kind, event.attempt, event.detail)
            .run();
    }
}

void write_guards(Database& database, jobs::Batch const& batch) {
    for (auto const& charge : batch.key_charges) {
        Query{database, "INSERT INTO key_charges (key, opened_at, amount) VALUES (?, ?, ?)"}
            .bind(charge.key, charge.opened_at, charge.amount)
            .run();
    }
    for (auto const& [account, sums] : batch.spent) {
        for (auto const& [look, amount, mark] : sums) {
            if (mark) {
                auto const name = jobs::name_of(look);
                Query{database,
                      "INSERT OR REPLACE INTO spending_marks (account, look, first, behind, "
                      "amount) VALUES (?, ?, ?, ?, ?)"}
                    .bind(account, name, mark->first, mark->behind, mark->amount.value)
                    .run();
            }
        }
    }
    for (auto const& use : batch.used_free) {
        Query{database,
              "INSERT INTO free_uses (reference, account, at, balance, action, note) VALUES (?, ?, "
              "?, ?, ?, ?)"}
            .bind(use.reference, use.account, use.recorded_at, use.balance_after.value, use.action,
                  use.note)
            .run();
    }
    for (base::AccountId const account : batch.released) {
        Query{database, "DELETE FROM stopped WHERE account = ?"}.bind(account).run();
    }
    for (base::AccountId const account : batch.stopped) {
        Query{database, "INSERT OR REPLACE INTO stopped (account) VALUES (?)"}.bind(account).run();
    }
}

}  // namespace

void write_batch(Database& database, jobs::Batch const& batch) {
    for (ledger::Wallet const& wallet : batch.wallets) {
        write_wallet(database, wallet);
    }
    write_changed_jobs(database, batch.jobs);
    write_new_jobs(database, batch.new_jobs);
    write_parents(database, batch.parents_of_new);
    write_events(database, batch.events);
    write_messages(database, batch);
    write_orders(database, batch.orders);
    write_guards(database, batch);
    write_calls(database, batch);
}

}  // namespace adapters::sqlite
