// Version 1: functions that load jobs and accounts under lock. They are functions so that their
// plans are made once in a session, even behind a pooler, and so that what has to see the newest
// rows after a lock runs in statements of its own without a round trip between them.
//
// Everything here is found by key. The planner is told so: the tables change size by a million rows
// between two looks at their statistics, and a plan that was right for an empty table must not
// stay.
#include "adapters/postgres/migrations.h"

namespace adapters::postgres {

char const* const load_functions = R"sql(
-- Locks each job's rows and then reads them: what a claim has just done is seen, as the lock of the
-- `ready` row waits for it.
CREATE FUNCTION {s}.load_jobs(ids bigint[]) RETURNS SETOF {s}.job_now
LANGUAGE plpgsql ROWS 500
{by_key} AS
$$ BEGIN
    PERFORM count(*) FROM (SELECT DISTINCT x AS id FROM unnest(ids) AS x ORDER BY 1) AS u
        CROSS JOIN LATERAL (
            SELECT FROM {s}.jobs j WHERE j.id = u.id FOR NO KEY UPDATE) AS locked;
    PERFORM count(*) FROM (SELECT DISTINCT x AS id FROM unnest(ids) AS x ORDER BY 1) AS u
        CROSS JOIN LATERAL (
            SELECT FROM {s}.jobs j JOIN {s}.ready r ON r.account = j.account
                AND r.service = j.service AND r.priority = j.priority AND r.turn = j.turn
                AND r.job = j.id WHERE j.id = u.id FOR UPDATE OF r) AS locked;
    PERFORM count(*) FROM (SELECT DISTINCT x AS id FROM unnest(ids) AS x ORDER BY 1) AS u
        CROSS JOIN LATERAL (SELECT FROM {s}.running r WHERE r.job = u.id FOR UPDATE) AS locked;
    RETURN QUERY SELECT n.* FROM (SELECT DISTINCT x AS id FROM unnest(ids) AS x ORDER BY 1) AS u
        CROSS JOIN LATERAL (SELECT * FROM {s}.job_now v WHERE v.id = u.id OFFSET 0) AS n;
END $$;

-- For sweeps: a job that somebody else is at will be looked at next time. In the order asked for.
CREATE FUNCTION {s}.load_free_jobs(ids bigint[]) RETURNS SETOF {s}.job_now
LANGUAGE plpgsql ROWS 500
{by_key} AS
$$ DECLARE
    free bigint[];
BEGIN
    SELECT array_agg(f.id ORDER BY f.place) INTO free FROM (
        SELECT j.id, u.place FROM unnest(ids) WITH ORDINALITY AS u (id, place)
        CROSS JOIN LATERAL (
            SELECT x.id FROM {s}.jobs x WHERE x.id = u.id FOR NO KEY UPDATE SKIP LOCKED) AS j) AS f;
    PERFORM count(*) FROM (SELECT DISTINCT x AS id FROM unnest(free) AS x ORDER BY 1) AS u
        CROSS JOIN LATERAL (SELECT FROM {s}.running r WHERE r.job = u.id FOR UPDATE) AS locked;
    RETURN QUERY SELECT n.* FROM unnest(free) AS u (id)
        CROSS JOIN LATERAL (SELECT * FROM {s}.job_now v WHERE v.id = u.id OFFSET 0) AS n;
END $$;

CREATE FUNCTION {s}.load_accounts(ids bigint[]) RETURNS SETOF {s}.accounts
LANGUAGE plpgsql ROWS 500
{by_key} AS
$$ BEGIN
    RETURN QUERY SELECT a.* FROM (SELECT DISTINCT x AS id FROM unnest(ids) AS x ORDER BY 1) AS u
        CROSS JOIN LATERAL (
            SELECT * FROM {s}.accounts b WHERE b.id = u.id FOR NO KEY UPDATE) AS a;
END $$;

CREATE FUNCTION {s}.load_users(users text[]) RETURNS SETOF {s}.accounts
LANGUAGE plpgsql ROWS 500
{by_key} AS
$$ BEGIN
    RETURN QUERY SELECT a.* FROM (
            SELECT b.id FROM unnest(users) AS x (name) CROSS JOIN LATERAL (
                SELECT c.id FROM {s}.accounts c WHERE c.user_id = x.name OFFSET 0) AS b
            ORDER BY b.id) AS u
        CROSS JOIN LATERAL (
            SELECT * FROM {s}.accounts d WHERE d.id = u.id FOR NO KEY UPDATE) AS a;
END $$;

CREATE FUNCTION {s}.read_users(users text[]) RETURNS SETOF {s}.accounts
LANGUAGE plpgsql ROWS 500
{by_key} AS
$$ BEGIN
    RETURN QUERY SELECT a.* FROM unnest(users) AS u (name) CROSS JOIN LATERAL (
        SELECT * FROM {s}.accounts b WHERE b.user_id = u.name OFFSET 0) AS a;
END $$;

-- The highest turn of each priority that these accounts have waiting in these services.
CREATE FUNCTION {s}.highest_turns(accounts bigint[], services text[])
RETURNS TABLE (account bigint, service text, priority int, turn bigint)
LANGUAGE plpgsql ROWS 10
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off AS
$$ BEGIN
    RETURN QUERY WITH RECURSIVE hop AS (
        SELECT x.account, x.service, x.priority, x.turn
        FROM unnest(accounts) AS a (id) CROSS JOIN unnest(services) AS s (name)
        CROSS JOIN LATERAL (
            SELECT r.account, r.service, r.priority, r.turn FROM {s}.ready r
            WHERE r.account = a.id AND r.service = s.name
            ORDER BY r.priority DESC, r.turn DESC LIMIT 1) AS x
        UNION ALL
        SELECT x.account, x.service, x.priority, x.turn FROM hop h CROSS JOIN LATERAL (
            SELECT r.account, r.service, r.priority, r.turn FROM {s}.ready r
            WHERE r.account = h.account AND r.service = h.service AND r.priority < h.priority
            ORDER BY r.priority DESC, r.turn DESC LIMIT 1) AS x)
    SELECT h.account, h.service, h.priority, h.turn FROM hop h;
END $$;
)sql";

}  // namespace adapters::postgres
