// Start = claim + debit.
#include "jobs/start.h"

#include "jobs/money.h"

namespace jobs {

namespace {

Error insufficient(Job const& job, base::Credits balance) {
    return {.code = "insufficient_credits",
            .message = "needs " + std::to_string(job.quoted.value) + " credits, the account has " +
                       std::to_string(balance.value)};
}

bool has_room(Batch& batch, ledger::Account const& account, Rules const& rules) {
    int const limit = rules.guards.in_flight;
    return !account.frozen && (limit == 0 || batch.in_flight[account.id] < limit);
}

// What it takes for the job to start: paid already, free, waived, or debited now.
StartOutcome pay(Batch& batch, ledger::Wallet& wallet, Job& job, Rules const& rules) {
    if (job.bill.open || job.bill.waived.value > 0 || job.quoted.value == 0) {
        return StartOutcome::started;
    }
    if (waived_for_member(wallet.account, job, batch.now)) {
        job.bill.waived = job.quoted;
        // An earlier run that was charged had this number, and the provider's key must differ.
        job.bill.charge += job.attempt > 0 ? 1 : 0;
        return StartOutcome::started;
    }
    auto const cap = rules.guards.daily_cap;
    base::Credits& spent = batch.spent[wallet.account.id];
    if (cap.value > 0 && cap - spent < job.quoted) {
        job.error = Error{.code = "daily_cap",
                          .message = "would go over the daily cap of " + std::to_string(cap.value) +
                                     " credits, " + std::to_string(spent.value) + " are used"};
        return StartOutcome::over_daily_cap;
    }
    if (open_charge(wallet, job, batch.now) != ledger::DebitOutcome::debited) {
        job.error = insufficient(job, spendable_on(wallet, job.service, batch.now));
        return StartOutcome::insufficient_credits;
    }
    spent += job.quoted;
    return StartOutcome::started;
}

void begin_attempt(Batch& batch, Job& job, std::string const& worker, Rules const& rules) {
    job.state = State::processing;
    job.attempt += 1;
    job.worker = worker;
    job.started_at = batch.now;
    job.lease_until = batch.now + rules.lease;
    if (job.task.empty()) {  // a stored task stays with the provider that has it
        job.provider = rules_for(rules, job.service).provider;
    }
    if (!job.deadline_at) {
        job.deadline_at = batch.now + rules_for(rules, job.service).deadline;
    }
    batch.in_flight[job.account] += 1;
}

Start start_one(Batch& batch, LoadedJob& loaded, std::string const& worker, Rules const& rules) {
    Job& job = loaded.job;
    ledger::Wallet* const wallet = batch.wallet_of(job.account);
    CHECK(wallet != nullptr);
    loaded.changed = true;
    if (job.deadline_at && *job.deadline_at <= batch.now) {
        fail(batch, loaded, deadline_exceeded(), rules);
        return {.outcome = StartOutcome::past_deadline, .job = job};
    }
    if (!has_room(batch, wallet->account, rules)) {
        job.wait = Wait::room;
        return {.outcome = StartOutcome::held, .job = job};
    }
    auto const outcome = pay(batch, *wallet, job, rules);
    if (outcome == StartOutcome::started) {
        begin_attempt(batch, job, worker, rules);
    } else {
        end(loaded, State::failed, batch.now);
    }
    return {.outcome = outcome, .job = job};
}

}  // namespace

Load load_for_start(Claim claim, Rules const& rules) {
    Load load{.claim = std::move(claim), .wallets_of_jobs = true, .charges_of_all = true};
    load.in_flight = rules.guards.in_flight > 0;
    if (rules.guards.daily_cap.value > 0) {
        load.spent_since = [zone = rules.zone](base::Timestamp now) {
            return base::day_start(zone, now);
        };
    }
    return load;
}

std::vector<Start> start(Batch& batch, std::string const& worker, Rules const& rules) {
    std::vector<Start> starts;
    starts.reserve(batch.jobs.size());
    for (LoadedJob& loaded : batch.jobs) {
        if (loaded.job.state == State::queued && loaded.job.wait == Wait::none) {
            starts.push_back(start_one(batch, loaded, worker, rules));
        }
    }
    return starts;
}

}  // namespace jobs
