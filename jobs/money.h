// The steps of a job's money that several decisions share: opening a charge, ending it, ending the
// job.
#pragma once

#include <string>

#include "jobs/batch.h"
#include "jobs/guards.h"
#include "jobs/rules.h"
#include "ledger/debit.h"

namespace jobs {

// Whether the finish is priced by what was measured. A measured input is debited exactly at the
// start; what comes out of it may well have another length.
bool settled_by_duration(pricing::Terms const& terms);

// "tts job 42": what people read in their history.
std::string note_of(Job const& job);

// Whether the account's owner need not pay for this job now.
bool waived_for_member(ledger::Account const& account, Job const& job, base::Timestamp now);

// What the start of its charge takes.
Taking taking_of(Job const& job);

// Debits the frozen price as the job's next charge. Free and waived jobs have no charge.
ledger::DebitOutcome open_charge(ledger::Wallet& wallet, Job& job, base::Timestamp now);

// Ends the open charge, if there is one, by giving back `amount` of it.
void refund_charge(Batch& batch, LoadedJob& loaded, base::Credits amount, Rules const& rules);

// Ends the open charge at the price of the measured duration.
void settle_charge(Batch& batch, LoadedJob& loaded, Rules const& rules);

// Why a job without a verdict fails when its time is up.
Error deadline_exceeded();

// Why a job fails of which nobody can tell whether the provider did it.
Error unknown_fate();

// Ends the job: no lease, no worker, nothing more to wait for.
void end(LoadedJob& loaded, State state, base::Timestamp now);

// Fails the job with that error and gives its charge back.
void fail(Batch& batch, LoadedJob& loaded, Error error, Rules const& rules);

// A task that the job leaves behind, if there is one, is watched from now on.
void watch_task(Batch& batch, Job const& job);

// The same with deadline_exceeded(). A task that it leaves behind is watched from then on.
void fail_at_deadline(Batch& batch, LoadedJob& loaded, Rules const& rules);

// Puts a job back so that it can be claimed at `run_at`.
void requeue(LoadedJob& loaded, base::Timestamp run_at, base::Timestamp now);

}  // namespace jobs
