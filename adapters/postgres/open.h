// The production store: PostgreSQL 15 or newer, with any number of workers on any number of hosts.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "adapters/store.h"
#include "base/time.h"

namespace adapters {

enum class PostgresOpening : std::uint8_t {
    create,   // brings the schema up to date first, if the role may and it is needed
    existing  // refuses a schema that is not up to date
};

struct PostgresOptions {
    std::string url;  // postgres://user:password@host:port/database, or libpq's "host=… …"
    std::string schema = "tallyman";
    PostgresOpening opening = PostgresOpening::create;
    int connections = 8;                     // at once, at the most; more callers wait for one
    base::Millis statement_timeout{15'000};  // of each statement
    base::Millis patience{10'000};           // how long to wait for a connection, and for the fate
                                             // of a commit that was in doubt
    base::Millis lease_max{15'000};          // a lease further off than twice this is lost
    std::function<base::Timestamp()> clock;  // empty: the server's
};

// Throws Unavailable or Unusable.
std::unique_ptr<Store> open_postgres(PostgresOptions options);

struct PostgresStatus {
    std::string server;                // its version, "15.18"
    bool exists = false;               // the schema is there
    int version = 0;                   // what it has; 0: nothing yet
    int wanted = 0;                    // what this program works with
    std::vector<std::string> pending;  // what would bring it there, a line each, in order
    bool pooled = false;               // a pooler shares the connection between clients
    bool standby = false;              // the server is a replica
    base::Millis clock_ahead{};        // of this machine's clock
    bool may_change_entries = false;   // the role could change or delete ledger entries
    std::string durability;            // empty, or which of the server's settings loses commits
};

PostgresStatus postgres_status(PostgresOptions const& options);

// Brings the schema up to date; safe beside running workers. Returns where it stood before.
PostgresStatus migrate_postgres(PostgresOptions const& options);

// The url without its password, for people.
std::string without_password(std::string const& url);

}  // namespace adapters
