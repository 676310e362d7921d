// Two looks at the clock and one observation a call; a transaction's tally is counted after its
// commit.
#include "worker/metrics/metered_store.h"

#include <utility>

namespace worker::metrics {

namespace {

using adapters::metrics::Family;

constexpr Family store_seconds{"tallyman_store_call_seconds", "How long calls of the store took."};
constexpr Family call_failures{"tallyman_store_call_failures_total",
                               "Calls of the store that failed."};
constexpr Family transactions{"tallyman_store_transactions_total",
                              "Transactions that the store has committed for this process."};
constexpr Family round_trips{"tallyman_store_round_trips_total",
                             "Statements, or calls over a network, that it took."};

constexpr std::array<std::string_view, store_calls> names{
    "transact", "job",  "list",  "money", "ready", "overview", "now",
    "renew",    "duty", "queue", "inbox", "key",   "audit"};

std::vector<Counter> counters(Registry& registry, Family const& family) {
    std::vector<Counter> list;
    for (auto const name : names) {
        list.push_back(registry.counter(family, {{"call", std::string{name}}}));
    }
    return list;
}

std::vector<Histogram> histograms(Registry& registry, Family const& family) {
    std::vector<Histogram> list;
    for (auto const name : names) {
        list.push_back(registry.histogram(family, adapters::metrics::short_times(),
                                          {{"call", std::string{name}}}));
    }
    return list;
}

}  // namespace

StoreMeters::StoreMeters(Registry& registry)
    : times_{histograms(registry, store_seconds)},
      failures_{counters(registry, call_failures)},
      transactions_{registry.counter(transactions)},
      round_trips_{registry.counter(round_trips)} {}

void StoreMeters::look(adapters::Work const& work) const {
    transactions_.raise_to(work.transactions);
    round_trips_.raise_to(work.round_trips);
}

void Day::add(base::Timestamp at, base::Credits in, base::Credits out) {
    std::scoped_lock const lock{mutex_};
    auto const day = base::day_start(zone_, at);
    if (!sums_ || day > day_) {
        sums_ = Sums{.since = first_ ? at : day};
        day_ = day;
        first_ = false;
    }
    sums_->in += in;
    sums_->out += out;
}

std::optional<Day::Sums> Day::sums(base::Timestamp now) const {
    std::scoped_lock const lock{mutex_};
    return sums_ && base::day_start(zone_, now) <= day_ ? sums_ : std::nullopt;
}

MeteredStore::MeteredStore(std::unique_ptr<adapters::Store> inner, JobMeters const& jobs,
                           StoreMeters const& meters, Day& day)
    : inner_{std::move(inner)}, jobs_{jobs}, meters_{meters}, day_{day} {}

template <typename Function>
std::invoke_result_t<Function&> MeteredStore::timed(StoreCall call, Function function) {
    struct Watch {
        StoreMeters const& meters;
        StoreCall call;
        std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
        bool done = false;

        ~Watch() {
            meters.took(call, std::chrono::steady_clock::now() - began);
            if (!done) {
                meters.failed(call);
            }
        }
    };

    Watch watch{.meters = meters_, .call = call};
    if constexpr (std::is_void_v<std::invoke_result_t<Function&>>) {
        function();
        watch.done = true;
    } else {
        auto result = function();
        watch.done = true;
        return result;
    }
}

void MeteredStore::transact(jobs::Load const& load, jobs::Decide const& decide) {
    Tally tally{jobs_};
    timed(StoreCall::transact, [&] {
        inner_->transact(load, [&](jobs::Batch& batch) {
            tally.before(batch);
            decide(batch);
            tally.after(batch);
        });
    });
    tally.count();
    if (tally.came().value != 0 || tally.went().value != 0) {
        day_.add(tally.at(), tally.came(), tally.went());
    }
}

base::Timestamp MeteredStore::now() {
    return timed(StoreCall::now, [&] { return inner_->now(); });
}

std::optional<jobs::Job> MeteredStore::find_job(base::JobId id) {
    return timed(StoreCall::job, [&] { return inner_->find_job(id); });
}

std::vector<jobs::Job> MeteredStore::find_jobs(std::vector<base::JobId> const& ids) {
    return timed(StoreCall::job, [&] { return inner_->find_jobs(ids); });
}

std::vector<jobs::Job> MeteredStore::list_jobs(adapters::JobFilter const& filter) {
    return timed(StoreCall::list, [&] { return inner_->list_jobs(filter); });
}

std::optional<adapters::JobStory> MeteredStore::story_of(base::JobId id) {
    return timed(StoreCall::list, [&] { return inner_->story_of(id); });
}

std::optional<ledger::Wallet> MeteredStore::find_wallet(std::string_view user) {
    return timed(StoreCall::money, [&] { return inner_->find_wallet(user); });
}

std::optional<ledger::Wallet> MeteredStore::glance(std::string_view user) {
    return timed(StoreCall::money, [&] { return inner_->glance(user); });
}

std::vector<ledger::Wallet> MeteredStore::list_accounts(adapters::AccountFilter const& filter) {
    return timed(StoreCall::list, [&] { return inner_->list_accounts(filter); });
}

std::vector<ledger::Entry> MeteredStore::entries_of(base::AccountId account,
                                                    adapters::EntryFilter const& filter) {
    return timed(StoreCall::money, [&] { return inner_->entries_of(account, filter); });
}

adapters::Counts MeteredStore::counts() {
    return timed(StoreCall::ready, [&] { return inner_->counts(); });
}

adapters::Overview MeteredStore::overview() {
    return timed(StoreCall::overview, [&] { return inner_->overview(); });
}

bool MeteredStore::anything_ready(std::vector<std::string> const& services) {
    return timed(StoreCall::ready, [&] { return inner_->anything_ready(services); });
}

std::vector<std::string> MeteredStore::services_ready() {
    return timed(StoreCall::ready, [&] { return inner_->services_ready(); });
}

std::vector<base::JobId> MeteredStore::stale(
    std::vector<std::pair<base::JobId, int>> const& attempts) {
    return timed(StoreCall::job, [&] { return inner_->stale(attempts); });
}

std::vector<adapters::Sum> MeteredStore::sums_of(base::AccountId account, base::Timestamp from,
                                                 base::Timestamp to) {
    return timed(StoreCall::money, [&] { return inner_->sums_of(account, from, to); });
}

base::Credits MeteredStore::balance_at(base::AccountId account, base::Timestamp at) {
    return timed(StoreCall::money, [&] { return inner_->balance_at(account, at); });
}

std::vector<ledger::Finding> MeteredStore::audit(
    adapters::AuditScope const& scope,
    std::function<void(adapters::AuditPage const&)> const& visit) {
    return timed(StoreCall::audit, [&] { return inner_->audit(scope, visit); });
}

bool MeteredStore::begin_duty(std::string const& name, std::string const& holder,
                              base::Millis every, base::Millis lease) {
    return timed(StoreCall::duty, [&] { return inner_->begin_duty(name, holder, every, lease); });
}

void MeteredStore::end_duty(std::string const& name, std::string const& holder,
                            std::string const& result, bool failed) {
    timed(StoreCall::duty, [&] { inner_->end_duty(name, holder, result, failed); });
}

std::vector<adapters::Duty> MeteredStore::duties() {
    return timed(StoreCall::duty, [&] { return inner_->duties(); });
}

base::Timestamp MeteredStore::schedule_mark(std::string const& name) {
    return timed(StoreCall::duty, [&] { return inner_->schedule_mark(name); });
}

void MeteredStore::set_schedule_mark(std::string const& name, base::Timestamp at) {
    timed(StoreCall::duty, [&] { inner_->set_schedule_mark(name, at); });
}

std::unique_ptr<adapters::Presence> MeteredStore::enter(std::string const& worker) {
    return inner_->enter(worker);
}

void MeteredStore::renew(std::string const& worker, base::Millis lease) {
    timed(StoreCall::renew, [&] { inner_->renew(worker, lease); });
}

std::map<std::string, adapters::QueueMode> MeteredStore::queue_modes() {
    return timed(StoreCall::queue, [&] { return inner_->queue_modes(); });
}

void MeteredStore::set_queue_mode(std::string const& service, adapters::QueueMode mode) {
    timed(StoreCall::queue, [&] { inner_->set_queue_mode(service, mode); });
}

std::vector<adapters::InboxRequest> MeteredStore::inbox(int limit) {
    return timed(StoreCall::inbox, [&] { return inner_->inbox(limit); });
}

std::vector<adapters::ApiKey> MeteredStore::api_keys() {
    return timed(StoreCall::key, [&] { return inner_->api_keys(); });
}

adapters::ApiKey MeteredStore::add_api_key(adapters::ApiKey key) {
    return timed(StoreCall::key, [&] { return inner_->add_api_key(std::move(key)); });
}

std::optional<adapters::ApiKey> MeteredStore::find_api_key(std::string const& hash) {
    return timed(StoreCall::key, [&] { return inner_->find_api_key(hash); });
}

bool MeteredStore::revoke_api_key(std::int64_t number) {
    return timed(StoreCall::key, [&] { return inner_->revoke_api_key(number); });
}

void MeteredStore::touch_api_key(std::int64_t number, base::Timestamp at) {
    timed(StoreCall::key, [&] { inner_->touch_api_key(number, at); });
}

adapters::SyncRegistry& MeteredStore::sync() {
    return inner_->sync();
}

adapters::CallBook& MeteredStore::calls() {
    return inner_->calls();
}

adapters::Seals& MeteredStore::seals() {
    return inner_->seals();
}

adapters::Outbox& MeteredStore::outbox() {
    return inner_->outbox();
}

adapters::OrderBook& MeteredStore::orders() {
    return inner_->orders();
}

adapters::Work MeteredStore::work() {
    return inner_->work();
}

}  // namespace worker::metrics
