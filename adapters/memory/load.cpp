// Loading, in the order in which batch.h lists it.
#include "adapters/memory/load.h"

#include <algorithm>

#include "adapters/memory/calls.h"
#include "adapters/memory/orders.h"
#include "adapters/memory/outbox.h"
#include "adapters/memory/spending.h"
#include "adapters/memory/sync.h"
#include "jobs/sync.h"

namespace adapters::memory {

namespace {

using jobs::Batch;
using jobs::Job;
using jobs::State;
using jobs::Wait;

class Loader {
public:
    Loader(Tables const& tables, jobs::Load const& what, Facts const& facts)
        : tables_{tables}, what_{what}, facts_{facts} {
        batch_.now = facts.now;
    }

    Batch run() {
        if (what_.claim) {
            claim(*what_.claim);
        }
        for (auto const id : std::set(what_.jobs.begin(), what_.jobs.end())) {
            add_job(id);
        }
        if (what_.sweep) {
            sweep(*what_.sweep);
        }
        live_of();
        keys_and_references();
        wallets();
        charges();
        turns();
        counts();
        load_calls(tables_, what_, batch_);
        ids();
        return std::move(batch_);
    }

private:
    void add_job(base::JobId id) {
        auto const found = tables_.jobs.find(id);
        if (found != tables_.jobs.end() && seen_jobs_.insert(id).second) {
            batch_.jobs.push_back({.job = found->second});
        }
    }

    void claim(jobs::Claim const& claim) {
        std::vector<std::tuple<int, std::int64_t, base::JobId>> candidates;
        for (auto const& room : claim.rooms) {
            if (tables_.is(room.service, QueueMode::paused)) {
                continue;
            }
            auto next = tables_.ready.lower_bound(
                ReadyKey{room.service, std::numeric_limits<int>::min(), 0, {}});
            std::map<int, std::int64_t> first_turns;
            for (int taken = 0; taken < room.slots && next != tables_.ready.end() &&
                                std::get<0>(*next) == room.service;
                 ++taken, ++next) {
                auto const& [service, minus_priority, turn, id] = *next;
                auto const first = first_turns.try_emplace(minus_priority, turn).first->second;
                candidates.emplace_back(minus_priority, turn - first, id);
            }
        }
        std::ranges::sort(candidates);
        auto const count =
            std::min(candidates.size(), static_cast<std::size_t>(std::max(claim.limit, 0)));
        for (std::size_t i = 0; i < count; ++i) {
            add_job(std::get<2>(candidates[i]));
        }
    }

    void sweep(jobs::Sweep const& sweep) {
        sweep_due(sweep.due);
        sweep_dependent(sweep.dependent);
        sweep_roomless(sweep.roomless);
        sweep_freed(sweep);
        sweep_lost(sweep.lost);
        sweep_prunable(sweep);
    }

    void sweep_due(int limit) {
        std::vector<std::pair<base::Timestamp, base::JobId>> due;
        for (auto const id : tables_.waiting) {
            Job const& job = tables_.jobs.at(id);
            if (job.wait == Wait::time && job.run_at <= facts_.now) {
                due.emplace_back(job.run_at, id);
            }
        }
        std::ranges::sort(due);
        due.resize(std::min(due.size(), static_cast<std::size_t>(limit)));
        for (auto const& [at, id] : due) {
            add_job(id);
        }
    }

    [[nodiscard]] std::vector<State> parents_of(Job const& job) const {
        std::vector<State> states;
        for (auto const parent : job.after) {
            states.push_back(tables_.jobs.at(parent).state);
        }
        return states;
    }

    void sweep_dependent(int limit) {
        for (auto const id : tables_.waiting) {
            Job const& job = tables_.jobs.at(id);
            if (job.wait != Wait::parents || limit == 0) {
                continue;
            }
            auto const states = parents_of(job);
            if (jobs::parents_decided(states)) {
                add_job(id);
                batch_.find(id)->parents = states;
                --limit;
            }
        }
    }

    // The first of each account, by priority and then age.
    void sweep_roomless(int limit) {
        std::map<base::AccountId, std::pair<int, base::JobId>> first;
        for (auto const id : tables_.waiting) {
            Job const& job = tables_.jobs.at(id);
            if (job.wait == Wait::room) {
                std::pair const rank{-job.priority, id};
                auto const [own, fresh] = first.try_emplace(job.account, rank);
                own->second = std::min(own->second, rank);
            }
        }
        for (auto const& [account, rank] : first) {
            if (limit-- > 0) {
                add_job(rank.second);
            }
        }
    }

