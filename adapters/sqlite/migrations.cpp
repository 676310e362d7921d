// Tables, indexes and guards. Enums are stored as the numbers of their declarations: state 0
// queued, 1 processing, 2 completed, 3 failed, 4 cancelled; wait 0 none, 1 time, 2 parents, 3 room;
// kind 3 consume, 4 settle, 5 refund, 7 sync.
// Indexes are partial and few: each costs every job.
#include "adapters/sqlite/migrations.h"

#include <array>

namespace adapters::sqlite {

namespace {

constexpr char const* first_schema = R"sql(
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    user TEXT NOT NULL UNIQUE,
    tier TEXT NOT NULL,
    username TEXT NOT NULL,
    email TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    member_until INTEGER,
    frozen INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    balance INTEGER NOT NULL,
    debt INTEGER NOT NULL CHECK (debt >= 0),
    entries INTEGER NOT NULL,
    grants INTEGER NOT NULL,
    head BLOB NOT NULL,
    recharged INTEGER NOT NULL,
    consumed INTEGER NOT NULL,
    refunded INTEGER NOT NULL,
    expired INTEGER NOT NULL
) STRICT;

-- `open` is remaining > 0 in a column of its own, so that the indexes of open grants stay untouched
-- by the draws that leave something.
CREATE TABLE grants (
    account INTEGER NOT NULL,
    number INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    remaining INTEGER NOT NULL CHECK (remaining BETWEEN 0 AND amount),
    open INTEGER NOT NULL CHECK (open = (remaining > 0)),
    effective_at INTEGER NOT NULL,
    expires_at INTEGER,
    service TEXT NOT NULL,
    PRIMARY KEY (account, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX grants_open ON grants (account, number) WHERE open = 1;
CREATE INDEX grants_expiring ON grants (expires_at) WHERE open = 1 AND expires_at IS NOT NULL;

CREATE TABLE entries (
    account INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    balance_after INTEGER NOT NULL,
    job INTEGER NOT NULL,
    charge INTEGER NOT NULL,
    action TEXT NOT NULL,
    reference TEXT NOT NULL,
    note TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    effective_at INTEGER NOT NULL,
    draws TEXT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (account, seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX entries_reference ON entries (reference) WHERE reference <> '';
CREATE INDEX entries_job ON entries (job) WHERE job <> 0;

CREATE TABLE jobs (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    service TEXT NOT NULL,
    state INTEGER NOT NULL,
    wait INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    turn INTEGER NOT NULL,
    worker TEXT NOT NULL,
    lease_until INTEGER,
    run_at INTEGER NOT NULL,
    finished_at INTEGER,
    pruned INTEGER NOT NULL,
    key TEXT NOT NULL,
    user TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    losses INTEGER NOT NULL,
    progress INTEGER NOT NULL,
    progress_note TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    deadline_at INTEGER,
    body_hash BLOB NOT NULL,
    parents TEXT NOT NULL,
    has_children INTEGER NOT NULL,
    webhook TEXT NOT NULL,
    trace TEXT NOT NULL,
    terms TEXT NOT NULL,
    version TEXT NOT NULL,
    quoted INTEGER NOT NULL,
    charge INTEGER NOT NULL,
    charge_open INTEGER NOT NULL,
    debited INTEGER NOT NULL,
    settled INTEGER NOT NULL,
    refunded INTEGER NOT NULL,
    waived INTEGER NOT NULL,
    absorbed INTEGER NOT NULL,
    net INTEGER NOT NULL,
    provider TEXT NOT NULL,
    task TEXT NOT NULL,
    fate_unknown INTEGER NOT NULL,
    duration_ms INTEGER,
    measured TEXT NOT NULL,
    error_code TEXT,
    error_message TEXT,
    error_retryable INTEGER,
    late_result INTEGER NOT NULL,
    poison INTEGER NOT NULL,
    input TEXT NOT NULL,
    result TEXT NOT NULL
) STRICT;
-- State and wait stand in these, though they never differ, so that the index alone can answer.
CREATE INDEX jobs_ready ON jobs (service, priority DESC, turn, state, wait)
    WHERE state = 0 AND wait = 0;
CREATE INDEX jobs_turns ON jobs (account, service, priority, turn) WHERE state = 0 AND wait = 0;
CREATE INDEX jobs_timed ON jobs (run_at, state, wait) WHERE state = 0 AND wait = 1;
CREATE INDEX jobs_dependent ON jobs (state, wait) WHERE state = 0 AND wait = 2;
CREATE INDEX jobs_roomless ON jobs (account, priority DESC, state, wait)
    WHERE state = 0 AND wait = 3;
CREATE INDEX jobs_processing ON jobs (account, worker) WHERE state = 1;
CREATE INDEX jobs_unpruned ON jobs (finished_at) WHERE state >= 2 AND pruned = 0;
CREATE INDEX jobs_failed ON jobs (state) WHERE state >= 3;
CREATE INDEX jobs_account ON jobs (account);
CREATE UNIQUE INDEX jobs_key ON jobs (account, key) WHERE key <> '';

CREATE TABLE edges (
    parent INTEGER NOT NULL,
    child INTEGER NOT NULL,
    PRIMARY KEY (parent, child)
) STRICT, WITHOUT ROWID;

-- Waiting children that a sweep has to look at: new ones, and those of which a parent has ended.
CREATE TABLE stirred (child INTEGER PRIMARY KEY) STRICT;

CREATE TABLE job_events (
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX job_events_job ON job_events (job);

CREATE TABLE duties (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    held_until INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER,
    result TEXT NOT NULL,
    cost_ms INTEGER NOT NULL,
    runs INTEGER NOT NULL,
    failed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE schedules (
    name TEXT PRIMARY KEY,
    last_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

// Mode 1 paused, 2 draining; a queue that just runs has no row.
constexpr char const* queues_schema = R"sql(
CREATE TABLE queues (
    service TEXT PRIMARY KEY,
    mode INTEGER NOT NULL CHECK (mode IN (1, 2))
) STRICT, WITHOUT ROWID;
)sql";

// Scopes as a line of words; never the key itself, only its hash.
constexpr char const* api_keys_schema = R"sql(
CREATE TABLE api_keys (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    per_minute INTEGER NOT NULL CHECK (per_minute >= 0),
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    last_used_at INTEGER
) STRICT;
)sql";

// A link with no source is of every source that has none of its own for that telegram id.
constexpr char const* sync_schema = R"sql(
CREATE TABLE sync_sources (
    source TEXT PRIMARY KEY,
    secret TEXT NOT NULL,
    previous_secret TEXT NOT NULL,
    may_add INTEGER NOT NULL,
    may_deduct INTEGER NOT NULL,
    daily_cap INTEGER CHECK (daily_cap >= 0),
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE sync_links (
    telegram_id TEXT NOT NULL,
    source TEXT NOT NULL,
    account TEXT NOT NULL,
    PRIMARY KEY (telegram_id, source)
) STRICT, WITHOUT ROWID;
CREATE INDEX entries_synced ON entries (action, recorded_at, amount) WHERE kind = 7 AND amount > 0;
)sql";

// How far each account was sealed last, and the seals, which are only added.
constexpr char const* seals_schema = R"sql(
CREATE TABLE seals (
    number INTEGER PRIMARY KEY CHECK (number > 0),
    at INTEGER NOT NULL,
    accounts INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    root BLOB NOT NULL,
    previous BLOB NOT NULL,
    key TEXT NOT NULL,
    signature TEXT NOT NULL
) STRICT;
CREATE TABLE sealed_heads (
    account INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    head BLOB NOT NULL
) STRICT;
)sql";

// State 0 pending, 1 delivered, 2 dead. A lane has a row while anything is pending in it.
constexpr char const* outbox_schema = R"sql(
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL,
    job INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    tried_at INTEGER,
    state INTEGER NOT NULL DEFAULT 0 CHECK (state IN (0, 1, 2)),
    attempts INTEGER NOT NULL DEFAULT 0,
    status INTEGER NOT NULL DEFAULT 0,
    target TEXT NOT NULL,
    url TEXT NOT NULL,
    user TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    error TEXT NOT NULL DEFAULT '',
    once TEXT
) STRICT;
CREATE INDEX outbox_lane ON outbox (target, account, id) WHERE state = 0;
CREATE INDEX outbox_pending ON outbox (id) WHERE state = 0;
CREATE INDEX outbox_done ON outbox (tried_at) WHERE state = 1;
CREATE INDEX outbox_dead ON outbox (id) WHERE state = 2;
CREATE UNIQUE INDEX outbox_once ON outbox (target, once) WHERE once IS NOT NULL;
CREATE TABLE outbox_lanes (
    target TEXT NOT NULL,
    account INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    claim INTEGER NOT NULL DEFAULT 0,
    failing_since INTEGER,
    PRIMARY KEY (target, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_lanes_of_target ON outbox_lanes (target, due_at, account);
CREATE INDEX outbox_lanes_due ON outbox_lanes (due_at);
CREATE TABLE warnings (
    name TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    account INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

// An order's status is jobs::OrderStatus, a notice's outcome jobs::NoticeOutcome; review is 4.
constexpr char const* orders_schema = R"sql(
CREATE TABLE orders (
    id TEXT PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts (id),
    bought TEXT NOT NULL,
    channel TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    status INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    flags TEXT NOT NULL,
    review TEXT NOT NULL,
    asked INTEGER NOT NULL,
    asked_at INTEGER,
    closed_at INTEGER,
    paid_at INTEGER,
    provider TEXT NOT NULL,
    trade TEXT NOT NULL,
    grant_number INTEGER NOT NULL,
    bonus_number INTEGER NOT NULL,
    member_from INTEGER,
    member_until INTEGER,
    returns TEXT NOT NULL,
    revoked INTEGER NOT NULL CHECK (revoked >= 0),
    owed INTEGER NOT NULL CHECK (owed >= 0),
    lost INTEGER NOT NULL CHECK (lost >= 0)
) STRICT, WITHOUT ROWID;
CREATE INDEX orders_account ON orders (account, id);
CREATE INDEX orders_status ON orders (status, id);
CREATE INDEX orders_due ON orders (expires_at) WHERE status = 0;
CREATE INDEX orders_review ON orders (id) WHERE review <> '';
CREATE UNIQUE INDEX orders_trade ON orders (provider, trade) WHERE trade <> '';
CREATE TABLE payment_notices (
    number INTEGER PRIMARY KEY,
    provider TEXT NOT NULL,
    id TEXT NOT NULL,
    form TEXT NOT NULL,
    kind TEXT NOT NULL,
    state INTEGER NOT NULL,
    order_id TEXT NOT NULL,
    trade TEXT NOT NULL,
    refund TEXT NOT NULL,
    amount INTEGER,
    currency TEXT NOT NULL,
    returned INTEGER NOT NULL,
    returned_in_all INTEGER NOT NULL,
    happened_at TEXT NOT NULL,
    doubts TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    judged_at INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    reasons TEXT NOT NULL,
    about TEXT NOT NULL,
    headers TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX payment_notices_id ON payment_notices (provider, id);
CREATE INDEX payment_notices_about ON payment_notices (about, number) WHERE about <> '';
CREATE INDEX payment_notices_order ON payment_notices (order_id, number);
CREATE INDEX payment_notices_outcome ON payment_notices (outcome, number);
)sql";

}  // namespace

std::span<Migration const> migrations() {
    static std::array const steps{
        Migration{.what = "1: accounts, grants, entries, jobs, duties and schedules",
                  .sql = first_schema},
        Migration{.what = "2: queues that pause and drain", .sql = queues_schema},
        Migration{.what = "3: API keys", .sql = api_keys_schema},
        Migration{.what = "4: sister products that move credits", .sql = sync_schema},
        Migration{.what = "5: seals of the ledger", .sql = seals_schema},
        Migration{.what = "6: messages for the world, and warnings", .sql = outbox_schema},
        Migration{.what = "7: orders, and what payment platforms say of them",
                  .sql = orders_schema},
        Migration{.what = "8: orders that are asked about", .sql = asking_schema},
        Migration{.what = "9: caps, freezes and the brake", .sql = guards_schema},
        Migration{.what = "10: what was paid, uses that cost nothing, sums for guards",
                  .sql = paid_schema},
        Migration{.what = "11: calls to providers, and tasks that outlive their jobs",
                  .sql = calls_schema},
    };
    return steps;
}

}  // namespace adapters::sqlite
