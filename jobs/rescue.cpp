// Jobs whose worker was lost.
#include "jobs/rescue.h"

#include "jobs/money.h"

namespace jobs {

namespace {

bool lost(LoadedJob const& loaded, base::Timestamp now) {
    Job const& job = loaded.job;
    if (job.state != State::processing || !job.lease_until) {
        return false;
    }
    return loaded.holder_gone || *job.lease_until <= now || *job.lease_until > now + longest_lease;
}

void tell(Batch& batch, Job const& job, std::string worker) {
    batch.events.push_back({.job = job.id,
                            .at = batch.now,
                            .kind = "lost",
                            .attempt = job.attempt,
                            .detail = "worker " + std::move(worker)});
}

void rescue_one(Batch& batch, LoadedJob& loaded, Rules const& rules, Rescued& rescued) {
    Job& job = loaded.job;
    job.losses += job.parked ? 0 : 1;  // nothing was run that could have taken it down
    tell(batch, job, job.worker);
    if (!job.parked && job.losses >= rules.poison_losses) {
        job.poison = true;
        watch_task(batch, job);
        fail(batch, loaded,
             {.code = "poison",
              .message = "took its worker down " + std::to_string(job.losses) + " times"},
             rules);
        rescued.poisoned += 1;
        return;
    }
    if (job.deadline_at && *job.deadline_at <= batch.now) {
        fail_at_deadline(batch, loaded, rules);
        rescued.past_deadline += 1;
        return;
    }
    // With no task stored it may or may not have reached the provider, if one was to be called.
    job.fate_unknown = job.fate_unknown || (job.task.empty() && !job.provider.empty());
    requeue(loaded, batch.now, batch.now);
    rescued.requeued += 1;
}

}  // namespace

Load load_for_rescue(int limit) {
    return {.sweep = Sweep{.lost = limit}, .charges_of_all = true};
}

Rescued rescue(Batch& batch, Rules const& rules) {
    Rescued rescued;
    for (LoadedJob& loaded : batch.jobs) {
        if (lost(loaded, batch.now)) {
            rescue_one(batch, loaded, rules, rescued);
        }
    }
    return rescued;
}

}  // namespace jobs
