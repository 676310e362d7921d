// Version 1: functions that take jobs out of their queues, see functions_load.cpp.
#include "adapters/postgres/migrations.h"

namespace adapters::postgres {

char const* const claim_functions = R"sql(
CREATE FUNCTION {s}.now_ms() RETURNS bigint LANGUAGE sql VOLATILE PARALLEL SAFE AS
$$ SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint $$;

-- A job and its place in `ready`. It does not run, so its row in `jobs` says all of it. Of one that
-- has never run (attempt 0) nothing is left out that differs from a fresh job; the others are to be
-- read again wholly.
CREATE TYPE {s}.claimed AS (
    place tid, id bigint, account bigint, user_id text, service text, key text, created_at bigint,
    body_hash bytea, parents text, has_children boolean, webhook text, trace text, terms text,
    version text, quoted bigint, input text, priority int, turn bigint, attempt int, run_at bigint,
    measured text
);

-- Dead entries before the queue's beginning would be walked over again and again until a vacuum
-- comes. So whoever sees that a look from the very start costs much notes where the queue begins,
-- and for half a second looks start there. What comes in meanwhile stands behind it, by its turn
-- and its number, but for requests whose transactions began long before: hence the distance kept,
-- and the half second.
CREATE FUNCTION {s}.floor_of(of_service text) RETURNS {s}.floors
LANGUAGE plpgsql STABLE AS
$$ DECLARE
    noted {s}.floors;
BEGIN
    SELECT * INTO noted FROM {s}.floors f WHERE f.service = of_service
        AND f.at > {s}.now_ms() - 500 AND f.at <= {s}.now_ms();
    IF NOT FOUND THEN
        noted := (of_service, 2147483647, 0, 0, 0);  -- above all priorities: the very start
    END IF;
    RETURN noted;
END $$;

CREATE FUNCTION {s}.note_floor(of_service text, walked bigint) RETURNS void
LANGUAGE plpgsql
{by_key} AS
$$ DECLARE
    former {s}.floors;
    top record;
BEGIN
    IF walked < 64 THEN
        RETURN;
    END IF;
    -- Whoever holds the row is noting the same.
    SELECT * INTO former FROM {s}.floors f WHERE f.service = of_service FOR UPDATE SKIP LOCKED;
    IF former.at > {s}.now_ms() - 500 OR former.at IS NULL AND EXISTS (
            SELECT FROM {s}.floors f WHERE f.service = of_service) THEN
        RETURN;
    END IF;
    SELECT r.priority, r.turn, r.job INTO top FROM {s}.ready r WHERE r.service = of_service
        AND r.priority = former.priority AND (r.turn, r.job) >= (former.turn, former.job)
        ORDER BY r.priority DESC, r.turn, r.job LIMIT 1;
    IF NOT FOUND THEN
        SELECT r.priority, r.turn, r.job INTO top FROM {s}.ready r WHERE r.service = of_service
            ORDER BY r.priority DESC, r.turn, r.job LIMIT 1;
    END IF;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    UPDATE {s}.floors f SET priority = top.priority, turn = top.turn, job = top.job - 10000,
        at = {s}.now_ms() WHERE f.service = former.service;
    INSERT INTO {s}.floors VALUES
        (of_service, top.priority, top.turn, top.job - 10000, {s}.now_ms())
        ON CONFLICT DO NOTHING;
END $$;

-- Pages of the queue's index that this session has touched so far.
CREATE FUNCTION {s}.pages_walked() RETURNS bigint LANGUAGE sql VOLATILE AS
$$ SELECT pg_stat_get_xact_blocks_fetched('{s}.ready_order'::regclass) $$;

-- The next jobs of one service in the order of its queue, each with where it stands in `ready`.
-- Jobs that others hold are passed over.
CREATE FUNCTION {s}.claim_one(of_service text, most int) RETURNS SETOF {s}.claimed
LANGUAGE plpgsql ROWS 500
{by_key} SET enable_sort = off AS
$$ DECLARE
    first {s}.floors := {s}.floor_of(of_service);
    before bigint := {s}.pages_walked();
BEGIN
    IF EXISTS (SELECT FROM {s}.queues q WHERE q.service = of_service AND q.mode = 1) THEN
        RETURN;
    END IF;
    -- Locked before the jobs are looked up: passing over what others hold must cost little.
    RETURN QUERY WITH above AS MATERIALIZED (
            SELECT r.ctid AS place, r.job FROM {s}.ready r
            WHERE r.service = of_service AND r.priority > first.priority
            ORDER BY r.priority DESC, r.turn, r.job LIMIT most FOR UPDATE SKIP LOCKED),
        on_floor AS MATERIALIZED (
            SELECT r.ctid AS place, r.job FROM {s}.ready r
            WHERE r.service = of_service AND r.priority = first.priority
            AND (r.turn, r.job) >= (first.turn, first.job)
            ORDER BY r.priority DESC, r.turn, r.job LIMIT most - (SELECT count(*) FROM above)
            FOR UPDATE SKIP LOCKED),
        below AS MATERIALIZED (
            SELECT r.ctid AS place, r.job FROM {s}.ready r
            WHERE r.service = of_service AND r.priority < first.priority
            ORDER BY r.priority DESC, r.turn, r.job
            LIMIT most - (SELECT count(*) FROM above) - (SELECT count(*) FROM on_floor)
            FOR UPDATE SKIP LOCKED)
        SELECT m.place, j.id, j.account, j.user_id, j.service, j.key, j.created_at, j.body_hash,
            j.parents, j.has_children, j.webhook, j.trace, j.terms, j.version, j.quoted, j.input,
            j.priority, j.turn, j.attempt, j.run_at, j.measured
        FROM (TABLE above UNION ALL TABLE on_floor UNION ALL TABLE below) AS m
        CROSS JOIN LATERAL (SELECT * FROM {s}.jobs x WHERE x.id = m.job OFFSET 0) AS j;
    IF first.at = 0 THEN
        PERFORM {s}.note_floor(of_service, {s}.pages_walked() - before - most / 50);
    END IF;
END $$;

-- The next jobs of several services: turns count from the first one of each service and priority.
-- Looked at are as many as could be taken, and only where others hold most of those, more.
CREATE FUNCTION {s}.claim_many(services text[], slots int[], most int)
RETURNS SETOF {s}.claimed
LANGUAGE plpgsql ROWS 500
{by_key} AS
$$ DECLARE
    floors {s}.floors[] := ARRAY(SELECT {s}.floor_of(s.name) FROM unnest(services) AS s (name)
        WHERE NOT EXISTS (SELECT FROM {s}.queues q WHERE q.service = s.name AND q.mode = 1));
    before bigint := {s}.pages_walked();
    breadth int;
    chosen tid[];
    mine tid[];
BEGIN
    FOREACH breadth IN ARRAY ARRAY[1, 4] LOOP
        SELECT array_agg(c.at ORDER BY c.place) INTO chosen FROM (
            SELECT f.at, row_number() OVER (ORDER BY f.priority DESC, f.place, f.job) AS place
            FROM (
                SELECT x.at, x.job, x.priority,
                    x.turn - min(x.turn) OVER (PARTITION BY s.service, x.priority) AS place
                FROM unnest(services, slots) AS s (service, slots)
                JOIN unnest(floors) AS l ON l.service = s.service
                CROSS JOIN LATERAL ((
                    SELECT r.ctid AS at, r.job, r.priority, r.turn FROM {s}.ready r
                    WHERE r.service = l.service AND r.priority > l.priority
                    ORDER BY r.priority DESC, r.turn, r.job LIMIT breadth * least(s.slots, most))
                UNION ALL (
                    SELECT r.ctid AS at, r.job, r.priority, r.turn FROM {s}.ready r
                    WHERE r.service = l.service AND r.priority = l.priority
                    AND (r.turn, r.job) >= (l.turn, l.job)
                    ORDER BY r.priority DESC, r.turn, r.job LIMIT breadth * least(s.slots, most))
                UNION ALL (
                    SELECT r.ctid AS at, r.job, r.priority, r.turn FROM {s}.ready r
                    WHERE r.service = l.service AND r.priority < l.priority
                    ORDER BY r.priority DESC, r.turn, r.job LIMIT breadth * least(s.slots, most))
                ) AS x) AS f
            ) AS c;
        mine := ARRAY(SELECT k.at FROM (
            SELECT l.at, l.place, l.service,
                row_number() OVER (PARTITION BY l.service ORDER BY l.place) AS number FROM (
                SELECT r.ctid AS at, r.service, u.place FROM unnest(chosen) WITH ORDINALITY
                    AS u (at, place) JOIN {s}.ready r ON r.ctid = u.at
                ORDER BY u.place LIMIT breadth * most FOR UPDATE OF r SKIP LOCKED) AS l) AS k
            JOIN unnest(services, slots) AS s (service, slots)
                ON s.service = k.service AND k.number <= s.slots
            ORDER BY k.place LIMIT most);
        EXIT WHEN cardinality(mine) >= least(most, coalesce(cardinality(chosen), 0)) / 2;
    END LOOP;
    RETURN QUERY SELECT r.ctid, j.id, j.account, j.user_id, j.service, j.key, j.created_at,
            j.body_hash, j.parents, j.has_children, j.webhook, j.trace, j.terms, j.version,
            j.quoted, j.input, j.priority, j.turn, j.attempt, j.run_at, j.measured
        FROM unnest(mine) WITH ORDINALITY AS m (at, place) JOIN {s}.ready r ON r.ctid = m.at
        JOIN {s}.jobs j ON j.id = r.job ORDER BY m.place;
    IF {s}.pages_walked() - before > 64 + cardinality(services) * (3 + most / 50) THEN
        PERFORM {s}.note_floor(l.service, 64) FROM unnest(floors) AS l WHERE l.at = 0;
    END IF;
END $$;

CREATE FUNCTION {s}.anything_ready(services text[]) RETURNS boolean
LANGUAGE plpgsql STABLE
{by_key} AS
$$ DECLARE
    name text;
    first {s}.floors;
BEGIN
    FOREACH name IN ARRAY services LOOP
        CONTINUE WHEN EXISTS (SELECT FROM {s}.queues q WHERE q.service = name AND q.mode = 1);
        first := {s}.floor_of(name);
        -- Not EXISTS, which would forget the order and with it the index.
        IF (SELECT r.job FROM {s}.ready r
                WHERE r.service = name AND r.priority = first.priority
                AND (r.turn, r.job) >= (first.turn, first.job)
                ORDER BY r.priority DESC, r.turn, r.job LIMIT 1) IS NOT NULL
            OR (SELECT r.job FROM {s}.ready r WHERE r.service = name AND r.priority > first.priority
                ORDER BY r.priority DESC, r.turn, r.job LIMIT 1) IS NOT NULL
            OR (SELECT r.job FROM {s}.ready r WHERE r.service = name AND r.priority < first.priority
                ORDER BY r.priority DESC, r.turn, r.job LIMIT 1) IS NOT NULL THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END $$;

-- The lowest turn of each priority of these services. Where none waits on the floor, the floor is
-- the lowest: who comes before it would not be seen at once.
CREATE FUNCTION {s}.lowest_turns(services text[])
RETURNS TABLE (service text, priority int, turn bigint)
LANGUAGE plpgsql ROWS 10
{by_key} AS
$$ BEGIN
    RETURN QUERY WITH RECURSIVE floor AS MATERIALIZED (
        SELECT f, CASE (f).at WHEN 0 THEN -2147483648 ELSE (f).priority END AS over
        FROM (SELECT {s}.floor_of(s.name) AS f FROM unnest(services) AS s (name)) AS noted),
    hop AS (
        SELECT f, over, x.* FROM floor CROSS JOIN LATERAL (
            SELECT r.priority, r.turn FROM {s}.ready r
            WHERE r.service = (f).service AND r.priority > over
            ORDER BY r.priority DESC, r.turn LIMIT 1) AS x
        UNION ALL
        SELECT h.f, h.over, x.* FROM hop h CROSS JOIN LATERAL (
            SELECT r.priority, r.turn FROM {s}.ready r
            WHERE r.service = (h.f).service AND r.priority < h.priority AND r.priority > h.over
            ORDER BY r.priority DESC, r.turn LIMIT 1) AS x),
    under AS (
        SELECT f, (f).priority, coalesce((SELECT r.turn FROM {s}.ready r
                WHERE r.service = (f).service AND r.priority = (f).priority
                AND (r.turn, r.job) >= ((f).turn, (f).job) ORDER BY r.turn, r.job LIMIT 1),
            (f).turn) AS turn
        FROM floor WHERE (f).at <> 0
        UNION ALL
        SELECT u.f, x.* FROM under u CROSS JOIN LATERAL (
            SELECT r.priority, r.turn FROM {s}.ready r
            WHERE r.service = (u.f).service AND r.priority < u.priority
            ORDER BY r.priority DESC, r.turn LIMIT 1) AS x)
    SELECT (h.f).service, h.priority, h.turn FROM hop h
    UNION ALL SELECT (u.f).service, u.priority, u.turn FROM under u;
END $$;
)sql";

}  // namespace adapters::postgres
