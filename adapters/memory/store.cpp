// The memory store: one mutex, whole values in and out.
#include <algorithm>
#include <mutex>
#include <set>

#include "adapters/memory/api_keys.h"
#include "adapters/memory/audit.h"
#include "adapters/memory/calls.h"
#include "adapters/memory/load.h"
#include "adapters/memory/open.h"
#include "adapters/memory/orders.h"
#include "adapters/memory/outbox.h"
#include "adapters/memory/overview.h"
#include "adapters/memory/seals.h"
#include "adapters/memory/sync.h"
#include "adapters/memory/tables.h"

namespace adapters {

namespace {

using memory::AccountBooks;
using memory::Tables;

class MemoryStore final : public Store {
public:
    explicit MemoryStore(MemoryOptions options) : options_{std::move(options)} {}

    void transact(jobs::Load const& load, jobs::Decide const& decide) override {
        std::scoped_lock const lock{mutex_};
        auto batch = memory::load(tables_, load,
                                  {.now = clock(),
                                   .lease_max = options_.lease_max,
                                   .present = present_,
                                   .api_keys = api_keys_.all()});
        decide(batch);
        tables_.write(batch);
        work_.transactions += 1;
        work_.round_trips += 1;
    }

    base::Timestamp now() override {
        std::scoped_lock const lock{mutex_};
        return clock();
    }

    std::optional<jobs::Job> find_job(base::JobId id) override {
        std::scoped_lock const lock{mutex_};
        auto const found = tables_.jobs.find(id);
        return found == tables_.jobs.end() ? std::nullopt : std::optional{found->second};
    }

    std::vector<jobs::Job> find_jobs(std::vector<base::JobId> const& ids) override {
        std::scoped_lock const lock{mutex_};
        std::vector<jobs::Job> list;
        for (auto const id : std::set<base::JobId>(ids.begin(), ids.end())) {
            if (auto const found = tables_.jobs.find(id); found != tables_.jobs.end()) {
                list.push_back(found->second);
            }
        }
        return list;
    }

    std::vector<jobs::Job> list_jobs(JobFilter const& filter) override {
        std::scoped_lock const lock{mutex_};
        std::vector<jobs::Job> list;
        for (auto job = tables_.jobs.rbegin();
             job != tables_.jobs.rend() && std::ssize(list) < filter.limit; ++job) {
            if (memory::fits(job->second, filter)) {
                list.push_back(job->second);
            }
        }
        return list;
    }

    std::optional<JobStory> story_of(base::JobId id) override {
        std::scoped_lock const lock{mutex_};
        auto const found = tables_.jobs.find(id);
        if (found == tables_.jobs.end()) {
            return std::nullopt;
        }
        JobStory story{.job = found->second};
        auto const entries = tables_.entries_of_job.find(id);
        if (entries != tables_.entries_of_job.end()) {
            add_entries(story, entries->second);
        }
        std::ranges::copy_if(tables_.events, std::back_inserter(story.events),
                             [&](jobs::Event const& event) { return event.job == id; });
        std::ranges::copy_if(tables_.calls, std::back_inserter(story.calls),
                             [&](jobs::ProviderCall const& call) { return call.job == id; });
        return story;
    }

    std::optional<ledger::Wallet> find_wallet(std::string_view user) override {
        std::scoped_lock const lock{mutex_};
        auto const found = tables_.users.find(user);
        if (found == tables_.users.end()) {
            return std::nullopt;
        }
        AccountBooks const& books = tables_.accounts.at(found->second);
        return ledger::Wallet{.account = books.account, .grants = grants_of(books)};
    }

    std::optional<ledger::Wallet> glance(std::string_view user) override {
        auto wallet = find_wallet(user);
        if (wallet) {
            std::erase_if(wallet->grants,
                          [](ledger::Grant const& grant) { return grant.remaining.value == 0; });
        }
        return wallet;
    }

    std::vector<ledger::Wallet> list_accounts(AccountFilter const& filter) override {
        std::scoped_lock const lock{mutex_};
        return tables_.list(filter);
    }

