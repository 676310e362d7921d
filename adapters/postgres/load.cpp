// Jobs, ids, and the order of it all. Locks are taken in the order orders, inbox, jobs, accounts;
// what is read without a lock (grants, counts, turns) is read after the locks that guard it.
#include "adapters/postgres/load.h"

#include <algorithm>

#include <fmt/format.h>

#include "adapters/postgres/calls.h"
#include "adapters/postgres/held.h"
#include "adapters/postgres/orders.h"
#include "adapters/postgres/outbox.h"
#include "adapters/postgres/sync.h"
#include "jobs/sync.h"

namespace adapters::postgres {

namespace {

std::string claim_sql(std::string_view call) {
    return fmt::format("SELECT {}, place FROM {{s}}.{}", claimed_columns, call);
}

void add_claimed(Loading& loading, pqxx::row const& row) {
    auto job = read_claimed(row, loading.terms);
    bool const fresh = job.attempt == 0;
    if (auto* const loaded = add_job(loading, std::move(job), 0)) {
        auto const id = loaded->job.id;
        loading.loaded.standing.at(id).place = Row{row}.skip_to(claimed_column_count).text();
        if (!fresh) {
            loading.read_again.push_back(id);
        }
    }
}

// A claimed job does not run, so that its row in `jobs` says all of it.
void ask_for_course(Loading& loading, Trip& trip) {
    if (loading.read_again.empty()) {
        return;
    }
    trip.ask(fmt::format("SELECT {} FROM {{s}}.jobs WHERE id = ANY(?)", job_columns),
             {literal(loading.read_again)}, [&loading](pqxx::result const& rows) {
                 std::map<base::JobId, jobs::Job> whole;
                 for (auto const& row : rows) {
                     auto job = read_job(row, loading.terms);
                     auto const id = job.id;
                     whole.emplace(id, std::move(job));
                 }
                 for (auto& loaded : loading.batch.jobs) {
                     if (auto found = whole.find(loaded.job.id); found != whole.end()) {
                         loaded.job = std::move(found->second);
                         loading.loaded.standing.at(loaded.job.id).rest = rest_of(loaded.job);
                     }
                 }
             });
}

void ask_for_claimed(Loading& loading, Trip& trip) {
    if (!loading.load.claim || loading.load.claim->limit <= 0) {
        return;
    }
    auto const& claim = *loading.load.claim;
    std::vector<std::string> services;
    std::vector<std::int64_t> slots;
    for (auto const& room : claim.rooms) {
        if (room.slots > 0) {
            services.push_back(room.service);
            slots.push_back(std::min(room.slots, claim.limit));
        }
    }
    auto const read = [&loading](pqxx::result const& rows) {
        loading.batch.jobs.reserve(loading.batch.jobs.size() + rows.size());
        for (auto const& row : rows) {
            add_claimed(loading, row);
        }
    };
    if (services.size() == 1) {
        trip.ask(claim_sql("claim_one(?, ?)"), {literal(services[0]), literal(slots[0])}, read);
    } else if (!services.empty()) {
        trip.ask(claim_sql("claim_many(?, ?, ?)"),
                 {literal(services), literal(slots), literal(claim.limit)}, read);
    }
}

// Where no money is loaded nothing has to be locked, and what this process holds is known here.
bool from_memory(Loading& loading) {
    auto const& load = loading.load;
    if (load.wallets_of_jobs || load.charges_of_all || !load.charges_of.empty() ||
        load.fairness_of_jobs || load.new_jobs > 0) {
        return false;
    }
    std::vector<Held::Item> items;
    items.reserve(load.jobs.size());
    for (auto const id : load.jobs) {
        auto item = loading.held.take(id);
        if (!item) {
            loading.held.keep(std::move(items));
            return false;
        }
        items.push_back(std::move(*item));
    }
    loading.batch.jobs.reserve(items.size());
    for (auto& item : items) {
        add_job(loading, std::move(item.job), item.rev);
    }
    return true;
}

void ask_by_id(Loading& loading, Trip& trip) {
    if (loading.load.jobs.empty() || from_memory(loading)) {
        return;
    }
    trip.ask(fmt::format("SELECT {}, rev FROM {{s}}.load_jobs(?)", job_columns),
             {literal(loading.load.jobs)}, [&loading](pqxx::result const& rows) {
                 for (auto const& row : rows) {
                     add_job(loading, row);
                 }
             });
}

void ask_for_live(Loading& loading, Trip& trip) {
    if (loading.load.live_of.empty()) {
        return;
    }
    trip.ask(
        fmt::format("SELECT {}, rev FROM {{s}}.load_jobs(ARRAY(SELECT r.job FROM {{s}}.running r "
                    "WHERE r.worker = ?)) WHERE state = 1 AND worker = ?",
                    job_columns),
        {literal(loading.load.live_of), literal(loading.load.live_of)},
        [&loading](pqxx::result const& rows) {
            for (auto const& row : rows) {
                add_job(loading, row);
            }
        });
}

void ask_for_inbox(Loading& loading, Trip& trip) {
    if (loading.load.inbox.empty()) {
        return;
    }
    trip.ask("SELECT id FROM {s}.inbox WHERE id = ANY(?) ORDER BY id FOR UPDATE SKIP LOCKED",
             {literal(loading.load.inbox)}, [&loading](pqxx::result const& rows) {
                 for (auto const& row : rows) {
                     loading.batch.inbox.insert({Row{row}.integer()});
                 }
             });
}

void ask_for_keys(Loading& loading, Trip& trip) {
    std::vector<std::string> users;
    std::vector<std::string> keys;
    for (auto const& [user, key] : loading.load.keys) {
        if (!key.empty()) {
            users.push_back(user);
            keys.push_back(key);
        }
    }
    if (keys.empty()) {
        return;
    }
    trip.ask(fmt::format("SELECT j.* FROM unnest(?::text[], ?::text[]) AS u (name, key) "
                         "JOIN {{s}}.accounts a ON a.user_id = u.name "
                         "JOIN {{s}}.job_keys k ON k.account = a.id AND k.key = u.key "
                         "CROSS JOIN LATERAL (SELECT {} FROM {{s}}.job_now WHERE id = k.job) AS j",
                         job_columns),
             {literal(users), literal(keys)}, [&loading](pqxx::result const& rows) {
                 for (auto const& row : rows) {
                     auto job = read_job(row, loading.terms);
                     std::pair key{job.user, job.key};
                     loading.batch.by_key.emplace(std::move(key), std::move(job));
                 }
             });
}

void ask_for_references(Loading& loading, Trip& trip) {
    if (loading.load.references.empty()) {
        return;
    }
    trip.ask(fmt::format("SELECT e.* FROM {{s}}.entry_references x CROSS JOIN LATERAL ("
                         "SELECT {} FROM {{s}}.entries WHERE account = x.account AND seq = x.seq) "
                         "AS e WHERE x.reference = ANY(?)",
                         entry_columns),
             {literal(loading.load.references)}, [&loading](pqxx::result const& rows) {
                 for (auto const& row : rows) {
                     auto entry = read_entry(row);
                     auto reference = entry.reference;
                     loading.batch.by_reference.emplace(std::move(reference), std::move(entry));
                 }
             });
}

void ask_for_free_uses(Loading& loading, Trip& trip) {
    if (loading.load.free_uses.empty()) {
        return;
    }
    trip.ask(
        "SELECT reference, account, at, balance, action, note FROM {s}.free_uses WHERE reference "
        "= ANY(?)",
        {literal(loading.load.free_uses)}, [&loading](pqxx::result const& rows) {
            for (auto const& source : rows) {
                Row row{source};
                ledger::Entry use{.kind = ledger::Kind::consume};
                use.reference = row.text();
                use.account = {row.integer()};
                use.recorded_at = row.time();
                use.balance_after = row.credits();
                use.action = row.text();
                use.note = row.text();
                auto reference = use.reference;
                loading.batch.by_reference.emplace(std::move(reference), std::move(use));
            }
        });
}

void ask_for_draining(Loading& loading, Trip& trip) {
    if (loading.load.fairness_of.empty()) {
        return;
    }
    trip.ask("SELECT service FROM {s}.queues WHERE mode = 2 AND service = ANY(?)",
             {literal(loading.load.fairness_of)}, [&loading](pqxx::result const& rows) {
                 for (auto const& row : rows) {
                     loading.batch.draining.insert(Row{row}.text());
                 }
             });
}

void ask_for_ids(Loading& loading, Trip& trip) {
    if (loading.load.new_jobs <= 0) {
        return;
    }
    trip.ask("SELECT nextval('{s}.job_ids') FROM generate_series(1, ?)",
             {literal(loading.load.new_jobs)}, [&loading](pqxx::result const& rows) {
                 for (auto const& row : rows) {
                     loading.batch.job_ids.push_back({Row{row}.integer()});
                 }
             });
}

// The users that have no account yet are known only when the others have been read.
void ask_for_account_ids(Loading& loading, Trip& trip) {
    auto const known = static_cast<int>(loading.batch.wallets.size());
    int missing = loading.load.new_accounts;
    if (!loading.load.users.empty()) {
        missing = std::min(missing, static_cast<int>(loading.load.users.size()) - known);
    }
    if (missing <= 0) {
        return;
    }
    trip.ask("SELECT nextval('{s}.account_ids') FROM generate_series(1, ?)", {literal(missing)},
             [&loading](pqxx::result const& rows) {
                 for (auto const& row : rows) {
                     loading.batch.account_ids.push_back({Row{row}.integer()});
                 }
             });
}

bool only_sweeps(jobs::Load const& load) {
    return load.sweep && load.jobs.empty() && !load.claim && load.users.empty() &&
           load.new_jobs == 0;
}

// The clock is read after the locks: an account's entries are then in the order of their times. A
// transaction that is going to write has its id by then, so that its fate can be asked for.
void ask_for_clock(Loading& loading, Trip& trip) {
    trip.ask(only_sweeps(loading.load)
                 ? "SELECT {s}.now_ms(), coalesce(pg_current_xact_id_if_assigned()::text, '')"
                 : "SELECT {s}.now_ms(), pg_current_xact_id()::text",
             {}, [&loading](pqxx::result const& rows) {
                 Row row{rows[0]};
                 auto const now = row.time();
                 loading.batch.now = loading.fixed_now.value_or(now);
                 loading.loaded.asked_at = now;
                 loading.loaded.xid = row.text();
             });
}

void load_rest(Loading& loading);

// Whose accounts are needed is known when links and orders have been read: a trip more.
void load_with_others(Loading& loading) {
    auto load = loading.load;
    if (!load.synced.empty()) {
        load_synced(loading);
        std::ranges::move(jobs::users_of(loading.batch, load), std::back_inserter(load.users));
    }
    if (load.orders.comes_first()) {
        load_orders(loading);
        std::ranges::move(owners_of(loading), std::back_inserter(load.users));
    }
    Loading whole{.transaction = loading.transaction,
                  .held = loading.held,
                  .load = load,
                  .batch = loading.batch,
                  .loaded = loading.loaded,
                  .fixed_now = loading.fixed_now,
                  .lease_max = loading.lease_max};
    load_rest(whole);
    load_order_keys(whole);
}

}  // namespace

void Trip::ask(std::string_view text, std::initializer_list<std::string> values, Read read) {
    statements_.push_back(transaction_.session().sql(text, values));
    reads_.push_back(std::move(read));
}

void Trip::go() {
    auto const results = transaction_.run(std::exchange(statements_, {}));
    auto const reads = std::exchange(reads_, {});
    for (std::size_t i = 0; i < reads.size(); ++i) {
        reads[i](results[i]);
    }
}

std::string now_expression(Loading const& loading) {
    return loading.fixed_now ? literal(*loading.fixed_now)
                             : loading.transaction.session().sql("(SELECT {s}.now_ms())");
}

jobs::LoadedJob* add_job(Loading& loading, pqxx::row const& row) {
    auto job = read_job(row, loading.terms);
    auto const rev = Row{row}.skip_to(job_column_count).small();
    return add_job(loading, std::move(job), rev);
}

jobs::LoadedJob* add_job(Loading& loading, jobs::Job job, int rev) {
    auto const [standing, fresh] = loading.loaded.standing.try_emplace(job.id);
    if (!fresh) {
        return nullptr;
    }
    standing->second.rev = rev;
    standing->second.rest = rest_of(job);
    return &loading.batch.jobs.emplace_back(jobs::LoadedJob{.job = std::move(job)});
}

void ask_for_jobs(Loading& loading, Trip& trip) {
    ask_for_claimed(loading, trip);
    ask_by_id(loading, trip);
    ask_for_live(loading, trip);
}

void load_batch(Loading& loading) {
    if (!loading.load.at_work.empty()) {
        lock_counts(loading);
    }
    if (loading.load.ending) {
        load_ending(loading);
    }
    if (loading.load.synced.empty() && loading.load.orders.empty()) {
        load_rest(loading);
    } else {
        load_with_others(loading);
    }
}

namespace {

void load_rest(Loading& loading) {
    auto const& load = loading.load;
    Trip trip{loading.transaction};
    ask_for_inbox(loading, trip);
    ask_for_jobs(loading, trip);
    if (load.sweep) {
        ask_for_sweeps(loading, trip);
    }
    ask_for_keys(loading, trip);
    ask_for_references(loading, trip);
    ask_for_free_uses(loading, trip);
    ask_for_draining(loading, trip);
    ask_for_ids(loading, trip);
    ask_for_calls(loading, trip);
    ask_for_users(loading, trip);
    ask_for_clock(loading, trip);
    trip.go();
    ask_for_course(loading, trip);
    if (!trip.empty()) {
        trip.go();
    }
    ask_for_money(loading, trip);
    ask_for_charges(loading, trip);
    ask_for_every_grant(loading, trip);
    ask_for_attempts(loading, trip);
    ask_for_turns(loading, trip);
    ask_for_account_ids(loading, trip);
    if (!trip.empty()) {
        ask_for_clock(loading, trip);
        trip.go();
    }
    ask_for_grants_of_charges(loading, trip);
    ask_for_spending(loading, trip);
    if (!trip.empty()) {
        trip.go();
    }
}

}  // namespace

}  // namespace adapters::postgres
