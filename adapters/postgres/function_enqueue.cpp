// Version 1: enqueue(), the way in for programs that have a transaction of their own.
#include "adapters/postgres/migrations.h"

namespace adapters::postgres {

char const* const enqueue_function = R"sql(
-- The job exists if and only if the caller's transaction commits. Checks what can be checked
-- without the price book. The price is frozen when the request is taken up, and what is refused
-- then (an unknown service, an input that does not fit) is a failed job that cost nothing.
-- Returns the job's id. The same user and key again: the same id, if service and input are the
-- same.
CREATE FUNCTION {s}.enqueue(service text, user_id text, input jsonb DEFAULT '{}',
    key text DEFAULT NULL, run_at timestamptz DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$
#variable_conflict use_column
DECLARE
    a_service constant text := coalesce(enqueue.service, '');
    a_user constant text := coalesce(enqueue.user_id, '');
    a_key constant text := coalesce(enqueue.key, '');
    an_input constant jsonb := coalesce(enqueue.input, '{}');
    not_a_name constant text := E'[\\u0001-\\u001f\\u007f-\\u009f\\u00ad\\u200b-\\u200f'
        '\\u2028-\\u202e\\u2060-\\u206f\\ufdd0-\\ufdef\\ufeff\\ufffe\\uffff]|^ | $';
    new_id bigint;
    known record;
    same boolean;
BEGIN
    IF a_service !~ '^[A-Za-z0-9_.-]{1,64}$' THEN
        RAISE EXCEPTION 'service: must be 1 to 64 letters, digits, "_", "." or "-"'
            USING ERRCODE = '22023';
    END IF;
    IF length(a_user) NOT BETWEEN 1 AND 128 OR a_user ~ not_a_name THEN
        RAISE EXCEPTION 'user_id: must be 1 to 128 printable characters, no space at the ends'
            USING ERRCODE = '22023';
    END IF;
    IF length(a_key) > 255 OR a_key ~ not_a_name THEN
        RAISE EXCEPTION 'key: must be at most 255 printable characters, no space at the ends'
            USING ERRCODE = '22023';
    END IF;
    IF jsonb_typeof(an_input) <> 'object' THEN
        RAISE EXCEPTION 'input: must be a JSON object, and is of type %', jsonb_typeof(an_input)
            USING ERRCODE = '22023';
    END IF;
    IF octet_length(an_input::text) > 16777216 THEN
        RAISE EXCEPTION 'input: is longer than 16 MiB' USING ERRCODE = '22023';
    END IF;
    IF enqueue.run_at < to_timestamp(0) OR enqueue.run_at >= to_timestamp(253402300800) THEN
        RAISE EXCEPTION 'run_at: must be a time between 1970 and 9999' USING ERRCODE = '22023';
    END IF;
    FOR attempt IN 1..20 LOOP
        IF a_key <> '' THEN
            SELECT j.id, j.service, j.input INTO known FROM {s}.accounts a
                JOIN {s}.job_keys k ON k.account = a.id AND k.key = a_key
                JOIN {s}.jobs j ON j.id = k.job WHERE a.user_id = a_user;
            IF NOT FOUND THEN
                SELECT i.id, i.service, i.input INTO known FROM {s}.inbox i
                    WHERE i.user_id = a_user AND i.key = a_key;
            END IF;
            IF FOUND THEN
                BEGIN  -- the input of an old job is gone, and its service has to do
                    same := known.service = a_service
                        AND (known.input = '' OR known.input::jsonb = an_input);
                EXCEPTION WHEN data_exception THEN
                    same := false;  -- what a jsonb can't hold was not a jsonb
                END;
                IF NOT same THEN
                    RAISE EXCEPTION 'key: "%" belongs to job %, which asked for something else',
                        a_key, known.id USING ERRCODE = '23505';
                END IF;
                RETURN known.id;
            END IF;
        END IF;
        IF EXISTS (SELECT FROM {s}.queues q WHERE q.service = a_service AND q.mode = 2) THEN
            RAISE EXCEPTION 'service: the queue of % is being drained and takes no new jobs',
                a_service USING ERRCODE = '55000';
        END IF;
        INSERT INTO {s}.inbox AS i (id, created_at, run_at, user_id, service, key, input)
        VALUES (nextval('{s}.job_ids'), {s}.now_ms(),
            ceil(extract(epoch FROM enqueue.run_at) * 1000)::bigint, a_user, a_service, a_key,
            an_input::text)
        ON CONFLICT (user_id, key) WHERE i.key <> '' DO NOTHING RETURNING i.id INTO new_id;
        -- With a key, an earlier request may have come, or have become a job, since the look.
        IF new_id IS NOT NULL AND (a_key = '' OR NOT EXISTS (SELECT FROM {s}.accounts a
                JOIN {s}.job_keys k ON k.account = a.id AND k.key = a_key
                WHERE a.user_id = a_user)) THEN
            RETURN new_id;
        END IF;
        DELETE FROM {s}.inbox i WHERE i.id = new_id;
    END LOOP;
    RAISE EXCEPTION 'key: "%" is being used by too many at once; try again', a_key
        USING ERRCODE = '40001';
END $$;
)sql";

}  // namespace adapters::postgres
