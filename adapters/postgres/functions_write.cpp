// Version 1: functions that write jobs, many at a time.
#include "adapters/postgres/migrations.h"

namespace adapters::postgres {

char const* const write_functions = R"sql(
-- The columns of a job, and those of them that may change. The types are as old as the programs
-- that use them: a column that comes later comes with types and functions of its own.
CREATE TYPE {s}.new_job AS (
    id bigint, account bigint, created_at bigint, quoted bigint, run_at bigint, turn bigint,
    lease_until bigint, started_at bigint, finished_at bigint, deadline_at bigint,
    debited bigint, settled bigint, refunded bigint, waived bigint, absorbed bigint, net bigint,
    duration_ms bigint, priority int, attempt int, failures int, losses int, charge int,
    progress smallint, state smallint, wait smallint, charge_open boolean, pruned boolean,
    has_children boolean, fate_unknown boolean, late_result boolean, poison boolean,
    has_error boolean, error_retryable boolean, worker text, provider text, task text,
    progress_note text, error_code text, error_message text, result text, measured text,
    user_id text, service text, key text, body_hash bytea, parents text, webhook text, trace text,
    terms text, version text, input text
);

CREATE TYPE {s}.job_change AS (
    id bigint, run_at bigint, turn bigint, lease_until bigint, started_at bigint,
    finished_at bigint, deadline_at bigint, debited bigint, settled bigint, refunded bigint,
    waived bigint, absorbed bigint, net bigint, duration_ms bigint, priority int, attempt int,
    failures int, losses int, charge int, progress smallint, state smallint, wait smallint,
    charge_open boolean, pruned boolean, has_children boolean, fate_unknown boolean,
    late_result boolean, poison boolean, has_error boolean, error_retryable boolean,
    worker text, provider text, task text, progress_note text, error_code text,
    error_message text, result text, measured text
);

CREATE TYPE {s}.new_event AS (job bigint, at bigint, attempt int, kind text, detail text);

CREATE FUNCTION {s}.insert_jobs(rows {s}.new_job[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS
$$ BEGIN
    INSERT INTO {s}.jobs SELECT * FROM unnest(rows);
END $$;

-- Children of a job that has ended are to be looked at. `has_children` is not taken over: whoever
-- adds a child sets it, and a worker that remembers the job does not know.
CREATE FUNCTION {s}.update_jobs(rows {s}.job_change[]) RETURNS void
LANGUAGE plpgsql
{by_key} AS
$$ BEGIN
    WITH written AS (
        UPDATE {s}.jobs j SET
        run_at = u.run_at, turn = u.turn, lease_until = u.lease_until,
        started_at = u.started_at, finished_at = u.finished_at, deadline_at = u.deadline_at,
        debited = u.debited, settled = u.settled, refunded = u.refunded, waived = u.waived,
        absorbed = u.absorbed, net = u.net, duration_ms = u.duration_ms, priority = u.priority,
        attempt = u.attempt, failures = u.failures, losses = u.losses, charge = u.charge,
        progress = u.progress, state = u.state, wait = u.wait, charge_open = u.charge_open,
        pruned = u.pruned, fate_unknown = u.fate_unknown,
        late_result = u.late_result, poison = u.poison, has_error = u.has_error,
        error_retryable = u.error_retryable, worker = u.worker, provider = u.provider,
        task = u.task, progress_note = u.progress_note, error_code = u.error_code,
        error_message = u.error_message, result = u.result, measured = u.measured
        FROM unnest(rows) AS u WHERE j.id = u.id RETURNING j.id, j.state, j.has_children)
    INSERT INTO {s}.stirred (child) SELECT e.child FROM written w JOIN {s}.edges e
        ON e.parent = w.id WHERE w.has_children AND w.state >= 2;
END $$;

CREATE FUNCTION {s}.add_ready(rows {s}.ready[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS
$$ BEGIN
    INSERT INTO {s}.ready SELECT * FROM unnest(rows);
END $$;

CREATE FUNCTION {s}.drop_ready(rows {s}.ready[]) RETURNS void
LANGUAGE plpgsql
{by_key} AS
$$ BEGIN
    DELETE FROM {s}.ready r USING unnest(rows) AS u
    WHERE r.service = u.service AND r.priority = u.priority AND r.turn = u.turn AND r.job = u.job;
END $$;

-- Rows that a claim has locked; they have not moved since.
CREATE FUNCTION {s}.drop_claimed(places tid[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS
$$ BEGIN
    DELETE FROM {s}.ready r WHERE r.ctid = ANY(places);
END $$;

CREATE FUNCTION {s}.add_running(rows {s}.running[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS
$$ BEGIN
    INSERT INTO {s}.running SELECT * FROM unnest(rows);
END $$;

-- The rows come with the `rev` that they are to have: one more than the one that is there.
CREATE FUNCTION {s}.update_running(rows {s}.running[]) RETURNS void
LANGUAGE plpgsql
{by_key} AS
$$ DECLARE
    updated bigint;
BEGIN
    UPDATE {s}.running r SET lease_until = u.lease_until, started_at = u.started_at,
        deadline_at = u.deadline_at, debited = u.debited, settled = u.settled,
        refunded = u.refunded, waived = u.waived, absorbed = u.absorbed, net = u.net, rev = u.rev,
        attempt = u.attempt, charge = u.charge, progress = u.progress, charge_open = u.charge_open,
        fate_unknown = u.fate_unknown, worker = u.worker, provider = u.provider, task = u.task,
        progress_note = u.progress_note
    FROM unnest(rows) AS u WHERE r.job = u.job AND r.rev = u.rev - 1;
    GET DIAGNOSTICS updated = ROW_COUNT;
    IF updated <> cardinality(rows) THEN
        RAISE EXCEPTION 'a job was changed by another transaction' USING ERRCODE = '40001';
    END IF;
END $$;

CREATE FUNCTION {s}.drop_running(jobs bigint[], revs int[]) RETURNS void
LANGUAGE plpgsql
{by_key} AS
$$ DECLARE
    dropped bigint;
BEGIN
    DELETE FROM {s}.running r USING unnest(jobs, revs) AS u (job, rev)
    WHERE r.job = u.job AND r.rev = u.rev;
    GET DIAGNOSTICS dropped = ROW_COUNT;
    IF dropped <> cardinality(jobs) THEN
        RAISE EXCEPTION 'a job was changed by another transaction' USING ERRCODE = '40001';
    END IF;
END $$;
)sql";

}  // namespace adapters::postgres
