// What became of each job of a transaction, from how it was and how it is.
#include <algorithm>

#include "worker/metrics/job_meters.h"

namespace worker::metrics {

void Tally::before(jobs::Batch const& batch) {
    was_.clear();
    counts_.clear();
    times_.clear();
    came_ = {};
    went_ = {};
    was_.reserve(batch.jobs.size());
    for (auto const& loaded : batch.jobs) {
        auto const& job = loaded.job;
        was_.push_back({.state = job.state,
                        .attempt = job.attempt,
                        .failures = job.failures,
                        .losses = job.losses,
                        .poison = job.poison,
                        .unknown = job.fate_unknown,
                        .late = job.late_result});
    }
}

void Tally::after(jobs::Batch const& batch) {
    at_ = batch.now;
    for (std::size_t at = 0; at < std::min(was_.size(), batch.jobs.size()); ++at) {
        if (batch.jobs[at].changed && !batch.jobs[at].job.pruned) {
            look_at(was_[at], batch.jobs[at].job);
        }
    }
    for (auto const& job : batch.new_jobs) {
        add(meters_.of(job.service).submitted);
        if (jobs::ended(job.state)) {
            look_at_end(job, false);
        }
    }
    for (auto const& wallet : batch.wallets) {
        for (auto const& entry : wallet.posted) {
            look_at(entry);
        }
    }
    for (auto const& event : batch.events) {
        if (event.kind == "disagrees") {
            add(meters_.money().disagrees);
        } else if (event.kind == "not_measured") {
            add(meters_.money().not_measured);
        }
    }
}

void Tally::count() const {
    for (auto const& [counter, by] : counts_) {
        counter.add(by);
    }
    for (auto const& [histogram, time] : times_) {
        histogram.observe(time);
    }
}

void Tally::add(Counter const& counter, base::Credits by) {
    if (by.value > 0) {
        add(counter, by.value);
    }
}

void Tally::look_at(Was const& was, jobs::Job const& job) {
    auto const& meters = meters_.of(job.service);
    bool const began = job.attempt > was.attempt;
    if (began && job.started_at) {
        add(meters.started);
        auto const due = std::max(job.run_at, job.created_at);
        times_.emplace_back(meters.pickup, std::max(*job.started_at - due, base::Millis{0}));
    }
    if (job.failures > was.failures && job.state == jobs::State::queued) {
        add(meters.retried);
    }
    if (job.losses > was.losses) {
        add(meters.lost);
    }
    if (job.poison && !was.poison) {
        add(meters.poison);
    }
    if (job.fate_unknown && !was.unknown) {
        add(meters.unknown);
    }
    if (job.late_result && !was.late) {
        add(meters.late);
    }
    if (jobs::ended(job.state) && !jobs::ended(was.state)) {
        look_at_end(job, began || was.state == jobs::State::processing);
    }
}

void Tally::look_at_end(jobs::Job const& job, bool ran) {
    auto const& meters = meters_.of(job.service);
    if (ran && job.started_at && job.finished_at) {
        times_.emplace_back(meters.run, *job.finished_at - *job.started_at);
    }
    if (job.state == jobs::State::completed) {
        add(meters.completed);
        add(meters.settled, job.bill.settled);
        add(meters.absorbed, job.bill.absorbed);
        add(meters.waived, job.bill.waived);
        if (job.finished_at) {
            times_.emplace_back(meters.whole, *job.finished_at - job.created_at);
        }
    } else if (job.state == jobs::State::cancelled) {
        add(meters.cancelled);
    } else {
        add(meters.failed(job.error ? std::string_view{job.error->code} : ""));
    }
}

// An entry about a job has its service for the action.
void Tally::look_at(ledger::Entry const& entry) {
    using ledger::Kind;
    auto const& meters = entry.job ? meters_.of(entry.action) : meters_.without_service();
    auto const& money = meters_.money();
    base::Credits const size{entry.amount.value < 0 ? -entry.amount.value : entry.amount.value};
    bool const given = entry.amount.value > 0;
    switch (entry.kind) {
        case Kind::consume:
            add(meters.debited, size);
            went_ += size;
            return;
        case Kind::settle:
        case Kind::refund:
            add(entry.kind == Kind::refund ? meters.refunded
                : given                    ? meters.returned
                                           : meters.debited,
                size);
            went_ -= entry.amount;
            return;
        case Kind::expire:
            add(money.expired, size);
            went_ += size;
            return;
        case Kind::recharge:
        case Kind::bonus:
        case Kind::signup:
        case Kind::sync:
        case Kind::adjust:
            add(given ? money.came.at(entry.kind) : money.went.at(entry.kind), size);
            (given ? came_ : went_) += size;
            return;
    }
}

}  // namespace worker::metrics
