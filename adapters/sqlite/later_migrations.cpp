// Steps of the schema that came later: orders that are asked about, guards, what was paid.
#include "adapters/sqlite/migrations.h"

namespace adapters::sqlite {

// A pending order is found by its next question, if there is one, and by its caller's own key.
char const* const asking_schema = R"sql(
ALTER TABLE orders ADD COLUMN key TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN offer TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN ask_at INTEGER;
CREATE UNIQUE INDEX orders_key ON orders (account, key) WHERE key <> '';
CREATE INDEX orders_ask ON orders (ask_at) WHERE status = 0 AND ask_at IS NOT NULL;
CREATE INDEX orders_pending ON orders (account, expires_at) WHERE status = 0;
)sql";

// A row of key_charges for each entry under an API key with a cap; see jobs/spending.h. `stopped`
// holds the accounts that are frozen or braked, in the order in which they came to be.
char const* const guards_schema = R"sql(
ALTER TABLE accounts ADD COLUMN standing TEXT NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN daily_cap INTEGER NOT NULL DEFAULT 0 CHECK (daily_cap >= 0);
ALTER TABLE api_keys ADD COLUMN monthly_cap INTEGER NOT NULL DEFAULT 0 CHECK (monthly_cap >= 0);
CREATE TABLE key_charges (
    key INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    amount INTEGER NOT NULL
) STRICT;
CREATE INDEX key_charges_opened ON key_charges (key, opened_at, amount);
CREATE TABLE stopped (
    n INTEGER PRIMARY KEY,
    account INTEGER NOT NULL UNIQUE
) STRICT;
)sql";

// What was paid for an order, where that is not what was ordered. `free_uses` holds what was asked
// for under a reference and cost nothing, so that a repeat is known; `spending_marks` sums of
// entries, which never change, so that they need not be added up again (jobs/spending.h). Its rows
// may be removed at any time.
char const* const paid_schema = R"sql(
ALTER TABLE orders ADD COLUMN paid INTEGER NOT NULL DEFAULT 0;
CREATE TABLE free_uses (
    reference TEXT PRIMARY KEY,
    account INTEGER NOT NULL,
    at INTEGER NOT NULL,
    balance INTEGER NOT NULL,
    action TEXT NOT NULL,
    note TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE spending_marks (
    account INTEGER NOT NULL,
    look TEXT NOT NULL,
    first INTEGER NOT NULL,
    behind INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (account, look)
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace adapters::sqlite
