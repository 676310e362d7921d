// What a worker says about an attempt: it is alive, it got so far, it has a task id, it ended.
// Every report names its attempt. One that is no longer current changes nothing, money included,
// and is told so.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/shared.h"
#include "jobs/batch.h"
#include "jobs/rules.h"

namespace jobs {

enum class Said : std::uint8_t {
    alive,      // renews the lease; carries progress if there is some
    submitted,  // the provider took it: `task` is its id
    routed,     // `provider` and `model` are about to be called, if `most` of it leaves room;
                // empty: nobody is, and nobody has it
    resubmit,   // the submit is in doubt and about to be repeated, this once
    parked,     // it is in doubt, or its provider has lost its task, and somebody has to decide
    waiting,    // nobody can take it now: back into the queue for `again_in`, no try used up
    unknown,    // the task can't be seen; keep the charge, keep asking. It is not parked any more
    completed,
    failed,    // `error` says why and whether another try may succeed
    gone,      // the stored task went with its worker and left nothing: forget it and queue again,
               // no try used up
    released,  // the worker stops and hands the job back, no try used up
};

struct Report {
    base::JobId job;
    int attempt = 0;
    Said said = Said::alive;
    int progress = -1;  // percent; -1: nothing new
    std::string note;
    std::string task;
    std::string result;                      // JSON
    std::optional<base::Millis> duration;    // of what was made
    std::optional<Measurement> measurement;  // what the duration follows from
    std::string remark;  // completed: the kind of an event to be told with `note`; empty: none
    std::optional<Error> error;
    bool moderated = false;   // failed: its content was refused; `error` is final
    base::Millis again_in{};  // failed, retryable: not sooner than this; waiting: then
    std::string provider;     // routed
    std::string model;
    int most = 0;                     // routed: jobs of that provider at once; zero: any
    std::vector<ProviderCall> calls;  // since the last report; see provider_call.h
    bool needs_charge = false;  // whether the answer may have to move money: see needs_charge()
};

enum class ReportOutcome : std::uint8_t {
    noted,     // and the attempt goes on
    full,      // routed: the provider has as many as it may; the attempt goes on without it
    ended,     // the job is completed or failed
    requeued,  // it will be tried again
    stale,     // another attempt, or none, is current: stop
    missing,   // no such job
};

struct Reported {
    ReportOutcome outcome = ReportOutcome::noted;
    base::Shared<Job> job;  // as it is now
};

// Whether ending this job so may give credits back, for which the charge's draws must be loaded.
bool needs_charge(Job const& job, Said said);

// What calls of an attempt cost, whatever became of it.
void note_calls(Batch& batch, Job const& job, int attempt, std::vector<ProviderCall> const& calls);

// A result that nobody waits for any more: kept for the operator, once, and never charged. False:
// it is known already.
bool keep_late_result(Batch& batch, LoadedJob& loaded, int attempt, std::string const& result);

Load load_for_report(std::vector<Report> const& reports);

// One answer for each report, in order. The same finish again is answered as the first time.
std::vector<Reported> report(Batch& batch, std::vector<Report> const& reports, Rules const& rules);

}  // namespace jobs
