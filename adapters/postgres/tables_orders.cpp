// Version 4: orders, and what payment platforms say of them. An order's status is
// jobs::OrderStatus, a notice's outcome jobs::NoticeOutcome; review is 4.
#include "adapters/postgres/migrations.h"

namespace adapters::postgres {

// One payment pays one order: the unique index says so, whatever else goes wrong.
char const* const order_tables = R"sql(
CREATE TABLE {s}.orders (
    id text COLLATE "C" PRIMARY KEY,
    account bigint NOT NULL,
    bought text NOT NULL,
    channel text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    status smallint NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    flags text NOT NULL DEFAULT '',
    review text NOT NULL DEFAULT '',
    asked integer NOT NULL DEFAULT 0,
    asked_at bigint,
    closed_at bigint,
    paid_at bigint,
    provider text COLLATE "C" NOT NULL DEFAULT '',
    trade text COLLATE "C" NOT NULL DEFAULT '',
    grant_number bigint NOT NULL DEFAULT 0,
    bonus_number bigint NOT NULL DEFAULT 0,
    member_from bigint,
    member_until bigint,
    returns text NOT NULL DEFAULT '',
    revoked bigint NOT NULL DEFAULT 0 CHECK (revoked >= 0),
    owed bigint NOT NULL DEFAULT 0 CHECK (owed >= 0),
    lost bigint NOT NULL DEFAULT 0 CHECK (lost >= 0)
);
CREATE INDEX orders_account ON {s}.orders (account, id);
CREATE INDEX orders_status ON {s}.orders (status, id);
CREATE INDEX orders_due ON {s}.orders (expires_at) WHERE status = 0;
CREATE INDEX orders_review ON {s}.orders (id) WHERE review <> '';
CREATE UNIQUE INDEX orders_trade ON {s}.orders (provider, trade) WHERE trade <> '';
CREATE TABLE {s}.payment_notices (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    provider text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    form text NOT NULL,
    kind text NOT NULL,
    state smallint NOT NULL,
    order_id text COLLATE "C" NOT NULL,
    trade text COLLATE "C" NOT NULL,
    refund text NOT NULL,
    amount bigint,
    currency text NOT NULL,
    returned bigint NOT NULL,
    returned_in_all boolean NOT NULL,
    happened_at text NOT NULL,
    doubts text NOT NULL,
    received_at bigint NOT NULL,
    judged_at bigint NOT NULL,
    outcome smallint NOT NULL,
    reasons text NOT NULL,
    about text COLLATE "C" NOT NULL,
    headers text NOT NULL,
    body bytea NOT NULL,
    UNIQUE (provider, id)
);
CREATE INDEX payment_notices_about ON {s}.payment_notices (about, number) WHERE about <> '';
CREATE INDEX payment_notices_order ON {s}.payment_notices (order_id, number);
CREATE INDEX payment_notices_outcome ON {s}.payment_notices (outcome, number);
)sql";

char const* const order_guards = R"sql(
CREATE TRIGGER orders_keep_facts BEFORE UPDATE OF id, account, bought, channel, amount, currency,
    created_at ON {s}.orders FOR EACH ROW
    EXECUTE FUNCTION {s}.refuse('what an order buys never changes');
CREATE TRIGGER orders_no_delete BEFORE DELETE ON {s}.orders FOR EACH ROW
    EXECUTE FUNCTION {s}.refuse('orders are never removed');
CREATE TRIGGER orders_no_truncate BEFORE TRUNCATE ON {s}.orders
    EXECUTE FUNCTION {s}.refuse('orders are never removed');
CREATE TRIGGER notices_keep_facts BEFORE UPDATE OF provider, id, form, kind, state, order_id, trade,
    refund, amount, currency, returned, returned_in_all, happened_at, doubts, received_at, headers,
    body ON {s}.payment_notices FOR EACH ROW
    EXECUTE FUNCTION {s}.refuse('what a notice says never changes');
CREATE TRIGGER notices_no_delete BEFORE DELETE ON {s}.payment_notices FOR EACH ROW
    EXECUTE FUNCTION {s}.refuse('notices of payments are never removed');
CREATE TRIGGER notices_no_truncate BEFORE TRUNCATE ON {s}.payment_notices
    EXECUTE FUNCTION {s}.refuse('notices of payments are never removed');
)sql";

char const* const order_rights = R"sql(
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = {app_text}) THEN
        GRANT SELECT, INSERT ON {s}.orders, {s}.payment_notices TO {app};
        GRANT UPDATE (status, expires_at, flags, review, asked, asked_at, closed_at, paid_at,
            provider, trade, grant_number, bonus_number, member_from, member_until, returns,
            revoked, owed, lost) ON {s}.orders TO {app};
        GRANT UPDATE (judged_at, outcome, reasons, about) ON {s}.payment_notices TO {app};
        GRANT USAGE ON ALL SEQUENCES IN SCHEMA {s} TO {app};
    END IF;
END $$;
)sql";

// Version 5. A pending order is found by its next question, if there is one, and by its caller's
// own key.
char const* const order_asking = R"sql(
ALTER TABLE {s}.orders ADD COLUMN key text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN offer text NOT NULL DEFAULT '', ADD COLUMN ask_at bigint;
CREATE UNIQUE INDEX orders_key ON {s}.orders (account, key) WHERE key <> '';
CREATE INDEX orders_ask ON {s}.orders (ask_at) WHERE status = 0 AND ask_at IS NOT NULL;
CREATE INDEX orders_pending ON {s}.orders (account, expires_at) WHERE status = 0;
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = {app_text}) THEN
        GRANT UPDATE (offer, ask_at) ON {s}.orders TO {app};
    END IF;
END $$;
)sql";

// Version 9: what was paid, where that is not what was ordered.
char const* const order_paid = R"sql(
ALTER TABLE {s}.orders ADD COLUMN paid bigint NOT NULL DEFAULT 0 CHECK (paid >= 0);
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = {app_text}) THEN
        GRANT UPDATE (paid) ON {s}.orders TO {app};
    END IF;
END $$;
)sql";

}  // namespace adapters::postgres