    std::vector<ledger::Entry> entries_of(base::AccountId account,
                                          EntryFilter const& filter) override {
        std::scoped_lock const lock{mutex_};
        std::vector<ledger::Entry> list;
        auto const& entries = tables_.accounts.at(account).entries;
        for (auto entry = entries.rbegin();
             entry != entries.rend() && std::ssize(list) < filter.limit; ++entry) {
            bool const fits = (filter.before == 0 || entry->seq < filter.before) &&
                              (!filter.from || entry->effective_at >= *filter.from) &&
                              (!filter.to || entry->effective_at < *filter.to);
            if (fits) {
                list.push_back(*entry);
            }
        }
        return list;
    }

    Counts counts() override {
        std::scoped_lock const lock{mutex_};
        return memory::counts(tables_);
    }

    Overview overview() override {
        std::scoped_lock const lock{mutex_};
        return memory::overview(tables_, present_, notes_, clock());
    }

    bool anything_ready(std::vector<std::string> const& services) override {
        std::scoped_lock const lock{mutex_};
        return std::ranges::any_of(
            services, [&](std::string const& service) { return tables_.has_ready(service); });
    }

    std::vector<std::string> services_ready() override {
        std::scoped_lock const lock{mutex_};
        std::set<std::string> services;
        for (auto const& key : tables_.ready) {
            if (tables_.has_ready(std::get<0>(key))) {
                services.insert(std::get<0>(key));
            }
        }
        return {services.begin(), services.end()};
    }

    std::vector<base::JobId> stale(
        std::vector<std::pair<base::JobId, int>> const& attempts) override {
        std::scoped_lock const lock{mutex_};
        std::vector<base::JobId> list;
        for (auto const& [id, attempt] : attempts) {
            auto const found = tables_.jobs.find(id);
            bool const current = found != tables_.jobs.end() &&
                                 found->second.state == jobs::State::processing &&
                                 found->second.attempt == attempt;
            if (!current) {
                list.push_back(id);
            }
        }
        return list;
    }

    base::Credits balance_at(base::AccountId account, base::Timestamp at) override {
        std::scoped_lock const lock{mutex_};
        return tables_.balance_at(account, at);
    }

    std::vector<Sum> sums_of(base::AccountId account, base::Timestamp from,
                             base::Timestamp to) override {
        std::scoped_lock const lock{mutex_};
        return tables_.sums_of(account, from, to);
    }

    std::vector<ledger::Finding> audit(
        AuditScope const& scope, std::function<void(AuditPage const&)> const& visit) override {
        std::scoped_lock const lock{mutex_};
        memory::audit(tables_, scope, visit);
        return {};
    }

    bool begin_duty(std::string const& name, std::string const& holder, base::Millis every,
                    base::Millis lease) override {
        std::scoped_lock const lock{mutex_};
        auto const now = clock();
        auto& [duty, lease_until] = duties_[name];
        bool const held = !duty.holder.empty() && lease_until > now;
        bool const too_soon =
            duty.started_at && *duty.started_at <= now && *duty.started_at + every > now;
        if (held || too_soon) {
            return false;
        }
        duty.name = name;
        duty.holder = holder;
        duty.started_at = now;
        lease_until = now + lease;
        return true;
    }

    void end_duty(std::string const& name, std::string const& holder, std::string const& result,
                  bool failed) override {
        std::scoped_lock const lock{mutex_};
        auto& duty = duties_[name].first;
        if (duty.holder != holder) {
            return;  // its lease was over and another took it
        }
        duty.holder.clear();
        duty.finished_at = clock();
        duty.cost = *duty.finished_at - *duty.started_at;
        duty.result = result;
        duty.failed = failed;
        duty.runs += 1;
    }

    std::vector<Duty> duties() override {
        std::scoped_lock const lock{mutex_};
        std::vector<Duty> list;
        for (auto const& [name, duty] : duties_) {
            list.push_back(duty.first);
        }
        return list;
    }

    base::Timestamp schedule_mark(std::string const& name) override {
        std::scoped_lock const lock{mutex_};
        return schedules_.try_emplace(name, clock()).first->second;
    }

    void set_schedule_mark(std::string const& name, base::Timestamp at) override {
        std::scoped_lock const lock{mutex_};
        schedules_[name] = at;
    }

    std::unique_ptr<Presence> enter(std::string const& worker) override {
        std::scoped_lock const lock{mutex_};
        present_.insert(worker);
        return std::make_unique<Here>(*this, worker);
    }

