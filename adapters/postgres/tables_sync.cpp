// Version 3: sister products that move credits, and whose accounts their users' are.
#include "adapters/postgres/migrations.h"

namespace adapters::postgres {

// Sources collate as `entries.action` does, which they are compared with. A link with no source is
// of every source that has none of its own for that telegram id. The index counts what a source has
// added in a day; of all other entries it costs a look at their kind.
char const* const sync_tables = R"sql(
CREATE TABLE {s}.sync_sources (
    source text PRIMARY KEY,
    secret text NOT NULL,
    previous_secret text NOT NULL,
    may_add boolean NOT NULL,
    may_deduct boolean NOT NULL,
    daily_cap bigint CHECK (daily_cap >= 0),
    created_at bigint NOT NULL,
    changed_at bigint NOT NULL
);
CREATE TABLE {s}.sync_links (
    telegram_id text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    account text NOT NULL,
    PRIMARY KEY (telegram_id, source)
);
CREATE INDEX entries_synced ON {s}.entries (action, recorded_at) INCLUDE (amount)
    WHERE kind = 7 AND amount > 0;
)sql";

char const* const sync_rights = R"sql(
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = {app_text}) THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON {s}.sync_sources, {s}.sync_links TO {app};
    END IF;
END $$;
)sql";

}  // namespace adapters::postgres
