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
)sql";

char const* const guard_rights = R"sql(
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = {app_text}) THEN
        GRANT SELECT, INSERT ON {s}.key_charges TO {app};
        GRANT SELECT, INSERT, UPDATE, DELETE ON {s}.stopped TO {app};
    END IF;
END $$;
)sql";

// Version 9. What was asked for under a reference and cost nothing has no entry; its row is what a
// repeat is answered by.
char const* const free_use_tables = R"sql(
CREATE TABLE {s}.free_uses (
    reference text COLLATE "C" PRIMARY KEY,
    account bigint NOT NULL,
    at bigint NOT NULL,
    balance bigint NOT NULL,
    action text NOT NULL,
    note text NOT NULL
);
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = {app_text}) THEN
        GRANT SELECT, INSERT ON {s}.free_uses TO {app};
    END IF;
END $$;
)sql";

// Sums of entries, which never change, so that they need not be added up again (jobs/spending.h):
// of those from `first` on, and before `behind`. A row may be removed at any time.
char const* const spending_tables = R"sql(
CREATE TABLE {s}.spending_marks (
    account bigint NOT NULL,
    look text COLLATE "C" NOT NULL,
    first bigint NOT NULL,
    behind bigint NOT NULL,
    amount bigint NOT NULL,
    PRIMARY KEY (account, look)
);

-- What of an account's entries counts (jobs::SpendingLine), from one sequence to before another;
-- kind 3 is consume.
CREATE FUNCTION {s}.spending_lines(of_account bigint, since bigint, before bigint)
RETURNS TABLE (kind smallint, amount bigint, action text, opened_at bigint, opened_for text)
LANGUAGE plpgsql STABLE
{by_key} AS
$$ BEGIN
    RETURN QUERY SELECT e.kind, e.amount, e.action, o.recorded_at, o.action FROM {s}.entries e
        LEFT JOIN LATERAL (SELECT d.recorded_at, d.action FROM {s}.entries d WHERE e.job <> 0
            AND e.kind <> 3 AND d.job <> 0 AND d.job = e.job AND d.charge = e.charge
            AND d.kind = 3 LIMIT 1) o ON true
        WHERE e.account = of_account AND e.seq >= since AND e.seq < before;
END $$;
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = {app_text}) THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON {s}.spending_marks TO {app};
    END IF;
END $$;
)sql";

}  // namespace adapters::postgres
