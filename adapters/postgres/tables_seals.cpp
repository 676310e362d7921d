// Seals of the ledger, which are only added, and how far each account was sealed last.
#include "adapters/postgres/migrations.h"

namespace adapters::postgres {

char const* const seal_tables = R"sql(
CREATE TABLE {s}.seals (
    number bigint PRIMARY KEY CHECK (number > 0),
    at bigint NOT NULL,
    accounts bigint NOT NULL,
    entries bigint NOT NULL,
    root bytea NOT NULL,
    previous bytea NOT NULL,
    key text NOT NULL,
    signature text NOT NULL
);
CREATE TABLE {s}.sealed_heads (
    account bigint PRIMARY KEY,
    seq bigint NOT NULL,
    head bytea NOT NULL
) WITH (fillfactor = 80);
CREATE TRIGGER seals_no_update BEFORE UPDATE ON {s}.seals FOR EACH ROW
    EXECUTE FUNCTION {s}.refuse('seals are never changed');
CREATE TRIGGER seals_no_delete BEFORE DELETE ON {s}.seals FOR EACH ROW
    EXECUTE FUNCTION {s}.refuse('seals are never removed');
CREATE TRIGGER seals_no_truncate BEFORE TRUNCATE ON {s}.seals
    EXECUTE FUNCTION {s}.refuse('seals are never removed');
)sql";

char const* const seal_rights = R"sql(
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = {app_text}) THEN
        GRANT SELECT, INSERT ON {s}.seals TO {app};
        GRANT SELECT, INSERT, UPDATE ON {s}.sealed_heads TO {app};
    END IF;
END $$;
)sql";

}  // namespace adapters::postgres
