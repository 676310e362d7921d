// Start = claim + debit.
#include "jobs/start.h"

#include <algorithm>

#include "jobs/money.h"

namespace jobs {

namespace {

Error insufficient(Job const& job, base::Credits balance) {
    return {.code = "insufficient_credits",
            .message = "needs " + std::to_string(job.quoted.value) + " credits, the account has " +
                       std::to_string(balance.value)};
}

bool has_room(Batch& batch, ledger::Account const& account, Rules const& rules) {
    int const limit = caps_of(rules, &account).in_flight;
    return !account.frozen && !ledger::braked(account.standing, batch.now) &&
           (limit == 0 || batch.in_flight[account.id] < limit);
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
    auto const taking = taking_of(job);
    if (auto const hit = over_cap(batch, wallet.account, taking, rules)) {
        job.error = Error{.code = std::string{to_text(hit->guard)}, .message = in_words(*hit)};
        return StartOutcome::over_cap;
    }
    // What it can't pay for is no leap of what it spends.
    bool const funds = spendable_on(wallet, job.service, batch.now) >= job.quoted;
    if (funds && brakes(batch, wallet, taking, rules)) {
        return StartOutcome::braked;
    }
    if (open_charge(wallet, job, batch.now) != ledger::DebitOutcome::debited) {
        job.error = insufficient(job, spendable_on(wallet, job.service, batch.now));
        return StartOutcome::insufficient_credits;
    }
    count(batch, wallet.account, taking, rules);
    return StartOutcome::started;
}

void begin_attempt(Batch& batch, Job& job, std::string const& worker, Rules const& rules) {
    job.state = State::processing;
    job.attempt += 1;
    job.worker = worker;
    job.started_at = batch.now;
    job.lease_until = batch.now + rules.lease;
    // What a provider has, or may have, stays with it.
    bool const bound = !job.task.empty() || (job.fate_unknown && !job.provider.empty());
    if (!bound) {
        job.provider = rules_for(rules, job.service).provider;
        job.model.clear();
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
        fail_at_deadline(batch, loaded, rules);
        return {.outcome = StartOutcome::past_deadline, .job = job};
    }
    if (!has_room(batch, wallet->account, rules)) {
        job.wait = Wait::room;
        return {.outcome = StartOutcome::held, .job = job};
    }
    auto const outcome = pay(batch, *wallet, job, rules);
    if (outcome == StartOutcome::braked) {
        job.wait = Wait::room;
        return {.outcome = outcome, .job = job, .why = wallet->account.standing.brake->reason};
    }
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
    auto const limits = [](auto const& tier) { return tier.second.in_flight.value_or(0) > 0; };
    load.in_flight = rules.guards.in_flight > 0 || std::ranges::any_of(rules.guards.tiers, limits);
    std::vector<std::string> services;
    for (auto const& room : load.claim->rooms) {
        services.push_back(room.service);
    }
    look_at_spending(load, rules, std::move(services));
    load.api_keys_of_jobs = true;
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
