// A store that misbehaves on purpose: before a transaction, after its commit ("did it, then
// reported failure"), or by taking long. Everything it does for real is done by the store inside.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "adapters/store.h"

namespace support {

enum class Flaw : std::uint8_t { none, before, after, slow };

class FlakyStore final : public adapters::Store {
public:
    // Asked at each writing call, with its number from 1 on; one call at a time.
    using Script = std::function<Flaw(int number)>;

    FlakyStore(adapters::Store& inner, Script script, base::Millis slow = base::Millis{20});

    static Script flawless();
    static Script at(int number, Flaw flaw);
    // The same seed, the same flaws: so many of a thousand calls fail before, and so many after.
    static Script by_seed(unsigned seed, int before, int after);

    // While it is down every call fails before it does anything, reading included.
    void set_down(bool down) { down_ = down; }

    [[nodiscard]] int writes() const;  // calls that write, flawed or not

    [[nodiscard]] int renewals() const { return renewals_; }  // of those, all of a worker's leases

    [[nodiscard]] int failures() const;  // of those, the ones that threw because of the script

    void transact(jobs::Load const& load, jobs::Decide const& decide) override;
    base::Timestamp now() override;
    std::optional<jobs::Job> find_job(base::JobId id) override;
    std::vector<jobs::Job> find_jobs(std::vector<base::JobId> const& ids) override;
    std::vector<jobs::Job> list_jobs(adapters::JobFilter const& filter) override;
    std::optional<adapters::JobStory> story_of(base::JobId id) override;
    std::optional<ledger::Wallet> find_wallet(std::string_view user) override;
    std::optional<ledger::Wallet> glance(std::string_view user) override;
    std::vector<ledger::Wallet> list_accounts(adapters::AccountFilter const& filter) override;
    std::vector<ledger::Entry> entries_of(base::AccountId account,
                                          adapters::EntryFilter const& filter) override;
    adapters::Counts counts() override;
    adapters::Overview overview() override;
    bool anything_ready(std::vector<std::string> const& services) override;

    std::vector<std::string> services_ready() override { return inner_.services_ready(); }

    std::vector<base::JobId> stale(
        std::vector<std::pair<base::JobId, int>> const& attempts) override;
    std::vector<adapters::Sum> sums_of(base::AccountId account, base::Timestamp from,
                                       base::Timestamp to) override;
    base::Credits balance_at(base::AccountId account, base::Timestamp at) override;
    std::vector<ledger::Finding> audit(
        adapters::AuditScope const& scope,
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
    adapters::Seals& seals() override;
    adapters::CallBook& calls() override;
    adapters::Outbox& outbox() override;
    adapters::OrderBook& orders() override;
    adapters::Work work() override;

private:
    Flaw next();
    void check_up() const;
    void write(std::function<void()> const& what);

    adapters::Store& inner_;
    Script script_;
    base::Millis slow_;
    std::atomic<bool> down_ = false;
    std::atomic<int> renewals_ = 0;  // that were done
    mutable std::mutex mutex_;  // guards the script and the counts; workers call on several threads
    int writes_ = 0;
    int failures_ = 0;
};

}  // namespace support
