// Rows of jobs.
#include "adapters/sqlite/rows.h"

namespace adapters::sqlite {

namespace {

void read_course(Query& row, jobs::Job& job) {
    job.state = static_cast<jobs::State>(row.integer());
    job.wait = static_cast<jobs::Wait>(row.integer());
    job.priority = row.small();
    job.turn = row.integer();
    job.worker = row.text();
    job.lease_until = row.maybe_time();
    job.run_at = row.time();
    job.finished_at = row.maybe_time();
    job.pruned = row.flag();
    job.attempt = row.small();
    job.failures = row.small();
    job.losses = row.small();
    job.progress = row.small();
    job.progress_note = row.text();
    job.started_at = row.maybe_time();
    job.deadline_at = row.maybe_time();
}

void read_money(Query& row, jobs::Job& job) {
    job.bill.charge = row.small();
    job.bill.open = row.flag();
    job.bill.debited = row.credits();
    job.bill.settled = row.credits();
    job.bill.refunded = row.credits();
    job.bill.waived = row.credits();
    job.bill.absorbed = row.credits();
    job.bill.net = row.credits();
}

std::optional<jobs::Error> read_error(Query& row) {
    if (row.skip_null()) {
        row.view();
        row.view();
        return std::nullopt;
    }
    jobs::Error error;
    error.code = row.text();
    error.message = row.text();
    error.retryable = row.flag();
    return error;
}

void read_outcome(Query& row, jobs::Job& job) {
    jobs::read_runner(row.view(), job);
    job.task = row.text();
    job.fate_unknown = row.flag();
    if (auto const duration = row.maybe_integer()) {
        job.duration = base::Millis{*duration};
    }
    job.measurement = jobs::parse_measurement(row.view());
    job.error = read_error(row);
    job.late_result = row.flag();
    job.poison = row.flag();
}

}  // namespace

std::string const& lean_job_columns() {
    static std::string const columns =
        "id, account, service, key, user, created_at, body_hash, parents, has_children, webhook, "
        "trace, terms, version, quoted, "
        "state, wait, priority, turn, worker, lease_until, run_at, finished_at, pruned, attempt, "
        "failures, losses, progress, progress_note, started_at, deadline_at, "
        "charge, charge_open, debited, settled, refunded, waived, absorbed, net, "
        "provider, task, fate_unknown, duration_ms, measured, error_code, error_message, "
        "error_retryable, late_result, poison, '', ''";
    return columns;
}

std::string const& job_columns() {
    static std::string const columns = [] {
        auto text = lean_job_columns();
        text.replace(text.rfind("'', ''"), 6, "input, result");
        return text;
    }();
    return columns;
}

jobs::Job read_job(Query& row) {
    jobs::Job job;
    job.id = {row.integer()};
    job.account = {row.integer()};
    job.service = row.text();
    job.key = row.text();
    job.user = row.text();
    job.created_at = row.time();
    job.body_hash = row.hash();
    job.after = jobs::parse_ids(row.view());
    job.has_children = row.flag();
    job.webhook = row.text();
    jobs::read_origin(row.view(), job);
    job.terms = row.database().terms(row.view());
    job.version = row.text();
    job.quoted = row.credits();
    read_course(row, job);
    read_money(row, job);
    read_outcome(row, job);
    job.input = row.text();
    job.result = row.text();
    return job;
}

char const* insert_job_sql() {
    static std::string const sql = [] {
        constexpr int columns = 50;
        std::string values = "?";
        for (int i = 1; i < columns; ++i) {
            values += ", ?";
        }
        return "INSERT INTO jobs (" + job_columns() + ") VALUES (" + values + ")";
    }();
    return sql.c_str();
}

namespace {

std::string measured_line(jobs::Job const& job) {
    return job.measurement ? jobs::to_line(*job.measurement) : "";
}

struct Lines {
    std::string measured;
    std::string runner;
};

Lines lines_of(jobs::Job const& job) {
    return {.measured = measured_line(job), .runner = jobs::runner_of(job)};
}

// Texts are not copied: the lines must be there until the query has run.
void bind_course(Query& query, jobs::Job const& job, Lines const& lines) {
    query.bind(static_cast<int>(job.state), static_cast<int>(job.wait), job.priority, job.turn,
               job.worker, job.lease_until, job.run_at, job.finished_at, job.pruned, job.attempt,
               job.failures, job.losses, job.progress, job.progress_note, job.started_at,
               job.deadline_at);
    jobs::Bill const& bill = job.bill;
    query.bind(bill.charge, bill.open, bill.debited, bill.settled, bill.refunded, bill.waived,
               bill.absorbed, bill.net);
    query.bind(lines.runner, job.task, job.fate_unknown, job.duration, lines.measured);
    if (job.error) {
        query.bind(job.error->code, job.error->message, job.error->retryable);
    } else {
        query.put_null();
        query.put_null();
        query.put_null();
    }
    query.bind(job.late_result, job.poison);
}

}  // namespace

void insert_job(Query& query, jobs::Job const& job) {
    auto const parents = jobs::to_line(job.after);
    auto const terms = pricing::to_line(job.terms);
    auto const lines = lines_of(job);
    auto const origin = jobs::origin_of(job);
    query.bind(job.id, job.account, job.service, job.key, job.user, job.created_at, job.body_hash,
               parents, job.has_children, job.webhook, origin, terms, job.version, job.quoted);
    bind_course(query, job, lines);
    query.bind(job.input, job.result);
    query.run();
}

char const* const update_job_sql =
    "UPDATE jobs SET state = ?, wait = ?, priority = ?, turn = ?, worker = ?, lease_until = ?, "
    "run_at = ?, finished_at = ?, pruned = ?, attempt = ?, failures = ?, losses = ?, progress = ?, "
    "progress_note = ?, started_at = ?, deadline_at = ?, charge = ?, charge_open = ?, debited = ?, "
    "settled = ?, refunded = ?, waived = ?, absorbed = ?, net = ?, provider = ?, task = ?, "
    "fate_unknown = ?, duration_ms = ?, measured = ?, error_code = ?, error_message = ?, "
    "error_retryable = ?, late_result = ?, poison = ?, result = ? WHERE id = ?";

void update_job(Query& query, jobs::Job const& job) {
    auto const lines = lines_of(job);
    bind_course(query, job, lines);
    query.bind(job.result, job.id);
    query.run();
}

}  // namespace adapters::sqlite
