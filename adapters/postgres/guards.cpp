// Version 1: what the database itself refuses, and what the application's role may do. The role is
// `SCHEMA_app`: it has no login; whoever is to run the program is made a member of it. It can
// neither change nor remove entries and grants; the triggers refuse that to the owner as well.
#include <array>

#include "adapters/postgres/migrations.h"

namespace adapters::postgres {

char const* const guard_triggers = R"sql(
CREATE FUNCTION {s}.refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = '55000';
END $$;

CREATE TRIGGER entries_no_update BEFORE UPDATE ON {s}.entries FOR EACH ROW
    EXECUTE FUNCTION {s}.refuse('ledger entries are never changed');
CREATE TRIGGER entries_no_delete BEFORE DELETE ON {s}.entries FOR EACH ROW
    EXECUTE FUNCTION {s}.refuse('ledger entries are never removed');
CREATE TRIGGER entries_no_truncate BEFORE TRUNCATE ON {s}.entries
    EXECUTE FUNCTION {s}.refuse('ledger entries are never removed');
CREATE TRIGGER grants_no_update BEFORE UPDATE ON {s}.grants FOR EACH ROW
    EXECUTE FUNCTION {s}.refuse('the facts of a grant never change');
CREATE TRIGGER grants_no_delete BEFORE DELETE ON {s}.grants FOR EACH ROW
    EXECUTE FUNCTION {s}.refuse('grants are never removed');
CREATE TRIGGER grants_no_truncate BEFORE TRUNCATE ON {s}.grants
    EXECUTE FUNCTION {s}.refuse('grants are never removed');
CREATE TRIGGER accounts_keep_user BEFORE UPDATE OF id, user_id, created_at ON {s}.accounts
    FOR EACH ROW EXECUTE FUNCTION {s}.refuse('whose an account is never changes');
CREATE TRIGGER accounts_no_delete BEFORE DELETE ON {s}.accounts FOR EACH ROW
    EXECUTE FUNCTION {s}.refuse('accounts are never removed');
CREATE TRIGGER accounts_no_truncate BEFORE TRUNCATE ON {s}.accounts
    EXECUTE FUNCTION {s}.refuse('accounts are never removed');
)sql";

char const* const app_rights = R"sql(
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {app_text}) THEN
        CREATE ROLE {app} NOLOGIN;
    END IF;
EXCEPTION WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN
    RAISE NOTICE 'no role was made: only the owner can use this schema';
END $$;
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {app_text}) THEN
        RETURN;
    END IF;
    GRANT USAGE ON SCHEMA {s} TO {app};
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {s} TO {app};
    GRANT SELECT ON ALL TABLES IN SCHEMA {s} TO {app};
    GRANT INSERT ON {s}.entries, {s}.grants, {s}.entry_references, {s}.job_keys, {s}.edges TO {app};
    GRANT INSERT, UPDATE ON {s}.accounts, {s}.jobs, {s}.floors TO {app};
    GRANT INSERT, UPDATE (revoked_at, last_used_at) ON {s}.api_keys TO {app};
    GRANT INSERT, UPDATE, DELETE ON {s}.ready, {s}.running, {s}.waiting, {s}.failures, {s}.stirred,
        {s}.job_events, {s}.inbox, {s}.workers, {s}.queues, {s}.duties, {s}.schedules, {s}.marks
        TO {app};
    REVOKE ALL ON FUNCTION {s}.add_partition, {s}.make_room, {s}.enqueue FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION {s}.make_room, {s}.enqueue TO {app};
END $$;
)sql";

namespace {

constexpr std::array all_guards{
    Guard{"entries_no_update", "entries"},
    Guard{"entries_no_delete", "entries"},
    Guard{"entries_no_truncate", "entries"},
    Guard{"grants_no_update", "grants"},
    Guard{"grants_no_delete", "grants"},
    Guard{"grants_no_truncate", "grants"},
    Guard{"accounts_keep_user", "accounts"},
    Guard{"accounts_no_delete", "accounts"},
    Guard{"accounts_no_truncate", "accounts"},
    Guard{"orders_keep_facts", "orders"},
    Guard{"orders_no_delete", "orders"},
    Guard{"orders_no_truncate", "orders"},
    Guard{"notices_keep_facts", "payment_notices"},
    Guard{"notices_no_delete", "payment_notices"},
    Guard{"notices_no_truncate", "payment_notices"},
    Guard{"seals_no_update", "seals"},
    Guard{"seals_no_delete", "seals"},
    Guard{"seals_no_truncate", "seals"},
};

}  // namespace

std::span<Guard const> guards() {
    return all_guards;
}

}  // namespace adapters::postgres
