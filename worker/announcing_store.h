// A store that tells an announcer what became of jobs, after each transaction has committed.
// Everything else goes straight to the store inside.
#pragma once

#include <memory>
#include <vector>

#include "adapters/announcer.h"
#include "adapters/store.h"
#include "worker/pace.h"

namespace worker {

// What a decision has changed, as news: jobs that are new and jobs that are different.
std::vector<adapters::JobNews> news_of(jobs::Batch const& batch);

class AnnouncingStore final : public adapters::Store {
public:
    // The announcer must outlive it, and the pace, which hears what flowed where there is one.
    AnnouncingStore(std::unique_ptr<adapters::Store> inner, adapters::Announcer& announcer,
                    Pace* pace = nullptr);

    void transact(jobs::Load const& load, jobs::Decide const& decide) override;
    base::Timestamp now() override;
    std::optional<jobs::Job> find_job(base::JobId id) override;
    std::vector<jobs::Job> find_jobs(std::vector<base::JobId> const& ids) override;
    std::vector<jobs::Job> list_jobs(adapters::JobFilter const& filter) override;
    std::optional<adapters::JobStory> story_of(base::JobId id) override;
    std::optional<ledger::Wallet> find_wallet(std::string_view user) override;
    std::vector<ledger::Entry> entries_of(base::AccountId account,
                                          adapters::EntryFilter const& filter) override;
    adapters::Counts counts() override;
    adapters::Overview overview() override;
    bool anything_ready(std::vector<std::string> const& services) override;
    std::vector<std::string> services_ready() override;
    std::vector<base::JobId> stale(
        std::vector<std::pair<base::JobId, int>> const& attempts) override;
    std::vector<adapters::Sum> sums_of(base::AccountId account, base::Timestamp from,
                                       base::Timestamp to) override;
    base::Credits balance_at(base::AccountId account, base::Timestamp at) override;
    std::vector<ledger::Finding> audit(
        std::optional<std::string> user,
        std::function<void(adapters::AuditPage const&)> const& visit) override;
    bool begin_duty(std::string const& name, std::string const& holder, base::Millis every,
                    base::Millis lease) override;
    void end_duty(std::string const& name, std::string const& holder, std::string const& result,
                  bool failed) override;
    std::vector<adapters::Duty> duties() override;
    base::Timestamp schedule_mark(std::string const& name) override;
    void set_schedule_mark(std::string const& name, base::Timestamp at) override;
    std::unique_ptr<adapters::Presence> enter(std::string const& worker) override;
    void renew(std::string const& worker, base::Millis lease) override;
    std::map<std::string, adapters::QueueMode> queue_modes() override;
    void set_queue_mode(std::string const& service, adapters::QueueMode mode) override;
    std::vector<adapters::InboxRequest> inbox(int limit) override;
    std::vector<adapters::ApiKey> api_keys() override;
    adapters::ApiKey add_api_key(adapters::ApiKey key) override;
    std::optional<adapters::ApiKey> find_api_key(std::string const& hash) override;
    bool revoke_api_key(std::int64_t number) override;
    void touch_api_key(std::int64_t number, base::Timestamp at) override;
    adapters::SyncRegistry& sync() override;
    adapters::Work work() override;

private:
    std::unique_ptr<adapters::Store> inner_;
    adapters::Announcer& announcer_;
    Pace* pace_;
};

}  // namespace worker
