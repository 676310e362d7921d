// The steps of the schema, as text.
#pragma once

#include <span>

namespace adapters::sqlite {

struct Migration {
    char const* what;  // for people
    char const* sql;
};

extern char const calls_schema[];  // calls.cpp

// The first brings an empty file to version 1, and so on. A step that was released never changes.
std::span<Migration const> migrations();

// Of them, those that have a file of their own (later_migrations.cpp).
extern char const* const asking_schema;
extern char const* const guards_schema;
extern char const* const paid_schema;

struct Guard {
    char const* name;
    char const* sql;  // CREATE TRIGGER …
};

// Set again after each migration.
std::span<Guard const> guards();

}  // namespace adapters::sqlite
