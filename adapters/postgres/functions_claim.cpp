// Version 1: functions that load jobs and accounts under lock. They are functions so that their
// plans are made once in a session, even behind a pooler, and so that what has to see the newest
// rows after a lock runs in statements of its own without a round trip between them.
//
// Everything here is found by key. The planner is told so: the tables change size by a million rows
// between two looks at their statistics, and a plan that was right for an empty table must not
// stay.
#include "adapters/postgres/migrations.h"

namespace adapters::postgres {

char const* const claim_functions = R"sql(
CREATE FUNCTION {s}.now_ms() RETURNS bigint LANGUAGE sql VOLATILE PARALLEL SAFE AS
$$ SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint $$;

-- The next jobs of one service in the order of its queue. Jobs that others hold are passed over.
CREATE FUNCTION {s}.claim_one(of_service text, most int) RETURNS SETOF {s}.jobs
LANGUAGE plpgsql ROWS 500
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off SET enable_bitmapscan = off SET enable_sort = off AS
$$ BEGIN
    IF EXISTS (SELECT FROM {s}.queues q WHERE q.service = of_service AND q.mode = 1) THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT j.* FROM {s}.ready r JOIN {s}.jobs j ON j.id = r.job
        WHERE r.service = of_service AND j.state = 0 AND j.wait = 0
        ORDER BY r.priority DESC, r.turn, r.job LIMIT most FOR NO KEY UPDATE OF j SKIP LOCKED;
END $$;

-- The next jobs of several services: turns count from the first one of each service and priority.
CREATE FUNCTION {s}.claim_many(services text[], slots int[], most int) RETURNS SETOF {s}.jobs
LANGUAGE plpgsql ROWS 500
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off SET enable_bitmapscan = off AS
$$ DECLARE
    chosen bigint[];
BEGIN
    SELECT array_agg(c.job ORDER BY c.place) INTO chosen FROM (
        SELECT f.job, row_number() OVER (ORDER BY f.priority DESC, f.place, f.job) AS place FROM (
            SELECT s.service, s.slots, x.job, x.priority,
                x.turn - min(x.turn) OVER (PARTITION BY s.service, x.priority) AS place,
                row_number() OVER (PARTITION BY s.service
                    ORDER BY x.priority DESC, x.turn, x.job) AS number
            FROM unnest(services, slots) AS s (service, slots) CROSS JOIN LATERAL (
                SELECT r.job, r.priority, r.turn FROM {s}.ready r WHERE r.service = s.service
                    AND NOT EXISTS (SELECT FROM {s}.queues q
                        WHERE q.service = s.service AND q.mode = 1)
                ORDER BY r.priority DESC, r.turn, r.job LIMIT 4 * least(s.slots, most)) AS x) AS f
        ) AS c;
    RETURN QUERY
        WITH locked AS MATERIALIZED (
            SELECT j AS job, u.place FROM unnest(chosen) WITH ORDINALITY AS u (id, place)
            JOIN {s}.jobs j ON j.id = u.id WHERE j.state = 0 AND j.wait = 0
            ORDER BY u.place LIMIT 4 * most FOR NO KEY UPDATE OF j SKIP LOCKED),
        counted AS (
            SELECT l.job, l.place, row_number() OVER (
                PARTITION BY (l.job).service ORDER BY l.place) AS number FROM locked l)
        SELECT (c.job).* FROM counted c JOIN unnest(services, slots) AS s (service, slots)
            ON s.service = (c.job).service AND c.number <= s.slots ORDER BY c.place LIMIT most;
END $$;

CREATE FUNCTION {s}.load_jobs(ids bigint[]) RETURNS SETOF {s}.jobs
LANGUAGE plpgsql ROWS 500
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off SET enable_bitmapscan = off AS
$$ BEGIN
    RETURN QUERY SELECT j.* FROM unnest(ids) AS u (id) JOIN {s}.jobs j ON j.id = u.id
        ORDER BY j.id FOR NO KEY UPDATE OF j;
END $$;

-- For sweeps: a job that somebody else is at will be looked at next time.
CREATE FUNCTION {s}.load_free_jobs(ids bigint[]) RETURNS SETOF {s}.jobs
LANGUAGE plpgsql ROWS 500
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off SET enable_bitmapscan = off AS
$$ BEGIN
    RETURN QUERY SELECT j.* FROM unnest(ids) WITH ORDINALITY AS u (id, place)
        JOIN {s}.jobs j ON j.id = u.id ORDER BY u.place FOR NO KEY UPDATE OF j SKIP LOCKED;
END $$;

CREATE FUNCTION {s}.load_accounts(ids bigint[]) RETURNS SETOF {s}.accounts
LANGUAGE plpgsql ROWS 500
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off SET enable_bitmapscan = off AS
$$ BEGIN
    RETURN QUERY SELECT a.* FROM unnest(ids) AS u (id) JOIN {s}.accounts a ON a.id = u.id
        ORDER BY a.id FOR NO KEY UPDATE OF a;
END $$;

CREATE FUNCTION {s}.load_users(users text[]) RETURNS SETOF {s}.accounts
LANGUAGE plpgsql ROWS 500
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off SET enable_bitmapscan = off AS
$$ BEGIN
    RETURN QUERY SELECT a.* FROM unnest(users) AS u (name) JOIN {s}.accounts a
        ON a.user_id = u.name ORDER BY a.id FOR NO KEY UPDATE OF a;
END $$;

CREATE FUNCTION {s}.read_users(users text[]) RETURNS SETOF {s}.accounts
LANGUAGE plpgsql ROWS 500
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off SET enable_bitmapscan = off AS
$$ BEGIN
    RETURN QUERY SELECT a.* FROM unnest(users) AS u (name) JOIN {s}.accounts a
        ON a.user_id = u.name;
END $$;

-- The lowest turn of each priority of these services.
CREATE FUNCTION {s}.lowest_turns(services text[])
RETURNS TABLE (service text, priority int, turn bigint)
LANGUAGE plpgsql ROWS 10
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS
$$ BEGIN
    RETURN QUERY WITH RECURSIVE hop AS (
        SELECT x.service, x.priority, x.turn FROM unnest(services) AS s (name) CROSS JOIN LATERAL (
            SELECT r.service, r.priority, r.turn FROM {s}.ready r WHERE r.service = s.name
            ORDER BY r.priority DESC, r.turn LIMIT 1) AS x
        UNION ALL
        SELECT x.service, x.priority, x.turn FROM hop h CROSS JOIN LATERAL (
            SELECT r.service, r.priority, r.turn FROM {s}.ready r
            WHERE r.service = h.service AND r.priority < h.priority
            ORDER BY r.priority DESC, r.turn LIMIT 1) AS x)
    SELECT h.service, h.priority, h.turn FROM hop h;
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
