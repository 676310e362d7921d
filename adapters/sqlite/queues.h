// What each service's queue does, and the leases of what was claimed from them.
#pragma once

#include <map>
#include <string>

#include "adapters/sqlite/database.h"
#include "adapters/store.h"

namespace adapters::sqlite {

std::map<std::string, QueueMode> queue_modes(Database& database);
void set_queue_mode(Database& database, std::string const& service, QueueMode mode);

struct Renewal {
    std::string worker;
    base::Millis lease{};
    base::Millis most{};  // a lease further off than twice this was given by a wrong clock
};

// Shortens no lease but one that is absurdly far off, which a sweep would take for lost.
void renew(Database& database, Renewal const& renewal, base::Timestamp now);

}  // namespace adapters::sqlite
