#include "adapters/postgres/migrations.h"

#include <array>

namespace adapters::postgres {

std::span<Migration const> migrations() {
    static std::array const steps{
        Migration{
            .what = "1: accounts, grants, entries, jobs, queues, workers and their functions",
            .sql = {first_tables, claim_functions, load_functions, write_functions, money_functions,
                    guard_triggers, upkeep_functions, enqueue_function, app_rights}},
        Migration{.what = "2: what workers say of themselves",
                  .sql = {"ALTER TABLE {s}.workers ADD COLUMN note text NOT NULL DEFAULT ''"}},
        Migration{.what = "3: sister products that move credits",
                  .sql = {sync_tables, sync_rights}},
        Migration{.what = "4: seals of the ledger", .sql = {seal_tables, seal_rights}},
        Migration{.what = "5: messages for the world, and warnings",
                  .sql = {outbox_tables, outbox_rights}},
        Migration{.what = "6: orders, and what payment platforms say of them",
                  .sql = {order_tables, order_guards, order_rights}},
        Migration{.what = "7: orders that are asked about", .sql = {order_asking}},
        Migration{.what = "8: caps, freezes and the brake", .sql = {guard_tables, guard_rights}},
        Migration{.what = "9: what was paid, uses that cost nothing, sums for guards",
                  .sql = {order_paid, free_use_tables, spending_tables}},
        Migration{.what = "10: calls to providers, and tasks that outlive their jobs",
                  .sql = {call_tables, call_rights}},
        Migration{.what = "11: where a queue begins stays known", .sql = {floor_functions}},
    };
    return steps;
}

}  // namespace adapters::postgres
