// The embedded store: one SQLite file, used by any number of processes of one machine at once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "adapters/store.h"
#include "base/time.h"

namespace adapters {

enum class SqliteOpening : std::uint8_t {
    create,    // makes the file and its folder if there are none, and brings the schema up to date
    existing,  // refuses where there is no file, or one whose schema is not up to date
};

struct SqliteOptions {
    std::filesystem::path path;
    SqliteOpening opening = SqliteOpening::create;
    std::filesystem::path workers;           // folder of the workers' locks; empty: PATH.workers
    base::Millis lease_max{15'000};          // a lease further off than twice this is lost
    base::Millis busy{5'000};                // how long to wait for another process's lock
    std::function<base::Timestamp()> clock;  // empty: the system's
    bool durable = true;                     // false: a power cut may lose the last commits
};

// Throws Unavailable or Unusable.
std::unique_ptr<Store> open_sqlite(SqliteOptions options);

// The file that is written to after each commit that made a job claimable.
std::filesystem::path sqlite_bell(std::filesystem::path const& path);

struct SchemaStatus {
    bool exists = false;               // the file is there
    int version = 0;                   // what it has; 0: nothing yet
    int wanted = 0;                    // what this program works with
    std::vector<std::string> pending;  // what would bring it there, a line each, in order
};

SchemaStatus sqlite_schema_status(std::filesystem::path const& path);

// Makes the file if there is none and brings its schema up to date; safe beside running workers.
// Returns where it stood before.
SchemaStatus migrate_sqlite(std::filesystem::path const& path);

}  // namespace adapters
