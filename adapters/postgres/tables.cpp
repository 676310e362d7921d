// Version 1: the tables. `{s}` is the schema.
//
// What is hot and what is history. A job is one row of `jobs` from its first day to its last, in a
// partition by id: written when it is enqueued and when it comes to rest, not when it starts. While
// it runs, what changes stands in its row of `running`, and the view `job_now` puts the two
// together. No column of `jobs` that changes is in an index, and pages have room, so that its
// updates stay on their page and touch no index (HOT). Claimable jobs are found in `ready`, the
// others that wait in `waiting`.
//
// Who may change a job holds the lock of its row in `jobs`, and those of its rows in `ready` and
// `running`; a claim holds that of its `ready` row only, which the others wait for.
// Lock order, everywhere: inbox, jobs, ready, running, accounts, the rest. Several at once: by id.
//
// Enums are stored as the numbers of their declarations: state 0 queued, 1 processing, 2 completed,
// 3 failed, 4 cancelled; wait 0 none, 1 time, 2 parents, 3 room; kind 3 consume, 4 settle, 5
// refund. Times are milliseconds since the epoch. Nothing in `jobs` is null: a row without a null
// bitmap that differs from its predecessor costs less log; 0 is "no time", -1 "no duration". What
// the duration rests on is the line in `measured` (jobs/measurement.h); empty: nothing was.
#include "adapters/postgres/migrations.h"

