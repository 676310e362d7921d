// A decision may be called again when its transaction is repeated, so its news are collected anew
// each time, and told when the store has said that it is done.
#include "worker/announcing_store.h"

#include <utility>

namespace worker {

namespace {

adapters::JobNews news_of(jobs::Job const& job, base::Timestamp at) {
    return {.job = job.id,
            .user = job.user,
            .service = job.service,
            .state = job.state,
            .attempt = job.attempt,
            .progress = job.progress,
            .note = job.progress_note,
            .error = job.error ? job.error->code : "",
            .net = job.bill.net,
            .at = at,
            .claimable = job.state == jobs::State::queued && job.wait == jobs::Wait::none};
}

}  // namespace

std::vector<adapters::JobNews> news_of(jobs::Batch const& batch) {
    std::vector<adapters::JobNews> news;
    for (auto const& loaded : batch.jobs) {
        // That an old job lost its input is no news.
        if (loaded.changed && !loaded.job.pruned) {
            news.push_back(news_of(loaded.job, batch.now));
        }
    }
    for (auto const& job : batch.new_jobs) {
        news.push_back(news_of(job, batch.now));
    }
    return news;
}

AnnouncingStore::AnnouncingStore(std::unique_ptr<adapters::Store> inner,
                                 adapters::Announcer& announcer, Pace* pace)
    : inner_{std::move(inner)}, announcer_{announcer}, pace_{pace} {}

void AnnouncingStore::transact(jobs::Load const& load, jobs::Decide const& decide) {
    std::vector<adapters::JobNews> news;
    Flows flows;
    base::Timestamp at;
    inner_->transact(load, [&](jobs::Batch& batch) {
        FlowWatch const watch{batch};
        decide(batch);
        news = news_of(batch);
        flows = watch.flows(batch);
        at = batch.now;
    });
    announcer_.announce(std::move(news));
    if (pace_ != nullptr) {
        pace_->add(flows, at);
    }
}

base::Timestamp AnnouncingStore::now() {
    return inner_->now();
}

std::optional<jobs::Job> AnnouncingStore::find_job(base::JobId id) {
    return inner_->find_job(id);
}

std::vector<jobs::Job> AnnouncingStore::find_jobs(std::vector<base::JobId> const& ids) {
    return inner_->find_jobs(ids);
}

std::vector<jobs::Job> AnnouncingStore::list_jobs(adapters::JobFilter const& filter) {
    return inner_->list_jobs(filter);
}

std::optional<adapters::JobStory> AnnouncingStore::story_of(base::JobId id) {
    return inner_->story_of(id);
}

std::optional<ledger::Wallet> AnnouncingStore::find_wallet(std::string_view user) {
    return inner_->find_wallet(user);
}

std::vector<ledger::Entry> AnnouncingStore::entries_of(base::AccountId account,
                                                       adapters::EntryFilter const& filter) {
    return inner_->entries_of(account, filter);
}

adapters::Counts AnnouncingStore::counts() {
    return inner_->counts();
}

adapters::Overview AnnouncingStore::overview() {
    return inner_->overview();
}

bool AnnouncingStore::anything_ready(std::vector<std::string> const& services) {
    return inner_->anything_ready(services);
}

std::vector<std::string> AnnouncingStore::services_ready() {
    return inner_->services_ready();
}

std::vector<base::JobId> AnnouncingStore::stale(
    std::vector<std::pair<base::JobId, int>> const& attempts) {
    return inner_->stale(attempts);
}

std::vector<adapters::Sum> AnnouncingStore::sums_of(base::AccountId account, base::Timestamp from,
                                                    base::Timestamp to) {
    return inner_->sums_of(account, from, to);
}

base::Credits AnnouncingStore::balance_at(base::AccountId account, base::Timestamp at) {
    return inner_->balance_at(account, at);
}

std::vector<ledger::Finding> AnnouncingStore::audit(
    std::optional<std::string> user, std::function<void(adapters::AuditPage const&)> const& visit) {
    return inner_->audit(std::move(user), visit);
}

bool AnnouncingStore::begin_duty(std::string const& name, std::string const& holder,
                                 base::Millis every, base::Millis lease) {
    return inner_->begin_duty(name, holder, every, lease);
}

void AnnouncingStore::end_duty(std::string const& name, std::string const& holder,
                               std::string const& result, bool failed) {
    inner_->end_duty(name, holder, result, failed);
}

std::vector<adapters::Duty> AnnouncingStore::duties() {
    return inner_->duties();
}

base::Timestamp AnnouncingStore::schedule_mark(std::string const& name) {
    return inner_->schedule_mark(name);
}

void AnnouncingStore::set_schedule_mark(std::string const& name, base::Timestamp at) {
    inner_->set_schedule_mark(name, at);
}

std::unique_ptr<adapters::Presence> AnnouncingStore::enter(std::string const& worker) {
    return inner_->enter(worker);
}

void AnnouncingStore::renew(std::string const& worker, base::Millis lease) {
    inner_->renew(worker, lease);
}

std::map<std::string, adapters::QueueMode> AnnouncingStore::queue_modes() {
    return inner_->queue_modes();
}

void AnnouncingStore::set_queue_mode(std::string const& service, adapters::QueueMode mode) {
    inner_->set_queue_mode(service, mode);
}

std::vector<adapters::InboxRequest> AnnouncingStore::inbox(int limit) {
    return inner_->inbox(limit);
}

std::vector<adapters::ApiKey> AnnouncingStore::api_keys() {
    return inner_->api_keys();
}

adapters::ApiKey AnnouncingStore::add_api_key(adapters::ApiKey key) {
    return inner_->add_api_key(std::move(key));
}

std::optional<adapters::ApiKey> AnnouncingStore::find_api_key(std::string const& hash) {
    return inner_->find_api_key(hash);
}

bool AnnouncingStore::revoke_api_key(std::int64_t number) {
    return inner_->revoke_api_key(number);
}

void AnnouncingStore::touch_api_key(std::int64_t number, base::Timestamp at) {
    inner_->touch_api_key(number, at);
}

adapters::SyncRegistry& AnnouncingStore::sync() {
    return inner_->sync();
}

adapters::Work AnnouncingStore::work() {
    return inner_->work();
}

}  // namespace worker
