// Version 4: caps on what API keys spend, and which accounts are stopped. Neither table has a row
// where nothing of it is in use.
#include "adapters/postgres/migrations.h"

namespace adapters::postgres {

// `key_charges` has a row for each entry under an API key with a cap (jobs/spending.h); `stopped`
// holds the accounts that are frozen or braked, in the order in which they came to be.
//
// An account's entries are in the order of their times, so the first one since a time is found by
// halving, however many there are.
char const* const guard_tables = R"sql(
ALTER TABLE {s}.api_keys ADD COLUMN daily_cap bigint NOT NULL DEFAULT 0 CHECK (daily_cap >= 0),
    ADD COLUMN monthly_cap bigint NOT NULL DEFAULT 0 CHECK (monthly_cap >= 0);
CREATE TABLE {s}.key_charges (
    key bigint NOT NULL,
    opened_at bigint NOT NULL,
    amount bigint NOT NULL
);
CREATE INDEX key_charges_opened ON {s}.key_charges (key, opened_at) INCLUDE (amount);
CREATE TABLE {s}.stopped (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account bigint NOT NULL UNIQUE
);

-- The account's first entry of that time or later; one more than it has if there is none.
CREATE FUNCTION {s}.first_entry_since(of_account bigint, entries bigint, since bigint)
RETURNS bigint LANGUAGE plpgsql STABLE
{by_key} AS
$$ DECLARE
    low bigint := 1;
    high bigint := entries + 1;
    middle bigint;
BEGIN
    WHILE low < high LOOP
        middle := (low + high) / 2;
        IF (SELECT e.recorded_at FROM {s}.entries e
                WHERE e.account = of_account AND e.seq = middle) >= since THEN
            high := middle;
        ELSE
            low := middle + 1;
        END IF;
    END LOOP;
    RETURN low;
END $$;

-- What one look adds up to (jobs/spending.h); `summed` as declared there. More than a credit can
-- count is as good as the most.
CREATE FUNCTION {s}.spending(of_account bigint, entries bigint, summed int, of_service text,
    since bigint, before bigint) RETURNS bigint LANGUAGE plpgsql STABLE
{by_key} AS
$$ DECLARE
    first bigint := {s}.first_entry_since(of_account, entries, since);
    total numeric;
BEGIN
    IF summed = 0 THEN
        SELECT sum(g.amount) INTO total FROM (
            SELECT sum(-e.amount) FILTER (WHERE e.job <> 0 OR e.wanted) AS amount
            FROM (SELECT x.*, x.kind = 3 AND (of_service = '' OR x.action = of_service) AS wanted
                FROM {s}.entries x WHERE x.account = of_account AND x.seq >= first
                AND x.kind IN (3, 4, 5) AND x.recorded_at < before) AS e
            GROUP BY e.job, e.charge HAVING bool_or(e.wanted)) AS g;
    ELSE
        SELECT sum(abs(e.amount)) INTO total FROM {s}.entries e
            WHERE e.account = of_account AND e.seq >= first AND e.recorded_at < before
            AND e.kind = CASE summed WHEN 1 THEN 3 ELSE 5 END
            AND (of_service = '' OR e.action = of_service);
    END IF;
    RETURN least(coalesce(total, 0), 9223372036854775807)::bigint;
END $$;
)sql";

char const* const guard_rights = R"sql(
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = {app_text}) THEN
        GRANT SELECT, INSERT ON {s}.key_charges TO {app};
        GRANT SELECT, INSERT, UPDATE, DELETE ON {s}.stopped TO {app};
    END IF;
END $$;
)sql";

}  // namespace adapters::postgres
