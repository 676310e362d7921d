// Version 1: enqueue(), the way in for programs that have a transaction of their own.
#include "adapters/postgres/migrations.h"

namespace adapters::postgres {

char const* const enqueue_function = R"sql(
-- The job exists if and only if the caller's transaction commits. Checks what can be checked without
-- the price book; the price is frozen when a worker takes the request up, and what it refuses then
-- (an unknown service, an input that does not fit) is a failed job that cost nothing.
-- Returns the job's id. The same user and key again: the same id, if the request is the same.
CREATE FUNCTION {s}.enqueue(service text, user_id text, input jsonb DEFAULT '{}',
    key text DEFAULT NULL, run_at timestamptz DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$
#variable_conflict use_column
DECLARE
    a_service constant text := enqueue.service;
    a_user constant text := enqueue.user_id;
    a_key constant text := coalesce(enqueue.key, '');
    an_input constant text := coalesce(enqueue.input, '{}')::text;
    new_id bigint;
    known record;
BEGIN
    IF a_service IS NULL OR a_service !~ '^[A-Za-z0-9_.-]{1,64}$' THEN
        RAISE EXCEPTION 'service: must be 1 to 64 letters, digits, "_", "." or "-"'
            USING ERRCODE = '22023';
    END IF;
    IF a_user IS NULL OR length(a_user) NOT BETWEEN 1 AND 128 OR a_user ~ '[[:cntrl:]]|^ | $' THEN
        RAISE EXCEPTION 'user_id: must be 1 to 128 printable characters, no space at the ends'
            USING ERRCODE = '22023';
    END IF;
    IF length(a_key) > 255 OR a_key ~ '[[:cntrl:]]' THEN
        RAISE EXCEPTION 'key: must be at most 255 printable characters' USING ERRCODE = '22023';
    END IF;
    IF jsonb_typeof(coalesce(enqueue.input, '{}')) <> 'object' THEN
        RAISE EXCEPTION 'input: must be a JSON object' USING ERRCODE = '22023';
    END IF;
    IF octet_length(an_input) > 1048576 THEN
        RAISE EXCEPTION 'input: is longer than 1 MiB' USING ERRCODE = '22023';
    END IF;
    IF EXISTS (SELECT FROM {s}.queues q WHERE q.service = a_service AND q.mode = 2) THEN
        RAISE EXCEPTION 'service: the queue of % is draining and takes no new jobs', a_service
            USING ERRCODE = '55000';
    END IF;
    IF a_key <> '' THEN
        SELECT j.id, j.service, j.input INTO known FROM {s}.accounts a
            JOIN {s}.job_keys k ON k.account = a.id AND k.key = a_key
            JOIN {s}.jobs j ON j.id = k.job WHERE a.user_id = a_user;
    END IF;
    IF known IS NULL THEN
        INSERT INTO {s}.inbox AS i (id, created_at, run_at, user_id, service, key, input)
        VALUES (nextval('{s}.job_ids'), {s}.now_ms(),
            (extract(epoch FROM enqueue.run_at) * 1000)::bigint, a_user, a_service, a_key, an_input)
        ON CONFLICT (user_id, key) WHERE i.key <> '' DO NOTHING RETURNING i.id INTO new_id;
        IF new_id IS NOT NULL THEN
            RETURN new_id;
        END IF;
        SELECT i.id, i.service, i.input INTO known FROM {s}.inbox i
            WHERE i.user_id = a_user AND i.key = a_key;
        IF known IS NULL THEN  -- it was taken up at this moment
            RETURN {s}.enqueue(a_service, a_user, enqueue.input, a_key, enqueue.run_at);
        END IF;
    END IF;
    IF known.service <> a_service
            OR (known.input <> '' AND known.input::jsonb <> an_input::jsonb) THEN
        RAISE EXCEPTION 'key: % was used for another request of this user', a_key
            USING ERRCODE = '23505';
    END IF;
    RETURN known.id;
END $$;
)sql";

}  // namespace adapters::postgres
