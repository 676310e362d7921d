// Where a job's state and its money move together.
#include "jobs/money.h"

#include <algorithm>

#include "ledger/charge.h"
#include "pricing/price.h"

namespace jobs {

namespace {

// A worker may still be telling the provider to stop.
constexpr base::Millis first_look_at_watched{30'000};

ledger::Shortfall shortfall_of(pricing::Overrun overrun) {
    switch (overrun) {
        case pricing::Overrun::absorb:
            return ledger::Shortfall::absorb;
        case pricing::Overrun::charge:
            return ledger::Shortfall::charge;
        case pricing::Overrun::debt:
            return ledger::Shortfall::debt;
    }
    CHECK(false);
}

// What the job costs now that it is done. Without a measured duration the quote stands; a price
// that does not fit can't have been meant, so the quote stands then too.
base::Credits final_price(Job const& job) {
    bool const by_duration = settled_by_duration(job.terms) && job.duration.has_value();
    if (!by_duration) {
        return job.bill.debited;
    }
    return pricing::price_of(job.terms, *job.duration).value_or(job.bill.debited);
}

// When what the charge holds was taken.
base::Timestamp opened_at(LoadedJob const& loaded, base::Timestamp now) {
    auto const debit =
        std::ranges::find(loaded.charge, ledger::Kind::consume, &ledger::Entry::kind);
    return debit == loaded.charge.end() ? now : debit->recorded_at;
}

// No job costs more than the cap for one, however long it turned out.
base::Credits capped(base::Credits price, base::Credits debited, base::Credits cap) {
    return cap.value > 0 ? std::min(price, std::max(cap, debited)) : price;
}

}  // namespace

bool settled_by_duration(pricing::Terms const& terms) {
    return terms.mode == pricing::Mode::duration && terms.measure != pricing::Measure::input;
}

std::string note_of(Job const& job) {
    return job.service + " job " + base::to_text(job.id);
}

bool waived_for_member(ledger::Account const& account, Job const& job, base::Timestamp now) {
    return job.terms.members_free && account.member_until && now < *account.member_until;
}

Taking taking_of(Job const& job) {
    return {.service = job.service, .amount = job.quoted, .api_key = job.api_key};
}

ledger::DebitOutcome open_charge(ledger::Wallet& wallet, Job& job, base::Timestamp now) {
    CHECK(!job.bill.open);
    int const number = job.bill.charge + 1;
    auto const outcome = ledger::debit(wallet,
                                       {.kind = ledger::Kind::consume,
                                        .amount = job.quoted,
                                        .service = job.service,
                                        .job = job.id,
                                        .charge = number,
                                        .note = note_of(job)},
                                       now);
    if (outcome == ledger::DebitOutcome::debited) {
        job.bill = {.charge = number,
                    .open = true,
                    .debited = job.quoted,
                    .net = job.bill.net + job.quoted};
    }
    return outcome;
}

void refund_charge(Batch& batch, LoadedJob& loaded, base::Credits amount, Rules const& rules) {
    Job& job = loaded.job;
    if (!job.bill.open) {
        return;
    }
    ledger::Wallet* const wallet = batch.wallet_of(job.account);
    CHECK(wallet != nullptr);
    auto const charge = ledger::charge_of(loaded.charge, job.id, job.bill.charge);
    CHECK(charge.taken == job.bill.debited);
    ledger::give_back(*wallet, charge,
                      {.kind = ledger::Kind::refund,
                       .amount = amount,
                       .service = job.service,
                       .grace = rules.refund_grace,
                       .note = note_of(job) + " refunded"},
                      batch.now);
    give_back_to_key(batch, job.api_key, opened_at(loaded, batch.now), amount);
    job.bill.open = false;
    job.bill.refunded = amount;
    job.bill.net -= amount;
}

void settle_charge(Batch& batch, LoadedJob& loaded, Rules const& rules) {
    Job& job = loaded.job;
    if (!job.bill.open) {
        return;
    }
    ledger::Wallet* const wallet = batch.wallet_of(job.account);
    auto const caps = caps_of(rules, wallet == nullptr ? nullptr : &wallet->account);
    auto const full_price = final_price(job);
    auto const price = capped(full_price, job.bill.debited, caps.job);
    job.bill.open = false;
    job.bill.absorbed = full_price - price;
    if (price == job.bill.debited) {
        job.bill.settled = price;
        return;
    }
    CHECK(wallet != nullptr);
    auto const charge = ledger::charge_of(loaded.charge, job.id, job.bill.charge);
    CHECK(charge.taken == job.bill.debited);
    auto const settled = ledger::settle(*wallet, charge,
                                        {.price = price,
                                         .shortfall = shortfall_of(job.terms.overrun),
                                         .service = job.service,
                                         .grace = rules.refund_grace,
                                         .note = note_of(job) + " settled"},
                                        batch.now);
    job.bill.settled = settled.price;
    job.bill.absorbed += settled.absorbed;
    give_back_to_key(batch, job.api_key, opened_at(loaded, batch.now),
                     job.bill.debited - settled.price);
    job.bill.net += settled.price - job.bill.debited;
}

Error deadline_exceeded() {
    return {.code = "deadline_exceeded", .message = "no verdict from the provider in time"};
}

Error unknown_fate() {
    return {.code = "unknown_fate",
            .message = "it may have been submitted, and nobody can tell; the credits went back"};
}

void end(LoadedJob& loaded, State state, base::Timestamp now) {
    CHECK(ended(state) && !ended(loaded.job.state));
    Job& job = loaded.job;
    job.state = state;
    job.wait = Wait::none;
    job.finished_at = now;
    job.lease_until.reset();
    job.deadline_at.reset();
    job.worker.clear();
    job.fate_unknown = false;
    job.parked = false;
    loaded.changed = true;
}

void fail(Batch& batch, LoadedJob& loaded, Error error, Rules const& rules) {
    refund_charge(batch, loaded, loaded.job.bill.debited, rules);
    loaded.job.error = std::move(error);
    end(loaded, State::failed, batch.now);
}

void watch_task(Batch& batch, Job const& job) {
    if (!job.task.empty()) {
        batch.watches.push_back({.job = job.id,
                                 .attempt = job.attempt,
                                 .provider = job.provider,
                                 .model = job.model,
                                 .task = job.task,
                                 .since = batch.now,
                                 .next_at = batch.now + first_look_at_watched});
    }
}

void fail_at_deadline(Batch& batch, LoadedJob& loaded, Rules const& rules) {
    watch_task(batch, loaded.job);
    fail(batch, loaded, deadline_exceeded(), rules);
}

void requeue(LoadedJob& loaded, base::Timestamp run_at, base::Timestamp now) {
    Job& job = loaded.job;
    job.state = State::queued;
    job.wait = run_at > now ? Wait::time : Wait::none;
    job.run_at = run_at;
    job.lease_until.reset();
    job.worker.clear();
    loaded.changed = true;
}

}  // namespace jobs