    void sweep_freed(jobs::Sweep const& sweep) {
        std::set<std::pair<int, base::JobId>> freed;
        for (auto const id : tables_.waiting) {
            Job const& job = tables_.jobs.at(id);
            if (job.wait == Wait::room && job.user == sweep.freed) {
                freed.emplace(-job.priority, id);
            }
        }
        int left = sweep.freed_most;
        for (auto const& [priority, id] : freed) {
            if (left-- > 0) {
                add_job(id);
            }
        }
    }

    void sweep_lost(int limit) {
        for (auto const id : tables_.live) {
            Job const& job = tables_.jobs.at(id);
            bool const gone = !facts_.present.contains(job.worker);
            bool const over = *job.lease_until <= facts_.now ||
                              *job.lease_until > facts_.now + 2 * facts_.lease_max;
            if ((gone || over) && limit > 0) {
                add_job(id);
                batch_.find(id)->holder_gone = gone;
                --limit;
            }
        }
    }

    [[nodiscard]] bool has_waiting_child(base::JobId id) const {
        auto const [first, last] = tables_.children.equal_range(id);
        return std::any_of(first, last, [&](auto const& edge) {
            return !jobs::ended(tables_.jobs.at(edge.second).state);
        });
    }

    void sweep_prunable(jobs::Sweep const& sweep) {
        int left = sweep.prunable;
        for (auto const& [id, job] : tables_.jobs) {
            bool const old =
                jobs::ended(job.state) && !job.pruned && *job.finished_at < sweep.prune_before;
            if (left > 0 && old && !has_waiting_child(id)) {
                add_job(id);
                --left;
            }
        }
    }

    void live_of() {
        if (what_.live_of.empty()) {
            return;
        }
        for (auto const id : tables_.live) {
            if (tables_.jobs.at(id).worker == what_.live_of) {
                add_job(id);
            }
        }
    }

    void keys_and_references() {
        for (auto const& key : what_.keys) {
            auto const found = tables_.keys.find(key);
            if (found != tables_.keys.end()) {
                batch_.by_key.emplace(key, tables_.jobs.at(found->second));
            }
        }
        for (auto const& reference : what_.free_uses) {
            auto const found = tables_.used_free.find(reference);
            if (found != tables_.used_free.end()) {
                batch_.by_reference.emplace(reference, found->second);
            }
        }
        for (auto const& reference : what_.references) {
            auto const found = tables_.references.find(reference);
            if (found != tables_.references.end()) {
                auto const& [account, seq] = found->second;
                batch_.by_reference.emplace(reference, entry(account, seq));
            }
        }
    }

    [[nodiscard]] ledger::Entry const& entry(base::AccountId account, std::int64_t seq) const {
        return tables_.accounts.at(account).entries.at(static_cast<std::size_t>(seq - 1));
    }

    void add_wallet(base::AccountId id) {
        if (!seen_accounts_.insert(id).second) {
            return;
        }
        AccountBooks const& books = tables_.accounts.at(id);
        ledger::Wallet wallet{.account = books.account};
        for (auto const& [number, grant] : books.grants) {
            if (what_.every_grant || grant.remaining.value > 0) {
                wallet.grants.push_back(grant);
            }
        }
        batch_.wallets.push_back(std::move(wallet));
    }

    void wallets() {
        load_synced(tables_, what_, batch_);
        load_orders(tables_, what_.orders, batch_);
        for (auto const& [order, changed] : batch_.orders.loaded) {
            add_wallet(order.account);
        }
        auto users = jobs::users_of(batch_, what_);
        users.insert(users.end(), what_.users.begin(), what_.users.end());
        for (auto const& user : users) {
            auto const found = tables_.users.find(user);
            if (found != tables_.users.end()) {
                add_wallet(found->second);
            }
        }
        if (what_.wallets_of_jobs) {
            for (auto const& loaded : batch_.jobs) {
                add_wallet(loaded.job.account);
            }
        }
        if (what_.ending) {
            load_ending(tables_, *what_.ending, batch_,
                        [this](base::AccountId id) { add_wallet(id); });
        }
        int left = what_.expirable;
        for (auto const& [id, books] : tables_.accounts) {
            bool const expirable = std::ranges::any_of(books.grants, [&](auto const& numbered) {
                auto const& grant = numbered.second;
                return grant.remaining.value > 0 && grant.expires_at &&
                       *grant.expires_at <= facts_.now;
            });
            if (left > 0 && expirable) {
                add_wallet(id);
                --left;
            }
        }
    }

