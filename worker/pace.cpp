// Counting flows, and a minute that slides by seconds.
#include "worker/pace.h"

#include <algorithm>

namespace worker {

namespace {

constexpr base::Millis window{60'000};

bool came_to(jobs::State state, jobs::State was, jobs::Job const& job) {
    return job.state == state && was != state;
}

void look_at_end(jobs::State was, jobs::Job const& job, Flow& flow) {
    if (came_to(jobs::State::completed, was, job)) {
        flow.completed += 1;
        flow.settled += job.bill.settled;
    }
    flow.failed += came_to(jobs::State::failed, was, job) ? 1 : 0;
    flow.cancelled += came_to(jobs::State::cancelled, was, job) ? 1 : 0;
}

void look_at_start(jobs::Job const& job, Flow& flow) {
    auto const due = std::max(job.run_at, job.created_at);
    auto const waited = std::max(job.started_at.value_or(due) - due, base::Millis{0});
    flow.started += 1;
    flow.pickup += waited;
    flow.slowest = std::max(flow.slowest, waited);
}

// Of an entry about a job, the action is its service.
void look_at(ledger::Entry const& entry, Flows& flows) {
    auto& flow = flows[entry.job ? entry.action : std::string{}];
    auto const out = base::Credits{-entry.amount.value};
    switch (entry.kind) {
        case ledger::Kind::consume:
            (entry.job ? flow.debited : flow.spent) += out;
            return;
        case ledger::Kind::refund:
            flow.refunded += entry.amount;
            return;
        case ledger::Kind::expire:
            flow.expired += out;
            return;
        case ledger::Kind::settle:
            return;  // a completed job says what it cost in the end
        case ledger::Kind::recharge:
        case ledger::Kind::bonus:
        case ledger::Kind::signup:
        case ledger::Kind::sync:
        case ledger::Kind::adjust:
            (entry.amount.value > 0 ? flow.received : flow.spent) +=
                entry.amount.value > 0 ? entry.amount : out;
            return;
    }
}

}  // namespace

Flow& Flow::operator+=(Flow const& more) {
    enqueued += more.enqueued;
    started += more.started;
    completed += more.completed;
    failed += more.failed;
    cancelled += more.cancelled;
    pickup += more.pickup;
    slowest = std::max(slowest, more.slowest);
    debited += more.debited;
    settled += more.settled;
    refunded += more.refunded;
    expired += more.expired;
    received += more.received;
    spent += more.spent;
    return *this;
}

void add(Flows& flows, Flows const& more) {
    for (auto const& [service, flow] : more) {
        flows[service] += flow;
    }
}

Flow sum_of(Flows const& flows) {
    Flow sum;
    for (auto const& [service, flow] : flows) {
        sum += flow;
    }
    return sum;
}

FlowWatch::FlowWatch(jobs::Batch const& batch) {
    was_.reserve(batch.jobs.size());
    for (auto const& loaded : batch.jobs) {
        was_.push_back({.state = loaded.job.state, .attempt = loaded.job.attempt});
    }
}

Flows FlowWatch::flows(jobs::Batch const& batch) const {
    Flows flows;
    for (std::size_t at = 0; at < was_.size(); ++at) {
        auto const& job = batch.jobs[at].job;
        if (!batch.jobs[at].changed || job.pruned) {
            continue;
        }
        auto& flow = flows[job.service];
        if (job.attempt > was_[at].attempt) {
            look_at_start(job, flow);
        }
        look_at_end(was_[at].state, job, flow);
    }
    for (auto const& job : batch.new_jobs) {
        auto& flow = flows[job.service];
        flow.enqueued += 1;
        look_at_end(jobs::State::queued, job, flow);
    }
    for (auto const& wallet : batch.wallets) {
        for (auto const& entry : wallet.posted) {
            look_at(entry, flows);
        }
    }
    std::erase_if(flows, [](auto const& one) { return one.second == Flow{}; });
    return flows;
}

Pace::Pace(int slots, base::Zone zone, std::function<base::Timestamp()> clock)
    : zone_{std::move(zone)}, clock_{std::move(clock)} {
    note_.slots = slots;
    note_.since = clock_();
    note_.day = base::day_start(zone_, note_.since);
}

void Pace::add(Flows const& flows, base::Timestamp at) {
    if (flows.empty()) {
        return;
    }
    std::scoped_lock const lock{mutex_};
    ahead_ = at - clock_();
    turn_to(at);
    auto const sum = sum_of(flows);
    note_.ever += sum;
    note_.today += sum;
    worker::add(seconds_[std::chrono::floor<std::chrono::seconds>(at)], flows);
}

PaceNote Pace::note() {
    std::scoped_lock const lock{mutex_};
    turn_to(clock_() + ahead_);
    auto note = note_;
    for (auto const& [second, flows] : seconds_) {
        worker::add(note.minute, flows);
    }
    return note;
}

// What is older than a minute, or of yesterday, is forgotten. A clock that was set back must not
// keep anything for ever.
void Pace::turn_to(base::Timestamp now) {
    std::erase_if(seconds_, [&](auto const& one) {
        return one.first <= now - window || one.first > now + window;
    });
    if (auto const day = base::day_start(zone_, now); day > note_.day) {
        note_.day = day;
        note_.today = {};
    }
}

}  // namespace worker
