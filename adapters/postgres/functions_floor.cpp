// Version 11: where a queue begins stays known for as long as jobs are taken from it.
//
// A note of it (floor_of, functions_claim.cpp) is believed for half a second. Who claims writes a
// new one before that, from the former one onwards, which costs little; a look from the very start
// walks over everything that was claimed since the last vacuum, and everybody who enqueued or
// claimed at that moment did so. It is still done when a note has been kept for a second, for what
// stands before it: jobs that came back with the turn that they had, and those of a transaction
// that took so long that the note had moved past them.
#include "adapters/postgres/migrations.h"

namespace adapters::postgres {

char const* const floor_functions = R"sql(
ALTER TABLE {s}.floors ADD COLUMN since bigint NOT NULL DEFAULT 0;

CREATE OR REPLACE FUNCTION {s}.floor_of(of_service text) RETURNS {s}.floors
LANGUAGE plpgsql STABLE AS
$$ DECLARE
    noted {s}.floors;
BEGIN
    SELECT * INTO noted FROM {s}.floors f WHERE f.service = of_service
        AND f.at > {s}.now_ms() - 500 AND f.at <= {s}.now_ms();
    IF NOT FOUND THEN
        noted := (of_service, 2147483647, 0, 0, 0, 0);  -- above all priorities: the very start
    END IF;
    RETURN noted;
END $$;

CREATE OR REPLACE FUNCTION {s}.note_floor(of_service text, walked bigint) RETURNS void
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
        ORDER BY r.priority DESC, r.turn, r.job LIMIT 1;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    INSERT INTO {s}.floors AS f (service, priority, turn, job, at, since) VALUES
        (of_service, top.priority, top.turn, top.job - 10000, {s}.now_ms(), {s}.now_ms())
        ON CONFLICT (service) DO UPDATE SET priority = excluded.priority, turn = excluded.turn,
            job = excluded.job, at = excluded.at, since = excluded.since;
END $$;

-- Looked for from the former note onwards, and only by one at a time.
CREATE FUNCTION {s}.keep_floor(former {s}.floors) RETURNS void
LANGUAGE plpgsql
{by_key} AS
$$ DECLARE
    top record;
BEGIN
    IF former.at > {s}.now_ms() - 200 OR former.since < {s}.now_ms() - 1000 THEN
        RETURN;
    END IF;
    PERFORM FROM {s}.floors f WHERE f.service = former.service AND f.at = former.at
        FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT r.turn, r.job INTO top FROM {s}.ready r WHERE r.service = former.service
        AND r.priority = former.priority AND (r.turn, r.job) >= (former.turn, former.job)
        ORDER BY r.priority DESC, r.turn, r.job LIMIT 1;
    IF FOUND THEN
        UPDATE {s}.floors f SET turn = top.turn, job = top.job - 10000, at = {s}.now_ms()
        WHERE f.service = former.service;
    END IF;
END $$;

CREATE OR REPLACE FUNCTION {s}.claim_one(of_service text, most int) RETURNS SETOF {s}.claimed
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
    ELSE
        PERFORM {s}.keep_floor(first);
    END IF;
END $$;

-- The same for several services, around the function that there is.
ALTER FUNCTION {s}.claim_many(text[], int[], int) RENAME TO claim_of_many;

CREATE FUNCTION {s}.claim_many(services text[], slots int[], most int)
RETURNS SETOF {s}.claimed
LANGUAGE plpgsql ROWS 500 AS
$$ DECLARE
    floors {s}.floors[] := ARRAY(SELECT {s}.floor_of(s.name) FROM unnest(services) AS s (name)
        ORDER BY s.name);
BEGIN
    RETURN QUERY SELECT * FROM {s}.claim_of_many(services, slots, most);
    PERFORM {s}.keep_floor(l) FROM unnest(floors) AS l WHERE l.at <> 0;
END $$;
)sql";

}  // namespace adapters::postgres
