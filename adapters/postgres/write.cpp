#include "adapters/postgres/write.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "adapters/postgres/calls.h"
#include "adapters/postgres/orders.h"
#include "adapters/postgres/outbox.h"
#include "adapters/postgres/rows.h"

namespace adapters::postgres {

namespace {

bool is_ready(jobs::State state, jobs::Wait wait) {
    return state == jobs::State::queued && wait == jobs::Wait::none;
}

bool is_waiting(jobs::State state, jobs::Wait wait) {
    return state == jobs::State::queued && wait != jobs::Wait::none;
}

bool is_failure(jobs::State state) {
    return state == jobs::State::failed || state == jobs::State::cancelled;
}

// The rows of jobs, and of the narrow tables that say where they stand.
class JobChanges {
public:
    void add_new(jobs::Job const& job) {
        put_new_job(new_jobs_, job);
        if (!job.key.empty()) {
            keys_.put(job.account, job.key, job.id);
            keys_.end_row();
        }
        for (auto const parent : job.after) {
            edges_.put(parent, job.id);
            edges_.end_row();
        }
        enter(job, 1);
    }

    void add_changed(jobs::Job const& job, Standing const& before) {
        bool const runs = job.state == jobs::State::processing;
        bool const ran = before.rest.state == jobs::State::processing;
        if (!runs || before.rest != at_start(job, before.rest)) {
            put_changed_job(changed_jobs_, job);
        }
        if (job.pruned) {
            pruned_.push_back(job.id);
        }
        if (runs && ran) {
            put_running(kept_running_, job, before.rev + 1);
        } else if (!same_place(job, before.rest)) {
            leave(job, before);
            enter(job, before.rev + 1);
        }
    }

    // What it has goes over into `out`.
    void state(Session const& session, Writes& out) {
        call(out, "insert_jobs", std::move(new_jobs_));
        call(out, "update_jobs", std::move(changed_jobs_));
        if (!claimed_.empty()) {
            out.calls.push_back({.function = "drop_claimed", .arguments = {array(claimed_)}});
        }
        call(out, "drop_ready", std::move(unready_));
        call(out, "add_ready", std::move(ready_));
        if (!not_running_.empty()) {
            out.calls.push_back({.function = "drop_running",
                                 .arguments = {array(not_running_), array(not_running_revs_)}});
        }
        call(out, "update_running", std::move(kept_running_));
        call(out, "add_running", std::move(running_));
        if (!workers_.empty()) {
            // A sweep finds running jobs by their workers, so that a worker's row must not go while
            // its jobs come: an update waits for a removal, where doing nothing would not.
            out.statements.push_back(session.sql(
                "INSERT INTO {s}.workers (name) SELECT unnest(?::text[]) ON CONFLICT (name) "
                "DO UPDATE SET name = excluded.name",
                {literal(std::vector<std::string>{workers_.begin(), workers_.end()})}));
        }
        insert(session, out, "job_keys", keys_);
        state_rare(session, out);
    }

    static void call(Writes& out, std::string_view name, Rows&& rows) {
        if (!rows.empty()) {
            out.calls.push_back({.function = std::string{name}, .rows = std::move(rows)});
        }
    }

    // For tables that are written seldom.
    static void insert(Session const& session, Writes& out, std::string_view table,
                       Rows const& rows, std::string_view more = "") {
        if (!rows.empty()) {
            out.statements.push_back(session.sql(fmt::format("INSERT INTO {{s}}.{0} SELECT * FROM "
                                                             "unnest(?::{{s}}.{0}[]){1}",
                                                             table, more),
                                                 {literal(rows.text())}));
        }
    }

private:
    // What `jobs` says of a job that has only started since it was written there.
    static AtRest at_start(jobs::Job const& job, AtRest const& before) {
        auto rest = rest_of(job);
        rest.state = before.state;
        return rest;
    }

    static bool same_place(jobs::Job const& a, AtRest const& b) {
        return a.state == b.state && a.wait == b.wait && a.priority == b.priority &&
               a.turn == b.turn;
    }

    void leave(jobs::Job const& job, Standing const& before) {
        auto const& was = before.rest;
        if (is_ready(was.state, was.wait)) {
            if (before.place.empty()) {
                unready_.put(was.turn, job.id, job.account, was.priority, job.service);
                unready_.end_row();
            } else {
                claimed_.push_back(before.place);
            }
        } else if (is_waiting(was.state, was.wait)) {
            unwaiting_.push_back(job.id);
        } else if (was.state == jobs::State::processing) {
            not_running_.push_back(job.id.value);
            not_running_revs_.push_back(before.rev);
        } else if (is_failure(was.state)) {
            unfailed_.push_back(job.id);
        }
    }

