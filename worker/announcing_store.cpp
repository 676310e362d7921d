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
    : ForwardingStore{*inner}, inner_{std::move(inner)}, announcer_{announcer}, pace_{pace} {}

// The decision is made under locks, so nothing is put together there that nobody wants.
void AnnouncingStore::transact(jobs::Load const& load, jobs::Decide const& decide) {
    bool const told = announcer_.listens();
    std::vector<adapters::JobNews> news;
    Flows flows;
    base::Timestamp at;
    inner_->transact(load, [&](jobs::Batch& batch) {
        FlowWatch const watch{batch};
        decide(batch);
        news = told ? news_of(batch) : std::vector<adapters::JobNews>{};
        flows = pace_ != nullptr ? watch.flows(batch) : Flows{};
        at = batch.now;
    });
    announcer_.announce(std::move(news));
    if (pace_ != nullptr) {
        pace_->add(flows, at);
    }
}

}  // namespace worker
