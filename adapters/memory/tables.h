// What the memory store keeps, and the few indexes that make it quick.
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "adapters/store.h"

namespace adapters::memory {

// (service, minus priority, turn, id): the order in which a service's jobs are claimed.
using ReadyKey = std::tuple<std::string, int, std::int64_t, base::JobId>;

struct AccountBooks {
    ledger::Account account;
    std::map<std::int64_t, ledger::Grant> grants;
    std::vector<ledger::Entry> entries;
};

bool fits(jobs::Job const& job, JobFilter const& filter);

struct MessageTables {
    struct Lane {
        base::Timestamp due_at;
        std::int64_t claim = 0;
        std::optional<base::Timestamp> failing_since;
    };

    std::map<std::int64_t, OutboxMessage> messages;
    std::map<std::pair<std::string, base::AccountId>, Lane> lanes;
    std::set<std::pair<std::string, std::string>> said_once;  // target and word
    std::map<std::string, jobs::WarningMark> warned;
    std::int64_t last_id = 0;
};

struct Tables {
    std::map<base::JobId, jobs::Job> jobs;
    std::map<base::AccountId, AccountBooks> accounts;
    std::map<std::string, base::AccountId, std::less<>> users;
    std::map<std::pair<std::string, std::string>, base::JobId> keys;
    std::map<std::string, std::pair<base::AccountId, std::int64_t>> references;  // -> entry
    std::map<base::JobId, std::vector<std::pair<base::AccountId, std::int64_t>>> entries_of_job;
    std::vector<jobs::Event> events;
    std::int64_t last_job = 0;
    std::int64_t last_account = 0;

    std::set<ReadyKey> ready;
    std::set<base::JobId> waiting;  // queued, and not ready
    std::set<base::JobId> live;     // processing
    std::multimap<base::JobId, base::JobId> children;
    std::map<std::string, QueueMode> queues;  // those that are not just running
    std::map<std::string, jobs::SyncSource> sources;
    std::map<jobs::SyncedUser, std::string> links;  // -> user
    std::vector<ledger::Seal> seals;
    std::map<base::AccountId, ledger::Leaf> sealed;
    MessageTables outbox;
    std::map<std::string, jobs::Order, std::less<>> orders;
    std::map<jobs::Trade, std::string> trades;              // -> the order that it paid
    std::map<jobs::NoticeId, std::int64_t> notice_numbers;  // -> place in `notices`, from 1
    std::vector<jobs::PaymentNotice> notices;
    std::vector<jobs::KeyCharge> key_charges;
    std::map<std::string, ledger::Entry> used_free;  // by reference
    std::vector<jobs::ProviderCall> calls;
    std::map<std::pair<base::JobId, int>, jobs::Watch> watches;
    std::vector<base::AccountId> stopped;  // frozen or braked, the last one at the end

    [[nodiscard]] bool is(std::string const& service, QueueMode mode) const;
    [[nodiscard]] bool has_ready(std::string const& service) const;  // and may be claimed

    [[nodiscard]] std::vector<Sum> sums_of(base::AccountId account, base::Timestamp from,
                                           base::Timestamp to) const;
    [[nodiscard]] base::Credits balance_at(base::AccountId account, base::Timestamp at) const;

    [[nodiscard]] std::vector<ledger::Wallet> list(AccountFilter const& filter) const;

    void put(jobs::Job job);
    void put(ledger::Wallet const& wallet);
    void write(jobs::Batch& batch);  // what a decision has changed

private:
    void index(jobs::Job const& job);
    void unindex(jobs::Job const& job);
};

}  // namespace adapters::memory
