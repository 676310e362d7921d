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

// A row of key_charges for each entry under an API key with a cap; see jobs/spending.h. `stopped`
// holds the accounts that are frozen or braked, in the order in which they came to be.
constexpr char const* guards_schema = R"sql(
ALTER TABLE accounts ADD COLUMN standing TEXT NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN daily_cap INTEGER NOT NULL DEFAULT 0 CHECK (daily_cap >= 0);
ALTER TABLE api_keys ADD COLUMN monthly_cap INTEGER NOT NULL DEFAULT 0 CHECK (monthly_cap >= 0);
CREATE TABLE key_charges (
    key INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    amount INTEGER NOT NULL
) STRICT;
CREATE INDEX key_charges_opened ON key_charges (key, opened_at, amount);
CREATE TABLE stopped (
    n INTEGER PRIMARY KEY,
    account INTEGER NOT NULL UNIQUE
) STRICT;
)sql";

constexpr std::array steps{
    Migration{.what = "1: accounts, grants, entries, jobs, duties and schedules",
              .sql = first_schema},
    Migration{.what = "2: queues that pause and drain", .sql = queues_schema},
    Migration{.what = "3: API keys", .sql = api_keys_schema},
    Migration{.what = "4: sister products that move credits", .sql = sync_schema},
    Migration{.what = "5: caps, freezes and the brake", .sql = guards_schema},
};

// INSERT OR REPLACE deletes without asking the DELETE triggers, hence the guards on INSERT.
constexpr std::array all_guards{
    Guard{"entries_no_update",
          "CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries BEGIN "
          "SELECT RAISE(ABORT, 'ledger entries are never changed'); END"},
    Guard{"entries_no_delete",
          "CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries BEGIN "
          "SELECT RAISE(ABORT, 'ledger entries are never deleted'); END"},
    Guard{"entries_no_replace",
          "CREATE TRIGGER entries_no_replace BEFORE INSERT ON entries WHEN "
          "EXISTS (SELECT 1 FROM entries WHERE account = NEW.account AND seq = NEW.seq) OR "
          "(NEW.reference <> '' AND EXISTS (SELECT 1 FROM entries WHERE reference <> '' AND "
          "reference = NEW.reference)) BEGIN "
          "SELECT RAISE(ABORT, 'ledger entries are never replaced'); END"},
    Guard{"grants_no_delete",
          "CREATE TRIGGER grants_no_delete BEFORE DELETE ON grants BEGIN "
          "SELECT RAISE(ABORT, 'grants are never deleted'); END"},
    Guard{"grants_no_replace",
          "CREATE TRIGGER grants_no_replace BEFORE INSERT ON grants WHEN "
          "EXISTS (SELECT 1 FROM grants WHERE account = NEW.account AND number = NEW.number) BEGIN "
          "SELECT RAISE(ABORT, 'grants are never replaced'); END"},
    Guard{"grants_keep_facts",
          "CREATE TRIGGER grants_keep_facts BEFORE UPDATE OF account, number, kind, amount, "
          "effective_at, expires_at, service ON grants BEGIN "
          "SELECT RAISE(ABORT, 'only what remains of a grant may change'); END"},
    Guard{"accounts_no_delete",
          "CREATE TRIGGER accounts_no_delete BEFORE DELETE ON accounts BEGIN "
          "SELECT RAISE(ABORT, 'accounts are never deleted'); END"},
    Guard{"accounts_no_replace",
          "CREATE TRIGGER accounts_no_replace BEFORE INSERT ON accounts WHEN "
          "EXISTS (SELECT 1 FROM accounts WHERE id = NEW.id OR user = NEW.user) BEGIN "
          "SELECT RAISE(ABORT, 'accounts are never replaced'); END"},
    Guard{"accounts_keep_user",
          "CREATE TRIGGER accounts_keep_user BEFORE UPDATE OF id, user, created_at ON accounts "
          "BEGIN SELECT RAISE(ABORT, 'whose an account is never changes'); END"},
};

}  // namespace

std::span<Migration const> migrations() {
    return steps;
}

std::span<Guard const> guards() {
    return all_guards;
}

}  // namespace adapters::sqlite