    void charges() {
        std::set const asked(what_.charges_of.begin(), what_.charges_of.end());
        for (auto& loaded : batch_.jobs) {
            bool const wanted = what_.charges_of_all || asked.contains(loaded.job.id);
            auto const found = tables_.entries_of_job.find(loaded.job.id);
            if (!wanted || !loaded.job.bill.open || found == tables_.entries_of_job.end()) {
                continue;
            }
            add_wallet(loaded.job.account);
            for (auto const& [account, seq] : found->second) {
                if (entry(account, seq).charge == loaded.job.bill.charge) {
                    loaded.charge.push_back(entry(account, seq));
                    add_grants_of(loaded.charge.back());
                }
            }
        }
    }

    void add_grants_of(ledger::Entry const& entry) {
        ledger::Wallet* const wallet = batch_.wallet_of(entry.account);
        for (auto const& draw : entry.draws) {
            bool const there = std::ranges::any_of(
                wallet->grants, [&](auto const& grant) { return grant.number == draw.grant; });
            if (!there && draw.grant != ledger::debt) {
                wallet->grants.push_back(tables_.accounts.at(entry.account).grants.at(draw.grant));
            }
        }
    }

    void ids() {
        for (int i = 1; i <= what_.new_jobs; ++i) {
            batch_.job_ids.push_back({tables_.last_job + i});
        }
        for (int i = 1; i <= what_.new_accounts; ++i) {
            batch_.account_ids.push_back({tables_.last_account + i});
        }
    }

    void turns() {
        std::set<std::string> services(what_.fairness_of.begin(), what_.fairness_of.end());
        for (auto const& service : services) {
            if (tables_.is(service, QueueMode::draining)) {
                batch_.draining.insert(service);
            }
        }
        std::set<base::AccountId> accounts = seen_accounts_;
        for (auto const& loaded : batch_.jobs) {
            accounts.insert(loaded.job.account);
            if (what_.fairness_of_jobs) {
                services.insert(loaded.job.service);
            }
        }
        for (auto const& [service, minus_priority, turn, id] : tables_.ready) {
            if (!services.contains(service)) {
                continue;
            }
            batch_.turns.lowest.try_emplace({service, -minus_priority}, turn);
            auto const account = tables_.jobs.at(id).account;
            if (accounts.contains(account)) {
                auto const [own, first] =
                    batch_.turns.highest.try_emplace({account, service, -minus_priority}, turn);
                own->second = std::max(own->second, turn);
            }
        }
    }

    void counts() {
        for (auto const account : seen_accounts_) {
            if (what_.in_flight) {
                batch_.in_flight[account] =
                    static_cast<int>(std::ranges::count_if(tables_.live, [&](base::JobId id) {
                        return tables_.jobs.at(id).account == account;
                    }));
            }
            if (what_.looks) {
                auto const& books = tables_.accounts.at(account);
                auto& spent = batch_.spent[account];
                for (auto& look : what_.looks(facts_.now, books.account)) {
                    spent.push_back(sum_of(books.entries, look));
                }
            }
        }
        key_budgets();
    }

    void key_budgets() {
        std::set<std::int64_t> asked(what_.api_keys.begin(), what_.api_keys.end());
        for (auto const& loaded : batch_.jobs) {
            if (what_.api_keys_of_jobs) {
                asked.insert(loaded.job.api_key);
            }
        }
        for (auto const& key : facts_.api_keys) {
            if (asked.contains(key.number) && key.capped()) {
                batch_.key_budgets.emplace(key.number,
                                           budget_of(tables_, key, what_.key_windows(facts_.now)));
            }
        }
    }

    Tables const& tables_;
    jobs::Load const& what_;
    Facts const& facts_;
    Batch batch_;
    std::set<base::JobId> seen_jobs_;
    std::set<base::AccountId> seen_accounts_;
};

}  // namespace

Batch load(Tables const& tables, jobs::Load const& what, Facts const& facts) {
    return Loader{tables, what, facts}.run();
}

}  // namespace adapters::memory
