// A store whose calls are counted and timed, and whose transactions are counted as jobs and credits
// once they are committed. Everything else goes straight to the store inside.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include "adapters/store.h"
#include "base/zone.h"
#include "worker/metrics/job_meters.h"

namespace worker::metrics {

// Calls that are alike are one.
enum class StoreCall : std::uint8_t {
    transact,
    job,
    list,
    money,
    ready,
    overview,
    now,
    renew,
    duty,
    queue,
    inbox,
    key,
    audit,
};

inline constexpr int store_calls = 13;

class StoreMeters {
public:
    explicit StoreMeters(Registry& registry);

    void took(StoreCall call, std::chrono::nanoseconds time) const {
        times_[static_cast<std::size_t>(call)].observe(time);
    }

    void failed(StoreCall call) const { failures_[static_cast<std::size_t>(call)].add(); }

    // What the store itself counts.
    void look(adapters::Work const& work) const;

private:
    std::vector<Histogram> times_;
    std::vector<Counter> failures_;
    Counter transactions_;
    Counter round_trips_;
};

// Credits of the day so far that this process has moved.
class Day {
public:
    explicit Day(base::Zone zone) : zone_{std::move(zone)} {}

    struct Sums {
        base::Timestamp since;  // midnight, or when this process moved the first ones
        base::Credits in;
        base::Credits out;
    };

    void add(base::Timestamp at, base::Credits in, base::Credits out);
    [[nodiscard]] std::optional<Sums> sums(base::Timestamp now) const;  // none today: nullopt

private:
    base::Zone zone_;
    mutable std::mutex mutex_;
    std::optional<Sums> sums_;
    base::Timestamp day_;
    bool first_ = true;
};

class MeteredStore final : public adapters::Store {
public:
    // The meters and the day must outlive it.
    MeteredStore(std::unique_ptr<adapters::Store> inner, JobMeters const& jobs,
                 StoreMeters const& meters, Day& day);

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
    std::vector<std::string> services_ready() override;
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
    template <typename Function>
    std::invoke_result_t<Function&> timed(StoreCall call, Function function);

    std::unique_ptr<adapters::Store> inner_;
    JobMeters const& jobs_;
    StoreMeters const& meters_;
    Day& day_;
};

}  // namespace worker::metrics
