// Cancel and retry.
#include "jobs/steer.h"

#include "jobs/fairness.h"
#include "jobs/money.h"

namespace jobs {

namespace {

void tell_steered(Batch& batch, Job const& job, std::string kind, std::string detail = {}) {
    batch.events.push_back({.job = job.id,
                            .at = batch.now,
                            .kind = std::move(kind),
                            .attempt = job.attempt,
                            .detail = std::move(detail)});
}

// A job that waits between two tries was not cut short in its work, so its rule is `full`.
base::Credits refund_on_cancel(Job const& job) {
    bool const keeps =
        job.state == State::processing && job.terms.on_cancel == pricing::CancelRule::none;
    return keeps ? base::Credits{} : job.bill.debited;
}

// As if it had just been enqueued, but with its history: attempts go on counting, and the charge
// that was ended stays ended.
void begin_anew(Job& job, base::Timestamp now) {
    bool const was_charged = job.quoted.value > 0 && job.bill.waived.value == 0;
    // Without a charge the number still goes up, so that the provider's key differs from the failed
    // run's.
    job.bill = {.charge = job.bill.charge + (was_charged ? 0 : 1), .net = job.bill.net};
    job.state = State::queued;
    job.wait = job.after.empty() ? Wait::none : Wait::parents;
    job.run_at = now;
    job.started_at.reset();
    job.finished_at.reset();
    job.failures = 0;
    job.losses = 0;
    job.poison = false;
    job.late_result = false;
    job.progress = 0;
    job.progress_note.clear();
    job.task.clear();
    job.fate_unknown = false;
    job.parked = false;
    job.resubmitted = false;
    job.result.clear();
    job.duration = job.measurement ? duration_of(*job.measurement) : std::nullopt;
    job.error.reset();
}

}  // namespace

std::string_view to_text(Ruling::Verdict verdict) {
    switch (verdict) {
        case Ruling::Verdict::submit:
            return "submit";
        case Ruling::Verdict::fail:
            return "fail";
        case Ruling::Verdict::task:
            return "task";
    }
    CHECK(false);
}

Load load_for_cancel(base::JobId id) {
    return {.jobs = {id}, .charges_of = {id}};
}

Steered cancel(Batch& batch, base::JobId id, Rules const& rules) {
    LoadedJob* const loaded = batch.find(id);
    if (loaded == nullptr) {
        return {.outcome = SteerOutcome::missing};
    }
    if (ended(loaded->job.state)) {
        return {.outcome = SteerOutcome::wrong_state, .job = loaded->job};
    }
    refund_charge(batch, *loaded, refund_on_cancel(loaded->job), rules);
    tell_steered(batch, loaded->job, "cancelled");
    end(*loaded, State::cancelled, batch.now);
    return {.job = loaded->job};
}

Steered settle_doubt(Batch& batch, base::JobId id, Ruling const& what, Rules const& rules) {
    LoadedJob* const loaded = batch.find(id);
    if (loaded == nullptr) {
        return {.outcome = SteerOutcome::missing};
    }
    Job& job = loaded->job;
    bool const in_doubt = job.parked || (job.fate_unknown && job.task.empty());
    // Who is finding out may be submitting it this very moment.
    bool const may_be_submitted =
        what.verdict == Ruling::Verdict::submit && !job.parked && job.state == State::processing;
    if (ended(job.state) || !in_doubt || may_be_submitted) {
        return {.outcome = SteerOutcome::wrong_state, .job = job};
    }
    tell_steered(batch, job, "resolved",
                 std::string{to_text(what.verdict)} + (what.task.empty() ? "" : " " + what.task) +
                     (what.who.empty() ? "" : " by " + what.who));
    if (what.task != job.task) {
        watch_task(batch, job);
        // Or the provider would give back, by the same key, the task that it does not know.
        job.failures += what.verdict == Ruling::Verdict::submit && !job.task.empty() ? 1 : 0;
    }
    if (what.verdict == Ruling::Verdict::fail) {
        fail(batch, *loaded, unknown_fate(), rules);
        return {.job = job};
    }
    job.task = what.task;
    job.fate_unknown = false;
    job.parked = false;
    requeue(*loaded, batch.now, batch.now);
    return {.job = job};
}

Load load_for_retry(base::JobId id) {
    return {.jobs = {id}, .wallets_of_jobs = true, .fairness_of_jobs = true};
}

Steered retry(Batch& batch, base::JobId id, Rules const& rules) {
    LoadedJob* const loaded = batch.find(id);
    if (loaded == nullptr) {
        return {.outcome = SteerOutcome::missing};
    }
    Job& job = loaded->job;
    bool const ended_without = job.state == State::failed || job.state == State::cancelled;
    bool const may = ended_without && !job.pruned && was_accepted(job);
    if (!may) {
        return {.outcome = SteerOutcome::wrong_state, .job = job};
    }
    ledger::Wallet const* const wallet = batch.wallet_of(job.account);
    CHECK(wallet != nullptr);
    auto const funds = spendable_on(*wallet, job.service, batch.now);
    bool const waived = waived_for_member(wallet->account, job, batch.now);
    if (!waived && funds < job.quoted) {
        return {.outcome = SteerOutcome::insufficient_credits,
                .job = job,
                .required = job.quoted,
                .balance = funds};
    }
    begin_anew(job, batch.now);
    if (job.wait == Wait::none) {
        job.turn = next_turn(batch.turns, job, wallet->account.tier, rules);
    }
    tell_steered(batch, job, "retried");
    loaded->changed = true;
    return {.job = job};
}

}  // namespace jobs