    void enter(jobs::Job const& job, int rev) {
        if (is_ready(job.state, job.wait)) {
            ready_.put(job.turn, job.id, job.account, job.priority, job.service);
            ready_.end_row();
        } else if (is_waiting(job.state, job.wait)) {
            waiting_.put(job.id, job.run_at, job.account, job.priority, static_cast<int>(job.wait));
            waiting_.end_row();
        } else if (job.state == jobs::State::processing) {
            put_running(running_, job, rev);
            workers_.insert(job.worker);
        } else if (is_failure(job.state)) {
            failures_.put(job.id, static_cast<int>(job.state));
            failures_.end_row();
        }
        if (job.state == jobs::State::queued && job.wait == jobs::Wait::parents) {
            stirred_.push_back(job.id);
        }
    }

    void state_rare(Session const& session, Writes& out) const {
        if (!unwaiting_.empty()) {
            out.statements.push_back(
                session.sql("DELETE FROM {s}.waiting WHERE job = ANY(?)", {literal(unwaiting_)}));
        }
        if (!unfailed_.empty()) {
            out.statements.push_back(
                session.sql("DELETE FROM {s}.failures WHERE job = ANY(?)", {literal(unfailed_)}));
        }
        insert(session, out, "waiting", waiting_);
        insert(session, out, "failures", failures_);
        insert(session, out, "edges", edges_, " ON CONFLICT DO NOTHING");
        if (!pruned_.empty()) {
            out.statements.push_back(session.sql("UPDATE {s}.jobs SET input = '' WHERE id = ANY(?)",
                                                 {literal(pruned_)}));
        }
        if (!stirred_.empty()) {
            out.statements.push_back(session.sql(
                "INSERT INTO {s}.stirred (child) SELECT unnest(?::bigint[])", {literal(stirred_)}));
        }
    }

