// Calls to providers, which are only added, and tasks that outlive their jobs. Neither has a row
// for jobs whose providers have nothing to tell beside the result.
#include "adapters/postgres/migrations.h"

namespace adapters::postgres {

char const* const call_tables = R"sql(
CREATE TABLE {s}.provider_calls (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job bigint NOT NULL,
    at bigint NOT NULL,
    micros bigint NOT NULL,
    credits bigint NOT NULL,
    attempt int NOT NULL,
    completed boolean NOT NULL,
    service text NOT NULL,
    provider text NOT NULL,
    model text NOT NULL,
    request_id text NOT NULL,
    word text NOT NULL,
    currency text NOT NULL,
    usage text NOT NULL
);
CREATE INDEX provider_calls_job ON {s}.provider_calls (job);
CREATE INDEX provider_calls_at ON {s}.provider_calls (at);
CREATE TABLE {s}.watches (
    job bigint NOT NULL,
    since bigint NOT NULL,
    next_at bigint NOT NULL,
    attempt int NOT NULL,
    provider text NOT NULL,
    model text NOT NULL,
    task text NOT NULL,
    PRIMARY KEY (job, attempt)
);
CREATE INDEX watches_next ON {s}.watches (next_at);
)sql";

char const* const call_rights = R"sql(
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = {app_text}) THEN
        GRANT SELECT, INSERT ON {s}.provider_calls TO {app};
        GRANT SELECT, INSERT, UPDATE, DELETE ON {s}.watches TO {app};
    END IF;
END $$;
)sql";

}  // namespace adapters::postgres
