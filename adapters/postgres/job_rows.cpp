// Rows of jobs.
#include "adapters/postgres/rows.h"

namespace adapters::postgres {

namespace {

std::int64_t millis_or_zero(std::optional<base::Timestamp> const& at) {
    return at ? base::to_ms(*at) : 0;
}

void read_money(Row& row, jobs::Bill& bill) {
    bill.charge = row.small();
    bill.open = row.flag();
    bill.debited = row.credits();
    bill.settled = row.credits();
    bill.refunded = row.credits();
    bill.waived = row.credits();
    bill.absorbed = row.credits();
    bill.net = row.credits();
}

void read_course(Row& row, jobs::Job& job) {
    job.state = static_cast<jobs::State>(row.integer());
    job.wait = static_cast<jobs::Wait>(row.integer());
    job.priority = row.small();
    job.turn = row.integer();
    job.attempt = row.small();
    job.failures = row.small();
    job.losses = row.small();
    job.progress = row.small();
    job.progress_note = row.text();
    job.run_at = row.time();
    job.started_at = row.maybe_time();
    job.finished_at = row.maybe_time();
    job.lease_until = row.maybe_time();
    job.deadline_at = row.maybe_time();
    job.worker = row.text();
    job.pruned = row.flag();
}

void read_outcome(Row& row, jobs::Job& job) {
    jobs::read_runner(row.view(), job);
    job.task = row.text();
    job.fate_unknown = row.flag();
    if (auto const duration = row.integer(); duration >= 0) {
        job.duration = base::Millis{duration};
    }
    bool const has_error = row.flag();
    jobs::Error error;
    error.code = row.text();
    error.message = row.text();
    error.retryable = row.flag();
    if (has_error) {
        job.error = std::move(error);
    }
    job.late_result = row.flag();
    job.poison = row.flag();
    job.result = row.text();
    job.measurement = jobs::parse_measurement(row.view());
}

// What was asked for.
jobs::Job read_request(Row& row, TermsCache& terms) {
    jobs::Job job;
    job.id = {row.integer()};
    job.account = {row.integer()};
    job.user = row.text();
    job.service = row.text();
    job.key = row.text();
    job.created_at = row.time();
    job.body_hash = row.hash();
    job.after = jobs::parse_ids(row.view());
    job.has_children = row.flag();
    job.webhook = row.text();
    jobs::read_origin(row.view(), job);
    job.terms = terms.of(row.view());
    job.version = row.text();
    job.quoted = row.credits();
    job.input = row.text();
    return job;
}

// What changes in the life of a job, in the order of the table.
void put_course(Rows& rows, jobs::Job const& job) {
    static jobs::Error const none;
    auto const& bill = job.bill;
    auto const& error = job.error ? *job.error : none;
    rows.put(job.run_at, job.turn, millis_or_zero(job.lease_until), millis_or_zero(job.started_at),
             millis_or_zero(job.finished_at), millis_or_zero(job.deadline_at), bill.debited,
             bill.settled, bill.refunded, bill.waived, bill.absorbed, bill.net,
             job.duration ? static_cast<std::int64_t>(job.duration->count()) : -1, job.priority,
             job.attempt, job.failures, job.losses, bill.charge, job.progress,
             static_cast<int>(job.state), static_cast<int>(job.wait), bill.open, job.pruned,
             job.has_children, job.fate_unknown, job.late_result, job.poison, job.error.has_value(),
             error.retryable, job.worker, jobs::runner_of(job), job.task, job.progress_note,
             error.code, error.message, job.result,
             job.measurement ? jobs::to_line(*job.measurement) : std::string{});
}

}  // namespace

pricing::Terms const& TermsCache::of(std::string_view line) {
    auto const found = known_.find(line);
    if (found != known_.end()) {
        return found->second;
    }
    return known_.emplace(line, pricing::parse_line(line).value_or(pricing::Terms{})).first->second;
}

std::string_view const job_columns =
    "id, account, user_id, service, key, created_at, body_hash, parents, has_children, webhook, "
    "trace, terms, version, quoted, input, "
    "charge, charge_open, debited, settled, refunded, waived, absorbed, net, "
    "state, wait, priority, turn, attempt, failures, losses, progress, progress_note, run_at, "
    "started_at, finished_at, lease_until, deadline_at, worker, pruned, "
    "provider, task, fate_unknown, duration_ms, has_error, error_code, error_message, "
    "error_retryable, late_result, poison, result, measured";

std::string_view const claimed_columns =
    "id, account, user_id, service, key, created_at, body_hash, parents, has_children, webhook, "
    "trace, terms, version, quoted, input, priority, turn, attempt, run_at, measured";

jobs::Job read_job(pqxx::row const& source, TermsCache& terms) {
    Row row{source};
    auto job = read_request(row, terms);
    read_money(row, job.bill);
    read_course(row, job);
    read_outcome(row, job);
    return job;
}

jobs::Job read_claimed(pqxx::row const& source, TermsCache& terms) {
    Row row{source};
    auto job = read_request(row, terms);
    job.priority = row.small();
    job.turn = row.integer();
    job.attempt = row.small();
    job.run_at = row.time();
    job.measurement = jobs::parse_measurement(row.view());
    if (job.measurement) {
        job.duration = jobs::duration_of(*job.measurement);
    }
    return job;
}

std::vector<jobs::Job> read_jobs(pqxx::result const& result) {
    TermsCache terms;
    std::vector<jobs::Job> jobs;
    jobs.reserve(result.size());
    for (auto const& row : result) {
        jobs.push_back(read_job(row, terms));
    }
    return jobs;
}

void put_new_job(Rows& rows, jobs::Job const& job) {
    rows.put(job.id, job.account, job.created_at, job.quoted);
    put_course(rows, job);
    rows.put(job.user, job.service, job.key, job.body_hash, jobs::to_line(job.after), job.webhook,
             jobs::origin_of(job), pricing::to_line(job.terms), job.version, job.input);
    rows.end_row();
}

void put_changed_job(Rows& rows, jobs::Job const& job) {
    rows.put(job.id);
    put_course(rows, job);
    rows.end_row();
}

void put_running(Rows& rows, jobs::Job const& job, int rev) {
    auto const& bill = job.bill;
    rows.put(job.id, job.account, millis_or_zero(job.lease_until), millis_or_zero(job.started_at),
             millis_or_zero(job.deadline_at), bill.debited, bill.settled, bill.refunded,
             bill.waived, bill.absorbed, bill.net, rev, job.attempt, bill.charge, job.progress,
             bill.open, job.fate_unknown, job.worker, jobs::runner_of(job), job.task,
             job.progress_note);
    rows.end_row();
}

AtRest rest_of(jobs::Job const& job) {
    return {.state = job.state,
            .wait = job.wait,
            .priority = job.priority,
            .failures = job.failures,
            .losses = job.losses,
            .turn = job.turn,
            .run_at = job.run_at,
            .finished_at = job.finished_at,
            .duration = job.duration,
            .measurement = job.measurement,
            .pruned = job.pruned,
            .late_result = job.late_result,
            .poison = job.poison,
            .error = job.error,
            .result = job.result};
}

}  // namespace adapters::postgres