    Rows new_jobs_;
    Rows changed_jobs_;
    Rows keys_;
    Rows edges_;
    Rows ready_;
    Rows unready_;
    Rows running_;
    Rows kept_running_;
    std::set<std::string> workers_;  // of what is new in `running`
    std::vector<std::int64_t> not_running_;
    std::vector<std::int64_t> not_running_revs_;
    std::vector<std::string> claimed_;  // their places in `ready`
    Rows waiting_;
    Rows failures_;
    std::vector<base::JobId> unwaiting_;
    std::vector<base::JobId> unfailed_;
    std::vector<base::JobId> pruned_;
    std::vector<base::JobId> stirred_;
};

// By user, so that two transactions that open the same accounts don't wait for each other.
Rows new_accounts(jobs::Batch const& batch) {
    std::vector<ledger::Wallet const*> wallets;
    for (auto const& wallet : batch.wallets) {
        if (wallet.created) {
            wallets.push_back(&wallet);
        }
    }
    std::ranges::sort(wallets, {}, [](auto const* wallet) { return wallet->account.user; });
    Rows created;
    for (auto const* const wallet : wallets) {
        put_new_account(created, *wallet);
    }
    return created;
}

void write_money(Session const& session, jobs::Batch const& batch, Loaded const& loaded,
                 Writes& out) {
    Rows changed;
    Rows grants;
    Rows entries;
    Rows references;
    for (auto const& wallet : batch.wallets) {
        auto const id = wallet.account.id;
        if (wallet.changed && !wallet.created) {
            put_changed_account(changed, wallet, loaded.entries.at(id));
        }
        auto const known = loaded.grants_before.find(id);
        auto const last = known == loaded.grants_before.end() ? 0 : known->second;
        for (auto const& grant : wallet.grants) {
            if (grant.number > last) {
                grants.put(id, grant.number, static_cast<int>(grant.kind), grant.amount,
                           grant.effective_at, grant.expires_at, grant.service);
                grants.end_row();
            }
        }
        for (auto const& entry : wallet.posted) {
            put_entry(entries, entry);
            if (!entry.reference.empty()) {
                references.put(entry.reference, entry.account, entry.seq);
                references.end_row();
            }
        }
    }
    JobChanges::call(out, "insert_accounts", new_accounts(batch));
    JobChanges::call(out, "update_accounts", std::move(changed));
    JobChanges::call(out, "insert_grants", std::move(grants));
    JobChanges::insert(session, out, "entry_references", references);
    JobChanges::call(out, "insert_entries", std::move(entries));
}

void write_events(Session const& session, jobs::Batch const& batch, Writes& out) {
    Rows events;
    for (auto const& event : batch.events) {
        events.put(event.job, event.at, event.attempt, event.kind, event.detail);
        events.end_row();
    }
    if (!events.empty()) {
        out.statements.push_back(
            session.sql("INSERT INTO {s}.job_events (job, at, attempt, kind, detail) "
                        "SELECT * FROM unnest(?::{s}.new_event[])",
                        {literal(events.text())}));
    }
}

void write_free_uses(Session const& session, jobs::Batch const& batch, Writes& out) {
    for (auto const& use : batch.used_free) {
        out.statements.push_back(session.sql(
            "INSERT INTO {s}.free_uses (reference, account, at, balance, action, note) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            {literal(use.reference), literal(use.account), literal(use.recorded_at),
             literal(use.balance_after.value), literal(use.action), literal(use.note)}));
    }
}

void write_guards(Session const& session, jobs::Batch const& batch, Writes& out) {
    std::vector<std::int64_t> keys;
    std::vector<std::int64_t> times;
    std::vector<std::int64_t> amounts;
    for (auto const& charge : batch.key_charges) {
        keys.push_back(charge.key);
        times.push_back(base::to_ms(charge.opened_at));
        amounts.push_back(charge.amount.value);
    }
    if (!keys.empty()) {
        out.statements.push_back(
            session.sql("INSERT INTO {s}.key_charges (key, opened_at, amount) SELECT * FROM "
                        "unnest(?::bigint[], ?::bigint[], ?::bigint[])",
                        {literal(keys), literal(times), literal(amounts)}));
    }
    for (auto const& [account, sums] : batch.spent) {
        for (auto const& [look, amount, mark] : sums) {
            if (mark) {
                out.statements.push_back(session.sql(
                    "INSERT INTO {s}.spending_marks (account, look, first, behind, amount) VALUES "
                    "(?, ?, ?, ?, ?) ON CONFLICT (account, look) DO UPDATE SET first = "
                    "excluded.first, behind = excluded.behind, amount = excluded.amount",
                    {literal(account), literal(jobs::name_of(look)), literal(mark->first),
                     literal(mark->behind), literal(mark->amount.value)}));
            }
        }
    }
    write_free_uses(session, batch, out);
    auto gone = batch.released;
    gone.insert(gone.end(), batch.stopped.begin(), batch.stopped.end());
    if (!gone.empty()) {
        out.statements.push_back(
            session.sql("DELETE FROM {s}.stopped WHERE account = ANY(?)", {literal(gone)}));
    }
    if (!batch.stopped.empty()) {
        out.statements.push_back(
            session.sql("INSERT INTO {s}.stopped (account) SELECT DISTINCT unnest(?::bigint[]) "
                        "ON CONFLICT DO NOTHING",
                        {literal(batch.stopped)}));
    }
}

}  // namespace

Writes writes_for(Session const& session, jobs::Batch const& batch, Loaded const& loaded) {
    JobChanges jobs;
    for (auto const& each : batch.jobs) {
        if (each.changed) {
            jobs.add_changed(each.job, loaded.standing.at(each.job.id));
        }
    }
    for (auto const& job : batch.new_jobs) {
        jobs.add_new(job);
    }
    Writes out;
    jobs.state(session, out);
    write_money(session, batch, loaded, out);
    write_events(session, batch, out);
    write_messages(session, batch, out);
    write_orders(session, batch.orders, out);
    write_guards(session, batch, out);
    write_calls(session, batch, out);
    if (!batch.parents_of_new.empty()) {
        out.statements.push_back(
            session.sql("UPDATE {s}.jobs SET has_children = true WHERE id = ANY(?) AND "
                        "NOT has_children",
                        {literal(batch.parents_of_new)}));
    }
    if (!batch.taken_up.empty()) {
        out.statements.push_back(
            session.sql("DELETE FROM {s}.inbox WHERE id = ANY(?)", {literal(batch.taken_up)}));
    }
    std::set<base::JobId> left_as_they_were;
    for (auto const& each : batch.jobs) {
        if (!each.changed) {
            left_as_they_were.insert(each.job.id);
        }
    }
    std::vector<std::int64_t> read;
    for (auto const& [n, child] : loaded.stirred) {
        if (!left_as_they_were.contains(child)) {
            read.push_back(n);
        }
    }
    if (!read.empty()) {
        out.statements.push_back(
            session.sql("DELETE FROM {s}.stirred WHERE n = ANY(?)", {literal(read)}));
    }
    return out;
}

}  // namespace adapters::postgres
