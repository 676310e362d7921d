// Keeping the indexes in step with the rows.
#include "adapters/memory/tables.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "adapters/memory/audit.h"
#include "adapters/memory/calls.h"
#include "adapters/memory/orders.h"
#include "adapters/memory/outbox.h"

namespace adapters::memory {

namespace {

ReadyKey ready_key(jobs::Job const& job) {
    return {job.service, -job.priority, job.turn, job.id};
}

bool claimable(jobs::Job const& job) {
    return job.state == jobs::State::queued && job.wait == jobs::Wait::none;
}

}  // namespace

bool fits(jobs::Job const& job, JobFilter const& filter) {
    return (filter.user.empty() || job.user == filter.user) &&
           (filter.service.empty() || job.service == filter.service) &&
           (!filter.state || job.state == *filter.state) && job.id >= filter.from &&
           (!filter.parked || (job.parked && job.state == jobs::State::processing)) &&
           (!filter.before || job.id < *filter.before);
}

void Tables::index(jobs::Job const& job) {
    if (claimable(job)) {
        ready.insert(ready_key(job));
    } else if (job.state == jobs::State::queued) {
        waiting.insert(job.id);
    } else if (job.state == jobs::State::processing) {
        live.insert(job.id);
    }
}

void Tables::unindex(jobs::Job const& job) {
    ready.erase(ready_key(job));
    waiting.erase(job.id);
    live.erase(job.id);
}

bool Tables::is(std::string const& service, QueueMode mode) const {
    auto const found = queues.find(service);
    return (found == queues.end() ? QueueMode::running : found->second) == mode;
}

bool Tables::has_ready(std::string const& service) const {
    auto const first = ready.lower_bound(ReadyKey{service, std::numeric_limits<int>::min(), 0, {}});
    return first != ready.end() && std::get<0>(*first) == service &&
           !is(service, QueueMode::paused);
}

void Tables::put(jobs::Job job) {
    auto const found = jobs.find(job.id);
    if (found == jobs.end()) {
        last_job = std::max(last_job, job.id.value);
        for (auto const parent : job.after) {
            children.emplace(parent, job.id);
        }
        if (!job.key.empty()) {
            bool const fresh = keys.emplace(std::pair{job.user, job.key}, job.id).second;
            CHECK(fresh);
        }
    } else {
        unindex(found->second);
    }
    index(job);
    jobs.insert_or_assign(job.id, std::move(job));
}

void Tables::put(ledger::Wallet const& wallet) {
    auto const id = wallet.account.id;
    AccountBooks& books = accounts[id];
    books.account = wallet.account;
    users.emplace(wallet.account.user, id);
    last_account = std::max(last_account, id.value);
    for (ledger::Grant const& grant : wallet.grants) {
        if (grant.changed) {
            ledger::Grant kept = grant;
            kept.changed = false;
            books.grants.insert_or_assign(grant.number, std::move(kept));
        }
    }
    for (ledger::Entry const& entry : wallet.posted) {
        CHECK(entry.seq == static_cast<std::int64_t>(books.entries.size()) + 1);
        books.entries.push_back(entry);
        if (!entry.reference.empty()) {
            bool const fresh = references.emplace(entry.reference, std::pair{id, entry.seq}).second;
            CHECK(fresh);
        }
        if (entry.job) {
            entries_of_job[entry.job].emplace_back(id, entry.seq);
        }
    }
}

std::vector<Sum> Tables::sums_of(base::AccountId account, base::Timestamp from,
                                 base::Timestamp to) const {
    std::map<std::pair<ledger::Kind, std::string>, Sum> sums;
    for (auto const& entry : accounts.at(account).entries) {
        if (entry.effective_at < from || entry.effective_at >= to) {
            continue;
        }
        auto& sum = sums.try_emplace({entry.kind, entry.action}, Sum{entry.kind, entry.action})
                        .first->second;
        sum.entries += 1;
        entry.amount.value > 0 ? sum.in += entry.amount : sum.out -= entry.amount;
    }
    std::vector<Sum> list;
    for (auto& [key, sum] : sums) {
        list.push_back(std::move(sum));
    }
    return list;
}

base::Credits Tables::balance_at(base::AccountId account, base::Timestamp at) const {
    base::Credits sum;
    for (auto const& entry : accounts.at(account).entries) {
        if (entry.effective_at <= at) {
            sum += entry.amount;
        }
    }
    return sum;
}

std::vector<ledger::Wallet> Tables::list(AccountFilter const& filter) const {
    std::vector<ledger::Wallet> found;
    auto const add = [&](AccountBooks const& books) {
        auto& wallet = found.emplace_back(books.account, grants_of(books));
        std::erase_if(wallet.grants, [](auto const& grant) { return grant.remaining.value == 0; });
    };
    auto const room = [&] { return std::ssize(found) < filter.limit; };
    if (filter.newest_first) {
        auto const end = filter.before ? accounts.lower_bound(*filter.before) : accounts.end();
        for (auto at = end; at != accounts.begin() && room();) {
            add((--at)->second);
        }
        return found;
    }
    for (auto at = filter.after < filter.prefix ? users.lower_bound(filter.prefix)
                                                : users.upper_bound(filter.after);
         at != users.end() && at->first.starts_with(filter.prefix) && room(); ++at) {
        add(accounts.at(at->second));
    }
    return found;
}

void Tables::write(jobs::Batch& batch) {
    for (auto const parent : batch.parents_of_new) {
        jobs.at(parent).has_children = true;
    }
    for (auto& loaded : batch.jobs) {
        if (loaded.changed) {
            loaded.job.has_children |= jobs.at(loaded.job.id).has_children;
            put(std::move(loaded.job));
        }
    }
    for (auto& job : batch.new_jobs) {
        put(std::move(job));
    }
    for (auto const& wallet : batch.wallets) {
        if (wallet.changed) {
            put(wallet);
        }
    }
    std::ranges::move(batch.events, std::back_inserter(events));
    write_messages(*this, batch);
    write_orders(*this, batch.orders);
    write_calls(*this, batch);
    std::ranges::copy(batch.key_charges, std::back_inserter(key_charges));
    for (auto const& use : batch.used_free) {
        CHECK(used_free.emplace(use.reference, use).second);
    }
    for (auto const id : batch.released) {
        std::erase(stopped, id);
    }
    for (auto const id : batch.stopped) {
        std::erase(stopped, id);
        stopped.push_back(id);
    }
}

}  // namespace adapters::memory
