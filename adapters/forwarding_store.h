// A store that hands every call on to another one: what a store around a store does not do itself.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "adapters/store.h"

namespace adapters {

class ForwardingStore : public Store {
public:
    // It must outlive this.
    explicit ForwardingStore(Store& inner) : inner_{inner} {}

    void transact(jobs::Load const& load, jobs::Decide const& decide) override {
        inner_.transact(load, decide);
    }

    base::Timestamp now() override { return inner_.now(); }

    std::optional<jobs::Job> find_job(base::JobId id) override { return inner_.find_job(id); }

    std::vector<jobs::Job> find_jobs(std::vector<base::JobId> const& ids) override {
        return inner_.find_jobs(ids);
    }

    std::vector<jobs::Job> list_jobs(JobFilter const& filter) override {
        return inner_.list_jobs(filter);
    }

    std::optional<JobStory> story_of(base::JobId id) override { return inner_.story_of(id); }

    std::optional<ledger::Wallet> find_wallet(std::string_view user) override {
        return inner_.find_wallet(user);
    }

    std::optional<ledger::Wallet> glance(std::string_view user) override {
        return inner_.glance(user);
    }

    std::vector<ledger::Wallet> list_accounts(AccountFilter const& filter) override {
        return inner_.list_accounts(filter);
    }

    std::vector<ledger::Entry> entries_of(base::AccountId account,
                                          EntryFilter const& filter) override {
        return inner_.entries_of(account, filter);
    }

    Counts counts() override { return inner_.counts(); }

    Overview overview() override { return inner_.overview(); }

    bool anything_ready(std::vector<std::string> const& services) override {
        return inner_.anything_ready(services);
    }

    std::vector<std::string> services_ready() override { return inner_.services_ready(); }

    std::vector<base::JobId> stale(
        std::vector<std::pair<base::JobId, int>> const& attempts) override {
        return inner_.stale(attempts);
    }

    std::vector<Sum> sums_of(base::AccountId account, base::Timestamp from,
                             base::Timestamp to) override {
        return inner_.sums_of(account, from, to);
    }

    base::Credits balance_at(base::AccountId account, base::Timestamp at) override {
        return inner_.balance_at(account, at);
    }

    std::vector<ledger::Finding> audit(
        AuditScope const& scope, std::function<void(AuditPage const&)> const& visit) override {
        return inner_.audit(scope, visit);
    }

    bool begin_duty(std::string const& name, std::string const& holder, base::Millis every,
                    base::Millis lease) override {
        return inner_.begin_duty(name, holder, every, lease);
    }

    void end_duty(std::string const& name, std::string const& holder, std::string const& result,
                  bool failed) override {
        inner_.end_duty(name, holder, result, failed);
    }

    std::vector<Duty> duties() override { return inner_.duties(); }

    base::Timestamp schedule_mark(std::string const& name) override {
        return inner_.schedule_mark(name);
    }

    void set_schedule_mark(std::string const& name, base::Timestamp at) override {
        inner_.set_schedule_mark(name, at);
    }

    std::unique_ptr<Presence> enter(std::string const& worker) override {
        return inner_.enter(worker);
    }

    void renew(std::string const& worker, base::Millis lease) override {
        inner_.renew(worker, lease);
    }

    std::map<std::string, QueueMode> queue_modes() override { return inner_.queue_modes(); }

    void set_queue_mode(std::string const& service, QueueMode mode) override {
        inner_.set_queue_mode(service, mode);
    }

    std::vector<InboxRequest> inbox(int limit) override { return inner_.inbox(limit); }

    std::vector<ApiKey> api_keys() override { return inner_.api_keys(); }

    ApiKey add_api_key(ApiKey key) override { return inner_.add_api_key(std::move(key)); }

    std::optional<ApiKey> find_api_key(std::string const& hash) override {
        return inner_.find_api_key(hash);
    }

    bool revoke_api_key(std::int64_t number) override { return inner_.revoke_api_key(number); }

    void touch_api_key(std::int64_t number, base::Timestamp at) override {
        inner_.touch_api_key(number, at);
    }

    SyncRegistry& sync() override { return inner_.sync(); }

    Seals& seals() override { return inner_.seals(); }

    Outbox& outbox() override { return inner_.outbox(); }

    CallBook& calls() override { return inner_.calls(); }

    OrderBook& orders() override { return inner_.orders(); }

    Work work() override { return inner_.work(); }

private:
    Store& inner_;
};

}  // namespace adapters
