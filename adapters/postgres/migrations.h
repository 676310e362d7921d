// The steps that bring a schema up to date, in order. A step that has been released never changes;
// what changes is a new step. Each is safe beside running workers of the version before: it adds,
// under names of its own, and removes nothing that they use.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace adapters::postgres {

struct Migration {
    std::string_view what;
    std::vector<char const*> sql;  // `{s}` is the schema
};

std::span<Migration const> migrations();

// Triggers that keep the ledger as it was written, whoever asks.
struct Guard {
    std::string_view name;
    std::string_view table;
};

std::span<Guard const> guards();

extern char const* const first_tables;     // tables.cpp
extern char const* const claim_functions;  // functions_*.cpp
extern char const* const write_functions;
extern char const* const money_functions;
extern char const* const upkeep_functions;
extern char const* const enqueue_function;
extern char const* const guard_triggers;  // guards.cpp
extern char const* const app_rights;

}  // namespace adapters::postgres
