// Version 1: functions that write accounts, grants and entries, many at a time.
#include "adapters/postgres/migrations.h"

namespace adapters::postgres {

char const* const money_functions = R"sql(
CREATE TYPE {s}.new_account AS (
    id bigint, member_until bigint, created_at bigint, next_expiry bigint, balance bigint,
    debt bigint, entries bigint, grants bigint, recharged bigint, consumed bigint,
    refunded bigint, expired bigint, frozen boolean, user_id text, tier text, facts text,
    head bytea, open text
);

-- `entries_before` is how many entries the account had when it was loaded.
CREATE TYPE {s}.account_change AS (
    id bigint, member_until bigint, next_expiry bigint, balance bigint, debt bigint,
    entries bigint, grants bigint, recharged bigint, consumed bigint, refunded bigint,
    expired bigint, frozen boolean, tier text, facts text, head bytea, open text, entries_before bigint
);

CREATE TYPE {s}.new_grant AS (
    account bigint, number bigint, kind smallint, amount bigint, effective_at bigint,
    expires_at bigint, service text
);

CREATE TYPE {s}.new_entry AS (
    account bigint, seq bigint, amount bigint, balance_after bigint, job bigint,
    recorded_at bigint, effective_at bigint, charge int, kind smallint, hash bytea, draws text,
    action text, reference text, note text
);

CREATE FUNCTION {s}.insert_accounts(rows {s}.new_account[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS
$$ BEGIN
    INSERT INTO {s}.accounts SELECT * FROM unnest(rows);
END $$;

-- An account that has moved on since it was loaded was not locked, and the transaction must not
-- stand.
CREATE FUNCTION {s}.update_accounts(rows {s}.account_change[]) RETURNS void
LANGUAGE plpgsql
{by_key} AS
$$ DECLARE
    updated bigint;
BEGIN
    UPDATE {s}.accounts a SET
        member_until = u.member_until, next_expiry = u.next_expiry, balance = u.balance,
        debt = u.debt, entries = u.entries, grants = u.grants, recharged = u.recharged,
        consumed = u.consumed, refunded = u.refunded, expired = u.expired, frozen = u.frozen,
        tier = u.tier, facts = u.facts, head = u.head, open = u.open
    FROM unnest(rows) AS u WHERE a.id = u.id AND a.entries = u.entries_before;
    GET DIAGNOSTICS updated = ROW_COUNT;
    IF updated <> cardinality(rows) THEN
        RAISE EXCEPTION 'an account was changed by another transaction' USING ERRCODE = '40001';
    END IF;
END $$;

CREATE FUNCTION {s}.insert_grants(rows {s}.new_grant[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS
$$ BEGIN
    INSERT INTO {s}.grants SELECT * FROM unnest(rows);
END $$;

CREATE FUNCTION {s}.insert_entries(rows {s}.new_entry[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS
$$ BEGIN
    INSERT INTO {s}.entries (account, seq, amount, balance_after, job, recorded_at, effective_at,
        charge, kind, hash, draws, action, reference, note)
    SELECT * FROM unnest(rows);
END $$;
)sql";

}  // namespace adapters::postgres