    void renew(std::string const& worker, base::Millis lease) override {
        std::scoped_lock const lock{mutex_};
        auto const now = clock();
        for (auto const id : tables_.live) {
            jobs::Job& job = tables_.jobs.at(id);
            bool const absurd = *job.lease_until > now + 2 * options_.lease_max;
            if (job.worker == worker && (*job.lease_until < now + lease || absurd)) {
                job.lease_until = now + lease;
            }
        }
        work_.transactions += 1;
        work_.round_trips += 1;
    }

    std::map<std::string, QueueMode> queue_modes() override {
        std::scoped_lock const lock{mutex_};
        return tables_.queues;
    }

    void set_queue_mode(std::string const& service, QueueMode mode) override {
        std::scoped_lock const lock{mutex_};
        if (mode == QueueMode::running) {
            tables_.queues.erase(service);
        } else {
            tables_.queues.insert_or_assign(service, mode);
        }
    }

    std::vector<InboxRequest> inbox(int /*limit*/) override { return {}; }

    std::vector<ApiKey> api_keys() override {
        std::scoped_lock const lock{mutex_};
        return api_keys_.all();
    }

    ApiKey add_api_key(ApiKey key) override {
        std::scoped_lock const lock{mutex_};
        return api_keys_.add(std::move(key), clock());
    }

    std::optional<ApiKey> find_api_key(std::string const& hash) override {
        std::scoped_lock const lock{mutex_};
        return api_keys_.find(hash);
    }

    bool revoke_api_key(std::int64_t number) override {
        std::scoped_lock const lock{mutex_};
        return api_keys_.revoke(number, clock());
    }

    void touch_api_key(std::int64_t number, base::Timestamp at) override {
        std::scoped_lock const lock{mutex_};
        api_keys_.touch(number, at);
    }

    SyncRegistry& sync() override { return sync_; }

    adapters::Seals& seals() override { return seals_; }

    Outbox& outbox() override { return outbox_; }

    CallBook& calls() override { return calls_; }

    OrderBook& orders() override { return orders_; }

    Work work() override {
        std::scoped_lock const lock{mutex_};
        return work_;
    }

private:
    class Here final : public Presence {
    public:
        Here(MemoryStore& store, std::string worker) : store_{store}, worker_{std::move(worker)} {}

        ~Here() override {
            std::scoped_lock const lock{store_.mutex_};
            store_.present_.erase(worker_);
            store_.notes_.erase(worker_);
        }

        void say(std::string const& note) noexcept override {
            std::scoped_lock const lock{store_.mutex_};
            if (note.size() <= longest_note) {
                store_.notes_[worker_] = note;
            }
        }

    private:
        MemoryStore& store_;
        std::string worker_;
    };

    base::Timestamp clock() const {
        return options_.clock
                   ? options_.clock()
                   : std::chrono::time_point_cast<base::Millis>(std::chrono::system_clock::now());
    }

    void add_entries(JobStory& story,
                     std::vector<std::pair<base::AccountId, std::int64_t>> const& keys) const {
        std::map<std::int64_t, ledger::Grant> grants;
        for (auto const& [account, seq] : keys) {
            AccountBooks const& books = tables_.accounts.at(account);
            story.entries.push_back(books.entries.at(static_cast<std::size_t>(seq - 1)));
            for (auto const& draw : story.entries.back().draws) {
                if (draw.grant != ledger::debt) {
                    grants.emplace(draw.grant, books.grants.at(draw.grant));
                }
            }
        }
        for (auto& [number, grant] : grants) {
            story.grants.push_back(std::move(grant));
        }
    }

    MemoryOptions options_;
    mutable std::mutex mutex_;
    Tables tables_;
    std::set<std::string> present_;
    std::map<std::string, std::string> notes_;  // by worker
    std::map<std::string, std::pair<Duty, base::Timestamp>> duties_;
    std::map<std::string, base::Timestamp> schedules_;
    memory::ApiKeys api_keys_;
    memory::Sync sync_{mutex_, tables_, [this] { return clock(); }};
    memory::Seals seals_{mutex_, tables_};
    memory::Calls calls_{mutex_, tables_};
    memory::Outbox outbox_{mutex_, tables_, [this] { return clock(); }};
    memory::OrderShelf orders_{mutex_, tables_};
    Work work_;
};

}  // namespace

std::unique_ptr<Store> open_memory(MemoryOptions options) {
    return std::make_unique<MemoryStore>(std::move(options));
}

}  // namespace adapters
