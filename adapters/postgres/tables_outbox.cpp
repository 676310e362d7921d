// Version 4: messages for the world, and how far ahead grants have been looked at for warnings.
#include "adapters/postgres/migrations.h"

namespace adapters::postgres {

// State 0 pending, 1 delivered, 2 dead. A lane has a row while anything is pending in it; whoever
// writes a message locks it before, so that the numbers in a lane are in the order of its commits,
// and so that no lane goes while a message comes. `tried_at` 0: never. The index on grants costs
// those that end.
char const* const outbox_tables = R"sql(
CREATE TABLE {s}.outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account bigint NOT NULL,
    job bigint NOT NULL,
    created_at bigint NOT NULL,
    tried_at bigint NOT NULL DEFAULT 0,
    attempts int NOT NULL DEFAULT 0,
    status int NOT NULL DEFAULT 0,
    state smallint NOT NULL DEFAULT 0 CHECK (state IN (0, 1, 2)),
    target text COLLATE "C" NOT NULL,
    url text NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    body text NOT NULL,
    once text NOT NULL DEFAULT '',
    error text NOT NULL DEFAULT ''
) WITH (autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_cost_delay = 1);
CREATE INDEX outbox_lane ON {s}.outbox (target, account, id) WHERE state = 0;
CREATE INDEX outbox_pending ON {s}.outbox (id) WHERE state = 0;
CREATE INDEX outbox_done ON {s}.outbox (tried_at) WHERE state = 1;
CREATE INDEX outbox_dead ON {s}.outbox (id) WHERE state = 2;
CREATE UNIQUE INDEX outbox_once ON {s}.outbox (target, once) WHERE once <> '';

CREATE TYPE {s}.new_message AS (
    target text, account bigint, job bigint, url text, user_id text, kind text, body text,
    once text
);

CREATE TABLE {s}.outbox_lanes (
    target text COLLATE "C" NOT NULL,
    account bigint NOT NULL,
    due_at bigint NOT NULL,
    claim bigint NOT NULL DEFAULT 0,
    failing_since bigint,
    PRIMARY KEY (target, account)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_cost_delay = 1);
CREATE INDEX outbox_lanes_of_target ON {s}.outbox_lanes (target, due_at, account);
CREATE INDEX outbox_lanes_due ON {s}.outbox_lanes (due_at);

CREATE TABLE {s}.warnings (
    name text PRIMARY KEY,
    at bigint NOT NULL,
    account bigint NOT NULL
);
CREATE INDEX grants_ending ON {s}.grants (expires_at, account) WHERE expires_at IS NOT NULL;
)sql";

char const* const outbox_rights = R"sql(
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = {app_text}) THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON {s}.outbox, {s}.outbox_lanes TO {app};
        GRANT SELECT, INSERT, UPDATE ON {s}.warnings TO {app};
    END IF;
END $$;
)sql";

}  // namespace adapters::postgres
