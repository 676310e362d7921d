// The steps that bring a schema up to date, in order. A step that has been released never changes;
// what changes is a new step. Each is safe beside running workers of the version before: it adds,
// under names of its own, and removes nothing that they use.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace adapters::postgres {

// In the texts `{s}` is the schema, `{app}` the application's role, `{app_text}` its name as a
// literal, and `{by_key}` tells the planner of a function that it finds everything by key.
struct Migration {
    std::string_view what;
    std::vector<char const*> sql;
};

inline constexpr std::string_view by_key =
    "SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off "
    "SET enable_mergejoin = off SET enable_bitmapscan = off SET jit = off";

std::span<Migration const> migrations();

// Triggers that keep the ledger as it was written, whoever asks.
struct Guard {
    std::string_view name;
    std::string_view table;
};

std::span<Guard const> guards();

extern char const* const first_tables;     // tables.cpp
extern char const* const claim_functions;  // functions_*.cpp
extern char const* const load_functions;
extern char const* const write_functions;
extern char const* const money_functions;
extern char const* const upkeep_functions;
extern char const* const enqueue_function;
extern char const* const sync_tables;  // tables_sync.cpp
extern char const* const sync_rights;
extern char const* const seal_tables;  // tables_seals.cpp
extern char const* const seal_rights;
extern char const* const outbox_tables;  // tables_outbox.cpp
extern char const* const outbox_rights;
extern char const* const order_tables;  // tables_orders.cpp
extern char const* const order_guards;
extern char const* const order_rights;
extern char const* const order_asking;
extern char const* const order_paid;
extern char const* const guard_tables;  // tables_guards.cpp
extern char const* const guard_rights;
extern char const* const free_use_tables;
extern char const* const spending_tables;
extern char const* const call_tables;  // tables_calls.cpp
extern char const* const call_rights;
extern char const* const floor_functions;
extern char const* const guard_triggers;  // guards.cpp
extern char const* const app_rights;

}  // namespace adapters::postgres
