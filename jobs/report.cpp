// What a worker says about an attempt.
#include "jobs/report.h"

#include <algorithm>

#include "jobs/backoff.h"
#include "jobs/money.h"

namespace jobs {

namespace {

constexpr std::size_t longest_detail = 2'000;

void tell(Batch& batch, Job const& job, std::string kind, int attempt, std::string detail = {}) {
    auto end = std::min(detail.size(), longest_detail);
    while (end < detail.size() && end > 0 &&
           (static_cast<unsigned char>(detail[end]) & 0xc0U) == 0x80U) {
        --end;  // not in the middle of a character
    }
    detail.resize(end);
    batch.events.push_back({.job = job.id,
                            .at = batch.now,
                            .kind = std::move(kind),
                            .attempt = attempt,
                            .detail = std::move(detail)});
}

bool has_no_result(Job const& job) {
    return job.state == State::failed || job.state == State::cancelled;
}

// The answer to a report whose attempt is not the one that is being processed.
ReportOutcome not_current(Batch& batch, LoadedJob& loaded, Report const& report) {
    Job& job = loaded.job;
    bool const same_attempt = report.attempt == job.attempt;
    bool const repeated_end =
        same_attempt && ((job.state == State::completed && report.said == Said::completed) ||
                         (job.state == State::failed && report.said == Said::failed));
    if (repeated_end) {
        return ReportOutcome::ended;
    }
    bool const handed_back = report.said == Said::failed || report.said == Said::gone ||
                             report.said == Said::released || report.said == Said::waiting;
    if (same_attempt && job.state == State::queued && handed_back) {
        return ReportOutcome::requeued;
    }
    if (report.said == Said::completed && has_no_result(job)) {
        keep_late_result(batch, loaded, report.attempt, report.result);
        batch.unwatched.push_back({.job = job.id, .attempt = report.attempt});  // it has come
    }
    return ReportOutcome::stale;
}

// What calls cost is written down once: not by a finish that is repeated since its answer was lost,
// and not where whoever watched the task after the deadline has been told already.
bool calls_are_told(Job const& before, Report const& report, bool current, ReportOutcome outcome) {
    if (current) {
        return report.said == Said::submitted && before.task == report.task;
    }
    if (outcome == ReportOutcome::stale) {
        return report.said == Said::completed && before.late_result;
    }
    bool const late_failure = report.said == Said::failed && before.state == State::failed &&
                              before.task.empty() && before.error &&
                              before.error->code == deadline_exceeded().code;
    return !late_failure;
}

bool past_deadline(Batch const& batch, Job const& job) {
    return job.deadline_at && *job.deadline_at <= batch.now;
}

// The worker loads the charge when it believes the deadline to be near; if it did not, the next
// report will.
bool can_end(LoadedJob const& loaded) {
    return !loaded.job.bill.open || !loaded.charge.empty();
}

ReportOutcome go_on(Batch& batch, LoadedJob& loaded, Report const& report, Rules const& rules) {
    Job& job = loaded.job;
    loaded.changed = true;
    job.lease_until = batch.now + rules.lease;
    if (report.progress >= 0) {
        job.progress = std::min(report.progress, 99);
    }
    if (!report.note.empty()) {
        job.progress_note = report.note;
    }
    if (past_deadline(batch, job) && can_end(loaded)) {
        fail_at_deadline(batch, loaded, rules);
        return ReportOutcome::ended;
    }
    return ReportOutcome::noted;
}

ReportOutcome take_task(Batch& batch, LoadedJob& loaded, Report const& report, Rules const& rules) {
    if (loaded.job.task != report.task) {
        loaded.job.task = report.task;
        tell(batch, loaded.job, "submitted", report.attempt, report.task);
    }
    loaded.job.fate_unknown = false;
    loaded.job.parked = false;
    return go_on(batch, loaded, report, rules);
}

ReportOutcome lose_sight(Batch& batch, LoadedJob& loaded, Report const& report,
                         Rules const& rules) {
    if (!loaded.job.fate_unknown || !report.note.empty()) {
        bool const news = !loaded.job.fate_unknown || loaded.job.progress_note != report.note;
        if (news) {
            tell(batch, loaded.job, "unknown", report.attempt, report.note);
        }
    }
    loaded.job.fate_unknown = true;
    loaded.job.parked = false;
    return go_on(batch, loaded, report, rules);
}

// The intent of a routed service: from here on the provider may have been called.
ReportOutcome take_route(Batch& batch, LoadedJob& loaded, Report const& report,
                         Rules const& rules) {
    Job& job = loaded.job;
    if (report.provider.empty()) {
        job.provider.clear();
        job.model.clear();
        return go_on(batch, loaded, report, rules);
    }
    int& others = batch.at_work[report.provider];
    int const own = job.provider == report.provider && !job.parked ? 1 : 0;
    others -= own;
    if (report.most > 0 && others >= report.most) {
        others += own;
        return ReportOutcome::full;
    }
    others += 1;
    job.provider = report.provider;
    job.model = report.model;
    tell(batch, job, "routed", report.attempt,
         report.provider + (report.model.empty() ? "" : " " + report.model));
    return go_on(batch, loaded, report, rules);
}

ReportOutcome submit_again(Batch& batch, LoadedJob& loaded, Report const& report,
                           Rules const& rules) {
    loaded.job.resubmitted = true;
    loaded.job.parked = false;
    loaded.job.fate_unknown = true;
    tell(batch, loaded.job, "resubmit", report.attempt, report.note);
    return go_on(batch, loaded, report, rules);
}

ReportOutcome park(Batch& batch, LoadedJob& loaded, Report const& report, Rules const& rules) {
    if (!loaded.job.parked) {
        tell(batch, loaded.job, "parked", report.attempt, report.note);
    }
    loaded.job.parked = true;
    loaded.job.fate_unknown = true;
    loaded.job.progress_note = report.note;
    return go_on(batch, loaded, report, rules);
}

// Nobody was called, or whoever was has not taken it.
ReportOutcome wait_for_provider(Batch& batch, LoadedJob& loaded, Report const& report) {
    Job& job = loaded.job;
    if (!report.note.empty() && job.progress_note != report.note) {
        tell(batch, job, "waiting", report.attempt, report.note);
        job.progress_note = report.note;
    }
    job.provider.clear();
    job.model.clear();
    job.fate_unknown = false;
    requeue(loaded, batch.now + report.again_in, batch.now);
    return ReportOutcome::requeued;
}

// What was debited by the length of the input stays so; else what was made says more than what was
// declared before.
void take_length(Job& job, Report const& report) {
    bool const decided = job.measurement && !settled_by_duration(job.terms);
    if (decided || !report.duration) {
        return;
    }
    job.duration = report.duration;
    job.measurement = report.measurement;
    bool const told = !job.measurement && job.terms.mode == pricing::Mode::duration;
    if (told && report.duration->count() >= 0) {
        job.measurement = as_told(Source::provider, *report.duration);
    }
}

ReportOutcome complete(Batch& batch, LoadedJob& loaded, Report const& report, Rules const& rules) {
    Job& job = loaded.job;
    job.result = report.result;
    take_length(job, report);
    if (!report.remark.empty()) {
        tell(batch, job, report.remark, report.attempt, report.note);
    }
    job.progress = 100;
    job.error.reset();
    settle_charge(batch, loaded, rules);
    end(loaded, State::completed, batch.now);
    return ReportOutcome::ended;
}

ReportOutcome take_failure(Batch& batch, LoadedJob& loaded, Report const& report,
                           Rules const& rules) {
    Job& job = loaded.job;
    auto const& service = rules_for(rules, job.service);
    Error error = report.error.value_or(Error{.code = "provider_failed"});
    job.failures += 1;
    job.task.clear();
    job.fate_unknown = false;
    job.parked = false;
    if (report.moderated) {
        bool const keeps = job.terms.on_moderation == pricing::CancelRule::none;
        refund_charge(batch, loaded, keeps ? base::Credits{} : job.bill.debited, rules);
        job.error = std::move(error);
        end(loaded, State::failed, batch.now);
        return ReportOutcome::ended;
    }
    bool const again =
        error.retryable && job.failures < service.max_attempts && !past_deadline(batch, job);
    if (!again) {
        fail(batch, loaded, std::move(error), rules);
        return ReportOutcome::ended;
    }
    auto const wait = std::max(backoff(job, service), report.again_in);
    tell(batch, job, "retry", report.attempt,
         error.code + ": " + error.message + "; again in " + base::to_text(wait));
    job.error = std::move(error);
    requeue(loaded, batch.now + wait, batch.now);
    return ReportOutcome::requeued;
}

ReportOutcome hand_back(Batch& batch, LoadedJob& loaded, Report const& report) {
    if (report.said == Said::gone) {
        loaded.job.task.clear();
        loaded.job.fate_unknown = false;
        loaded.job.parked = false;
    }
    tell(batch, loaded.job, report.said == Said::gone ? "gone" : "released", report.attempt,
         report.note);
    requeue(loaded, batch.now, batch.now);
    return ReportOutcome::requeued;
}

ReportOutcome apply(Batch& batch, LoadedJob& loaded, Report const& report, Rules const& rules) {
    switch (report.said) {
        case Said::alive:
            return go_on(batch, loaded, report, rules);
        case Said::submitted:
            return take_task(batch, loaded, report, rules);
        case Said::unknown:
            return lose_sight(batch, loaded, report, rules);
        case Said::routed:
            return take_route(batch, loaded, report, rules);
        case Said::resubmit:
            return submit_again(batch, loaded, report, rules);
        case Said::parked:
            return park(batch, loaded, report, rules);
        case Said::waiting:
            return wait_for_provider(batch, loaded, report);
        case Said::completed:
            return complete(batch, loaded, report, rules);
        case Said::failed:
            return take_failure(batch, loaded, report, rules);
        case Said::gone:
        case Said::released:
            return hand_back(batch, loaded, report);
    }
    CHECK(false);
}

}  // namespace

// Costs are what they are, also of an attempt that is no longer current.
void note_calls(Batch& batch, Job const& job, int attempt, std::vector<ProviderCall> const& calls) {
    for (auto call : calls) {
        call.job = job.id;
        call.attempt = attempt;
        call.at = batch.now;
        call.service = job.service;
        bool const settles =
            call.completed && job.state == State::completed && job.attempt == attempt;
        call.credits = settles ? job.bill.settled : base::Credits{};
        call.usage = call.usage.size() > longest_detail ? "" : std::move(call.usage);
        batch.calls.push_back(std::move(call));
    }
}

bool keep_late_result(Batch& batch, LoadedJob& loaded, int attempt, std::string const& result) {
    Job& job = loaded.job;
    if (has_no_result(job)) {
        if (job.late_result) {
            return false;
        }
        job.late_result = true;
        loaded.changed = true;
    }
    tell(batch, job, "late_result", attempt, result);
    return true;
}

bool needs_charge(Job const& job, Said said) {
    switch (said) {
        case Said::completed:
            return job.bill.open && settled_by_duration(job.terms);
        case Said::failed:
        case Said::unknown:
        case Said::parked:
            return job.bill.open;
        case Said::routed:
        case Said::resubmit:
        case Said::waiting:
        case Said::alive:
        case Said::submitted:
        case Said::gone:
        case Said::released:
            return false;
    }
    CHECK(false);
}

Load load_for_report(std::vector<Report> const& reports) {
    Load load;
    load.jobs.reserve(reports.size());
    for (Report const& report : reports) {
        load.jobs.push_back(report.job);
        if (report.needs_charge) {
            load.charges_of.push_back(report.job);
        }
    }
    for (Report const& report : reports) {
        if (report.said == Said::routed && report.most > 0) {
            load.at_work.push_back(report.provider);
        }
    }
    for (auto* ids : {&load.jobs, &load.charges_of}) {
        std::ranges::sort(*ids);
        auto const rest = std::ranges::unique(*ids);
        ids->erase(rest.begin(), rest.end());
    }
    return load;
}

std::vector<Reported> report(Batch& batch, std::vector<Report> const& reports, Rules const& rules) {
    std::vector<Reported> answers;
    answers.reserve(reports.size());
    for (Report const& report : reports) {
        LoadedJob* const loaded = batch.find(report.job);
        if (loaded == nullptr) {
            answers.push_back({.outcome = ReportOutcome::missing});
            continue;
        }
        bool const current =
            loaded->job.state == State::processing && loaded->job.attempt == report.attempt;
        auto const before = report.calls.empty() ? std::nullopt : std::optional<Job>{loaded->job};
        auto const outcome =
            current ? apply(batch, *loaded, report, rules) : not_current(batch, *loaded, report);
        if (before && !calls_are_told(*before, report, current, outcome)) {
            note_calls(batch, loaded->job, report.attempt, report.calls);
        }
        answers.push_back({.outcome = outcome, .job = loaded->job});
    }
    return answers;
}

}  // namespace jobs