namespace adapters::postgres {

char const* const first_tables = R"sql(
-- `open` holds the grants with something left, as a line: one row has all the money of an account,
-- so that one lock and one update are a debit. `grants` keeps the facts, which never change.
CREATE TABLE {s}.accounts (
    id bigint PRIMARY KEY,
    member_until bigint NOT NULL,
    created_at bigint NOT NULL,
    next_expiry bigint,
    balance bigint NOT NULL,
    debt bigint NOT NULL CHECK (debt >= 0),
    entries bigint NOT NULL,
    grants bigint NOT NULL,
    recharged bigint NOT NULL,
    consumed bigint NOT NULL,
    refunded bigint NOT NULL,
    expired bigint NOT NULL,
    frozen boolean NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    tier text NOT NULL,
    facts text NOT NULL,  -- see rows.cpp; most accounts have none
    head bytea NOT NULL,
    open text NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_cost_delay = 1);
CREATE UNIQUE INDEX accounts_user ON {s}.accounts (user_id);
CREATE INDEX accounts_expiring ON {s}.accounts (next_expiry) WHERE next_expiry IS NOT NULL;

CREATE TABLE {s}.grants (
    account bigint NOT NULL,
    number bigint NOT NULL,
    kind smallint NOT NULL,
    amount bigint NOT NULL,
    effective_at bigint NOT NULL,
    expires_at bigint,
    service text NOT NULL,
    PRIMARY KEY (account, number)
);

CREATE SEQUENCE {s}.entry_numbers;
CREATE TABLE {s}.entries (
    n bigint NOT NULL DEFAULT nextval('{s}.entry_numbers'),
    account bigint NOT NULL,
    seq bigint NOT NULL,
    amount bigint NOT NULL,
    balance_after bigint NOT NULL,
    job bigint NOT NULL,
    recorded_at bigint NOT NULL,
    effective_at bigint NOT NULL,
    charge int NOT NULL,
    kind smallint NOT NULL,
    hash bytea NOT NULL,
    draws text NOT NULL,
    action text NOT NULL,
    reference text NOT NULL,
    note text NOT NULL,
    PRIMARY KEY (account, seq, n)
) PARTITION BY RANGE (n);
CREATE INDEX entries_job ON {s}.entries (job) WHERE job <> 0;

CREATE TABLE {s}.entry_references (
    reference text PRIMARY KEY,
    account bigint NOT NULL,
    seq bigint NOT NULL
);

CREATE SEQUENCE {s}.account_ids;
CREATE SEQUENCE {s}.job_ids;
CREATE TABLE {s}.jobs (
    id bigint NOT NULL,
    account bigint NOT NULL,
    created_at bigint NOT NULL,
    quoted bigint NOT NULL,
    run_at bigint NOT NULL,
    turn bigint NOT NULL,
    lease_until bigint NOT NULL,
    started_at bigint NOT NULL,
    finished_at bigint NOT NULL,
    deadline_at bigint NOT NULL,
    debited bigint NOT NULL,
    settled bigint NOT NULL,
    refunded bigint NOT NULL,
    waived bigint NOT NULL,
    absorbed bigint NOT NULL,
    net bigint NOT NULL,
    duration_ms bigint NOT NULL,
    priority int NOT NULL,
    attempt int NOT NULL,
    failures int NOT NULL,
    losses int NOT NULL,
    charge int NOT NULL,
    progress smallint NOT NULL,
    state smallint NOT NULL,
    wait smallint NOT NULL,
    charge_open boolean NOT NULL,
    pruned boolean NOT NULL,
    has_children boolean NOT NULL,
    fate_unknown boolean NOT NULL,
    late_result boolean NOT NULL,
    poison boolean NOT NULL,
    has_error boolean NOT NULL,
    error_retryable boolean NOT NULL,
    worker text NOT NULL,
    provider text NOT NULL,
    task text NOT NULL,
    progress_note text NOT NULL,
    error_code text NOT NULL,
    error_message text NOT NULL,
    result text NOT NULL,
    measured text NOT NULL,
    user_id text NOT NULL,
    service text NOT NULL,
    key text NOT NULL,
    body_hash bytea NOT NULL,
    parents text NOT NULL,
    webhook text NOT NULL,
    trace text NOT NULL,
    terms text NOT NULL,
    version text NOT NULL,
    input text NOT NULL,
    PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE INDEX jobs_account ON {s}.jobs (account, id);

CREATE TABLE {s}.job_keys (
    account bigint NOT NULL,
    key text NOT NULL,
    job bigint NOT NULL,
    PRIMARY KEY (account, key)
);

CREATE TABLE {s}.ready (
    turn bigint NOT NULL,
    job bigint NOT NULL,
    account bigint NOT NULL,
    priority int NOT NULL,
    service text COLLATE "C" NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
        autovacuum_vacuum_cost_delay = 0);
CREATE INDEX ready_order ON {s}.ready (service, priority DESC, turn, job);
CREATE INDEX ready_turns ON {s}.ready (account, service, priority, turn);

-- Where the queue of a service begins, while many dead entries of its index lie before that: looks
-- start here instead of walking over what was claimed since the last vacuum. Believed for half a
-- second, see floor_of().
CREATE TABLE {s}.floors (
    service text COLLATE "C" PRIMARY KEY,
    priority int NOT NULL,
    turn bigint NOT NULL,
    job bigint NOT NULL,
    at bigint NOT NULL
) WITH (fillfactor = 50);

-- `rev` counts the writes, so that a worker that remembers the row can tell whether it still holds.
CREATE TABLE {s}.running (
    job bigint PRIMARY KEY,
    account bigint NOT NULL,
    lease_until bigint NOT NULL,
    started_at bigint NOT NULL,
    deadline_at bigint NOT NULL,
    debited bigint NOT NULL,
    settled bigint NOT NULL,
    refunded bigint NOT NULL,
    waived bigint NOT NULL,
    absorbed bigint NOT NULL,
    net bigint NOT NULL,
    rev int NOT NULL,
    attempt int NOT NULL,
    charge int NOT NULL,
    progress smallint NOT NULL,
    charge_open boolean NOT NULL,
    fate_unknown boolean NOT NULL,
    worker text COLLATE "C" NOT NULL,
    provider text NOT NULL,
    task text NOT NULL,
    progress_note text NOT NULL
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
        autovacuum_vacuum_cost_delay = 0);

CREATE VIEW {s}.job_now AS
SELECT j.id, j.account, j.created_at, j.quoted, j.run_at, j.turn,
    coalesce(r.lease_until, j.lease_until) AS lease_until,
    coalesce(r.started_at, j.started_at) AS started_at, j.finished_at,
    coalesce(r.deadline_at, j.deadline_at) AS deadline_at,
    coalesce(r.debited, j.debited) AS debited,
    coalesce(r.settled, j.settled) AS settled, coalesce(r.refunded, j.refunded) AS refunded,
    coalesce(r.waived, j.waived) AS waived, coalesce(r.absorbed, j.absorbed) AS absorbed,
    coalesce(r.net, j.net) AS net, j.duration_ms, j.priority,
    coalesce(r.attempt, j.attempt) AS attempt, j.failures, j.losses,
    coalesce(r.charge, j.charge) AS charge, coalesce(r.progress, j.progress) AS progress,
    CASE WHEN r.job IS NULL THEN j.state ELSE 1::smallint END AS state, j.wait,
    coalesce(r.charge_open, j.charge_open) AS charge_open, j.pruned, j.has_children,
    coalesce(r.fate_unknown, j.fate_unknown) AS fate_unknown, j.late_result, j.poison, j.has_error,
    j.error_retryable, coalesce(r.worker, j.worker) AS worker,
    coalesce(r.provider, j.provider) AS provider, coalesce(r.task, j.task) AS task,
    coalesce(r.progress_note, j.progress_note) AS progress_note, j.error_code, j.error_message,
    j.result, j.measured, j.user_id, j.service, j.key, j.body_hash, j.parents, j.webhook, j.trace,
    j.terms, j.version, j.input, coalesce(r.rev, 0) AS rev
FROM {s}.jobs j LEFT JOIN {s}.running r ON r.job = j.id;

CREATE TABLE {s}.waiting (
    job bigint PRIMARY KEY,
    run_at bigint NOT NULL,
    account bigint NOT NULL,
    priority int NOT NULL,
    wait smallint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX waiting_timed ON {s}.waiting (run_at) WHERE wait = 1;
CREATE INDEX waiting_roomless ON {s}.waiting (account, priority DESC, job) WHERE wait = 3;

-- Jobs that ended without a result, so that they are found among the many that did.
CREATE TABLE {s}.failures (
    job bigint PRIMARY KEY,
    state smallint NOT NULL
);

CREATE TABLE {s}.edges (
    parent bigint NOT NULL,
    child bigint NOT NULL,
    PRIMARY KEY (parent, child)
);

-- Children that a sweep has to look at: new ones, and those of which a parent has ended. A child
-- may be here twice: a row is a message, and only the messages that were read are removed.
CREATE TABLE {s}.stirred (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    child bigint NOT NULL
);

CREATE TABLE {s}.job_events (
    n bigint GENERATED ALWAYS AS IDENTITY,
    job bigint NOT NULL,
    at bigint NOT NULL,
    attempt int NOT NULL,
    kind text NOT NULL,
    detail text NOT NULL,
    PRIMARY KEY (job, n)
);

-- Requests that somebody's own transaction put here, see enqueue().
CREATE TABLE {s}.inbox (
    id bigint PRIMARY KEY,
    created_at bigint NOT NULL,
    run_at bigint,
    user_id text NOT NULL,
    service text NOT NULL,
    key text NOT NULL,
    input text NOT NULL
);
CREATE UNIQUE INDEX inbox_key ON {s}.inbox (user_id, key) WHERE key <> '';

CREATE SEQUENCE {s}.worker_ids;
CREATE TABLE {s}.workers (
    name text COLLATE "C" PRIMARY KEY,
    id bigint NOT NULL DEFAULT nextval('{s}.worker_ids'),
    lease_until bigint NOT NULL DEFAULT 0,
    seen_at bigint,
    locked boolean NOT NULL DEFAULT false
) WITH (fillfactor = 50);

CREATE TABLE {s}.queues (
    service text PRIMARY KEY,
    mode smallint NOT NULL
);

-- Never a key itself: its SHA-256 in hex. Scopes as a line of words.
CREATE TABLE {s}.api_keys (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    created_at bigint NOT NULL,
    expires_at bigint,
    revoked_at bigint,
    last_used_at bigint,
    per_minute bigint NOT NULL CHECK (per_minute >= 0),
    hash text COLLATE "C" NOT NULL UNIQUE,
    prefix text NOT NULL,
    name text NOT NULL,
    scopes text NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE {s}.duties (
    name text PRIMARY KEY,
    holder text NOT NULL,
    held_until bigint NOT NULL,
    started_at bigint,
    finished_at bigint,
    result text NOT NULL,
    cost_ms bigint NOT NULL,
    runs bigint NOT NULL,
    failed boolean NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE {s}.schedules (
    name text PRIMARY KEY,
    last_at bigint NOT NULL
);

CREATE TABLE {s}.marks (
    name text PRIMARY KEY,
    value bigint NOT NULL
);

-- What remains of each open grant, for people; programs read accounts.open.
CREATE VIEW {s}.open_grants AS
SELECT a.id AS account, a.user_id, split_part(g, ':', 1)::bigint AS number,
    split_part(g, ':', 4)::bigint AS remaining
FROM {s}.accounts a, unnest(string_to_array(a.open, ';')) AS g;
)sql";

}  // namespace adapters::postgres
